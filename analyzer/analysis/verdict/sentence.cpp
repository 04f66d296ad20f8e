#include "analysis/verdict/sentence.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/time_text.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr Timestamp second = 1'000 * nanoseconds_per_millisecond;

constexpr std::size_t longest_quote = 120;

/// The longest beginning that does not cut a character.
std::string_view beginning(std::string_view text) {
  if (text.size() <= longest_quote) return text;
  std::size_t end = longest_quote;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

}  // namespace

std::string quote(CapturedKind kind, std::string_view text) {
  if (text.empty()) return "?";
  std::string line(beginning(text));
  std::ranges::replace_if(
      line, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  std::string out = captured(kind, line);
  if (line.size() < text.size()) out += "…";
  return kind == CapturedKind::name || kind == CapturedKind::user ? '"' + out + '"' : out;
}

std::string duration_text(Timestamp nanoseconds) {
  const Timestamp length = std::max<Timestamp>(nanoseconds, 0);
  const Timestamp milliseconds = (length + nanoseconds_per_millisecond / 2) / nanoseconds_per_millisecond;
  if (milliseconds < 1000) return fmt::format("{} ms", milliseconds);
  const Timestamp tenths = (length + second / 20) / (second / 10);
  if (tenths < 600) return fmt::format("{}.{} s", tenths / 10, tenths % 10);
  const Timestamp seconds = (length + second / 2) / second;
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  const Timestamp minutes = (seconds + 30) / 60;
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

std::string clock_text(Timestamp time) {
  constexpr std::size_t date_length = 11;
  constexpr std::size_t length = 12;
  return time_text(time).substr(date_length, length) + " UTC";
}

std::string address_text(std::string_view address, std::uint16_t port) {
  const bool has_colons = address.find(':') != std::string_view::npos;
  return has_colons ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
}

std::string quote_address(std::string_view address, std::uint16_t port) {
  return quote(CapturedKind::address, address_text(address, port));
}

}  // namespace rtmpscope::analysis
