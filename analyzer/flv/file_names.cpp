#include "flv/file_names.hpp"

#include <fmt/format.h>

#include "output/text/terminal_text.hpp"

namespace rtmpscope::flv {
namespace {

/// Two of them, and what stands around them, stay below the 255 bytes of usual file systems.
constexpr std::size_t longest_part = 96;

/// Cut to `size` bytes, between characters.
void cut(std::string& text, std::size_t size) {
  if (text.size() <= size) return;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  text.resize(size);
}

}  // namespace

std::string name_part(std::string_view captured) {
  std::string text = output::safe(captured, false);
  for (char& character : text) {
    if (std::string_view("/\\:*?\"<>|%").find(character) != std::string_view::npos) character = '_';
  }
  if (text.starts_with('.') || text.starts_with('-')) text.front() = '_';
  cut(text, longest_part);
  return text;
}

std::string FileNames::name(const StreamName& stream, const output::Redaction* redaction) {
  const auto part = [redaction](FieldId id, std::string_view text) {
    return redaction == nullptr ? name_part(text) : redaction->file_part(id, text);
  };
  std::string name = part(FieldId::document_app, stream.app);
  if (!name.empty()) name += '_';
  const std::string own = part(FieldId::document_stream_name, stream.stream);
  name += own.empty() ? fmt::format("stream{}", stream.message_stream_id.value_or(0)) : own;
  // The same stream may be published and played, and more than once.
  std::string unique = name;
  for (std::uint32_t i = 1; !names_.insert(unique).second; ++i) {
    unique = fmt::format("{}-{}{}", name, stream.connection, i == 1 ? "" : fmt::format("-{}", i));
  }
  return unique + ".flv";
}

}  // namespace rtmpscope::flv
