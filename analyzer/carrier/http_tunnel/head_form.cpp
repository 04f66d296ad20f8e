#include "carrier/http_tunnel/head_form.hpp"

namespace rtmpscope::carrier {

void HeadForm::add(const HttpHead& head) {
  if (!head.content_length || head.chunked || head.coding != ContentCoding::identity) {
    alike_ = 0;
    return;
  }
  const std::size_t fixed = head.size - head.target.size() - digits_of(*head.content_length);
  alike_ = alike_ > 0 && fixed == fixed_size_ ? alike_ + 1 : 1;
  fixed_size_ = fixed;
}

std::optional<std::uint64_t> body_with_digits(std::uint64_t bytes) {
  for (std::size_t digits = 1; digits <= bytes; ++digits) {
    const std::size_t needed = digits_of(bytes - digits);
    if (needed == digits) return bytes - digits;
    if (needed < digits) break;
  }
  return std::nullopt;
}

std::size_t digits_of(std::uint64_t number) {
  std::size_t digits = 1;
  for (; number >= 10; number /= 10) ++digits;
  return digits;
}

}  // namespace rtmpscope::carrier
