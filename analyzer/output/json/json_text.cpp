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

/// Length of the well-formed UTF-8 sequence at the start of `text`, or 0.
std::size_t sequence_length(Bytes text) {
  for (std::size_t length = 2; length <= 4 && length <= text.size(); ++length) {
    if (is_utf8(text.first(length))) return length;
  }
  return 0;
}

/// `valid`: the whole text is known to be UTF-8.
void append_quoted(Buffer& out, Bytes text, bool valid) {
  out.append('"');
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t plain_end = skip_plain(text, at);
    out.append(as_text(text.subspan(at, plain_end - at)));
    at = plain_end;
    if (at == text.size()) break;
    if (care_table[text[at]] == Care::escape) {
      append_escape(out, text[at++]);
    } else if (text[at] == 0xC2 && at + 1 < text.size() && text[at + 1] >= 0x80 && text[at + 1] < 0xA0) {
      append_escape(out, text[at + 1]);  // C1 controls: some terminals act on them
      at += 2;
    } else if (valid) {
      out.append(static_cast<char>(text[at++]));
    } else {
      const std::size_t length = sequence_length(text.subspan(at));
      out.append(length == 0 ? std::string_view("\xEF\xBF\xBD") : as_text(text.subspan(at, length)));
      at += std::max<std::size_t>(length, 1);
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
  const Bytes bytes = as_bytes(text);
  append_quoted(out, bytes, !has_high_bytes(bytes) || is_utf8(bytes));
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
    append_quoted(out, text, true);
  }
}

}  // namespace rtmpscope::output
