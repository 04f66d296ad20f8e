// Small questions about text.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace rtmpscope {

/// Whether `bytes` is well-formed UTF-8 (RFC 3629: shortest forms, no surrogates, at most U+10FFFF).
[[nodiscard]] bool is_utf8(Bytes bytes);

struct Character {
  char32_t code = 0;
  std::size_t length = 0;  ///< bytes; 0: not UTF-8
};

/// The first character of `bytes`, which is not empty.
[[nodiscard]] Character first_character(Bytes bytes);

/// Whether a person who sees the character in a line is deceived about what is there: controls (C0, DEL, C1),
/// separators of lines, invisible characters (soft hyphen, zero width, tags, fillers), what reorders the text
/// around it (bidirectional controls: Unicode Standard Annex 9), and noncharacters (Unicode 23.7).
[[nodiscard]] bool is_deceptive(char32_t code);

/// Two digits a byte, in lower case.
[[nodiscard]] std::string hex_text(Bytes bytes);

/// Whether `text` is `lower_case`, whatever the case of its ASCII letters.
[[nodiscard]] bool equals_in_any_case(std::string_view text, std::string_view lower_case);

/// The number that all of `digits` spell, without a sign or spaces. Nothing: they are none, or it does not
/// fit.
template <typename Number>
[[nodiscard]] std::optional<Number> whole_number(std::string_view digits, int base = 10) {
  Number value = 0;
  const char* const all = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), all, value, base);
  if (error != std::errc() || end != all) return std::nullopt;
  return value;
}

}  // namespace rtmpscope
