#include "analysis/record/kept_text.hpp"

#include <cstdint>
#include <cstring>

#include "analysis/record/value_builder.hpp"

namespace rtmpscope::analysis {

KeptText::KeptText(std::string_view text) {
  if (text.empty()) return;
  text = cut_text(text, longest);
  const auto length = static_cast<std::uint16_t>(text.size());
  bytes_.reset(new char[sizeof(length) + length]);
  std::memcpy(bytes_.get(), &length, sizeof(length));
  std::memcpy(bytes_.get() + sizeof(length), text.data(), length);
}

std::string_view KeptText::view() const {
  if (bytes_ == nullptr) return {};
  std::uint16_t length = 0;
  std::memcpy(&length, bytes_.get(), sizeof(length));
  return {bytes_.get() + sizeof(length), length};
}

}  // namespace rtmpscope::analysis
