#include "output/text/terminal_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>

#include "base/text.hpp"

namespace rtmpscope::output {
namespace {

void append_escape(std::string& out, char32_t code) {
  const auto number = static_cast<std::uint32_t>(code);
  switch (code) {
    case '\n': out.append("\\n"); break;
    case '\r': out.append("\\r"); break;
    case '\t': out.append("\\t"); break;
    default:
      if (code < 0x80) {
        fmt::format_to(std::back_inserter(out), "\\x{:02X}", number);
      } else {
        fmt::format_to(std::back_inserter(out), "\\u{:04X}", number);
      }
  }
}

/// As fmt's {:.*f}, with a fifth of its instructions.
std::string fixed(double value, int digits) {
  constexpr int sign_and_point = 2;
  std::array<char, std::numeric_limits<double>::max_exponent10 + 1 + sign_and_point + 3> text;  // 3 digits
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, digits);
  return {text.data(), end.ptr};
}

std::string scaled(double value, std::string_view unit) {
  constexpr std::string_view prefixes[] = {"", "k", "M", "G", "T", "P", "E"};
  std::size_t prefix = 0;
  while (value >= 999.5 && prefix + 1 < std::size(prefixes)) {
    value /= 1000;
    ++prefix;
  }
  const int digits = prefix == 0 || value >= 99.95 ? 0 : 1;
  std::string text = fixed(value, digits);
  return text.append(" ").append(prefixes[prefix]).append(unit);
}

}  // namespace

std::string_view Style::colour_of(Severity severity) const {
  if (!colour) return "";
  switch (severity) {
    case Severity::note: return "\033[2m";
    case Severity::warning: return "\033[33m";
    case Severity::error: return "\033[31m";
  }
  return "";
}

void append_safe(std::string& out, std::string_view text, bool ascii) {
  const Bytes bytes = as_bytes(text);
  const auto is_plain = [](std::uint8_t byte) { return byte >= 0x20 && byte < 0x7F; };
  std::size_t at = 0;
  while (at < bytes.size()) {
    // Nearly all text is printable ASCII: what is plain is appended at once.
    const auto plain_end = std::ranges::find_if_not(bytes.subspan(at), is_plain);
    const auto plain = static_cast<std::size_t>(plain_end - bytes.subspan(at).begin());
    out.append(text.substr(at, plain));
    at += plain;
    if (at == bytes.size()) break;
    const Character character = first_character(bytes.subspan(at));
    if (character.length == 0) {
      fmt::format_to(std::back_inserter(out), "\\x{:02X}", bytes[at]);
      ++at;
      continue;
    }
    if (is_deceptive(character.code) || (ascii && character.code >= 0x80)) {
      append_escape(out, character.code);
    } else {
      out.append(text.substr(at, character.length));
    }
    at += character.length;
  }
}

std::string safe(std::string_view text, bool ascii) {
  std::string out;
  append_safe(out, text, ascii);
  return out;
}

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++count;
  }
  return count;
}

void cut_to_width(std::string& text, std::size_t width, const Style& style) {
  if (text.size() <= width || columns(text) <= width) return;
  const std::size_t dots = columns(style.dots());
  const std::size_t keep = width > dots ? width - dots : 0;
  std::size_t at = 0;
  for (std::size_t count = 0; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80 && count++ == keep) break;
  }
  text.resize(at);
  text.append(style.dots());
}

std::string size_text(std::uint64_t bytes) {
  return scaled(static_cast<double>(bytes), "B");
}

std::string rate_text(double bits_per_second) {
  return scaled(bits_per_second, "bit/s");
}

std::string frame_rate_text(double frames_per_second) {
  // Timestamps are whole milliseconds: more digits would be made up.
  return fmt::format("{:g} fps", std::round(frames_per_second * 100) / 100);
}

std::string duration_text(double milliseconds) {
  if (milliseconds < 10) return fixed(milliseconds, 1).append(" ms");
  if (milliseconds < 1000) return fixed(milliseconds, 0).append(" ms");
  return fixed(milliseconds / 1000, 3).append(" s");
}

std::string count_text(std::uint64_t count, std::string_view unit) {
  std::string text = std::to_string(count);
  text.append(" ").append(unit);
  if (count != 1) text.push_back('s');
  return text;
}

std::string_view value_word(ValueTable table, std::uint64_t number) {
  const ValueInfo* row = find_value(table, number);
  return row == nullptr ? "unknown" : row->text;
}

std::string real_text(double value) {
  if (std::isfinite(value) && value == std::trunc(value) && std::fabs(value) < 1e15)
    return fmt::format("{:.0f}", value);
  return fmt::format("{}", value);
}

}  // namespace rtmpscope::output
