#include "output/json/json_text.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/text.hpp"

namespace rtmpscope::output {
namespace {

constexpr char hex_digits[] = "0123456789abcdef";

enum class Care : std::uint8_t { plain, escape, high };

constexpr auto care_table = [] {
  std::array<Care, 256> table{};
  for (std::size_t c = 0; c < 256; ++c) {
    if (c >= 0x80) {
      table[c] = Care::high;
    } else if (c < 0x20 || c == '"' || c == '\\' || c == 0x7F) {
      table[c] = Care::escape;
    }
  }
  return table;
}();

/// Index of the first byte from `at` on that is not plain.
std::size_t skip_plain(Bytes text, std::size_t at) {
  while (at < text.size() && care_table[text[at]] == Care::plain) ++at;
  return at;
}

void append_escape(Buffer& out, unsigned code) {
  char* p = out.room(6);
  *p++ = '\\';
  switch (code) {
    case '"': *p++ = '"'; break;
    case '\\': *p++ = '\\'; break;
    case '\n': *p++ = 'n'; break;
    case '\r': *p++ = 'r'; break;
    case '\t': *p++ = 't'; break;
    default:
      *p++ = 'u';
      *p++ = '0';
      *p++ = '0';
      *p++ = hex_digits[code >> 4 & 15];
      *p++ = hex_digits[code & 15];
  }
  out.commit(p);
}

void append_code_unit(Buffer& out, unsigned unit) {
  char* p = out.room(6);
  *p++ = '\\';
  *p++ = 'u';
  for (int shift = 12; shift >= 0; shift -= 4) *p++ = hex_digits[unit >> static_cast<unsigned>(shift) & 15];
  out.commit(p);
}

/// \u and UTF-16 (RFC 8259 section 7).
void append_code_units(Buffer& out, char32_t code) {
  constexpr char32_t first_supplementary = 0x10000;
  if (code < first_supplementary) return append_code_unit(out, code);
  const char32_t rest = code - first_supplementary;
  append_code_unit(out, 0xD800 + (rest >> 10));
  append_code_unit(out, 0xDC00 + (rest & 0x3FF));
}

/// The character at the start of `text`, which is none of ASCII. Returns how many bytes it takes.
std::size_t append_high(Buffer& out, Bytes text) {
  const Character character = first_character(text);
  if (character.length == 0) {
    out.append(std::string_view("\xEF\xBF\xBD"));  // U+FFFD in place of a byte that is not UTF-8
    return 1;
  }
  if (is_deceptive(character.code)) {
    append_code_units(out, character.code);
  } else {
    out.append(as_text(text.first(character.length)));
  }
  return character.length;
}

/// Bytes that are not UTF-8 become U+FFFD.
void append_quoted(Buffer& out, Bytes text) {
  out.append('"');
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t plain_end = skip_plain(text, at);
    out.append(as_text(text.subspan(at, plain_end - at)));
    at = plain_end;
    if (at == text.size()) break;
    if (care_table[text[at]] == Care::escape) {
      append_escape(out, text[at++]);
    } else {
      at += append_high(out, text.subspan(at));
    }
  }
  out.append('"');
}

bool has_high_bytes(Bytes text) {
  for (const std::uint8_t byte : text) {
    if (byte >= 0x80) return true;
  }
  return false;
}

}  // namespace

void append_real(Buffer& out, double value) {
  constexpr double largest_exact_integer = 9007199254740992.0;  // 2^53
  if (!std::isfinite(value)) {
    out.append("null");
  } else if (std::fabs(value) <= largest_exact_integer && value == std::trunc(value)) {
    out.commit(write_signed(out.room(longest_unsigned + 1), static_cast<std::int64_t>(value)));
  } else {
    constexpr std::size_t longest_real = 32;  // sign, 17 digits, point, exponent
    out.commit(fmt::format_to(out.room(longest_real), "{}", value));
  }
}

void append_hex(Buffer& out, Bytes bytes) {
  char* p = out.room(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    *p++ = hex_digits[byte >> 4];
    *p++ = hex_digits[byte & 15];
  }
  out.commit(p);
}

void append_json_string(Buffer& out, std::string_view text) {
  append_quoted(out, as_bytes(text));
}

void append_json_text(Buffer& out, Bytes text) {
  const std::size_t plain = skip_plain(text, 0);
  if (plain == text.size()) {
    char* p = out.room(text.size() + 2);
    *p++ = '"';
    if (!text.empty()) std::memcpy(p, text.data(), text.size());
    p += text.size();
    *p++ = '"';
    out.commit(p);
  } else if (has_high_bytes(text.subspan(plain)) && !is_utf8(text)) {
    out.append("{\"hex\":\"");
    append_hex(out, text);
    out.append("\"}");
  } else {
    append_quoted(out, text);
  }
}

}  // namespace rtmpscope::output
