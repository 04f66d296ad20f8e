#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace rtmpscope {

bool is_utf8(Bytes bytes) {
  const std::uint8_t* p = bytes.data();
  const std::uint8_t* const end = p + bytes.size();
  const auto continues = [&](int count) {
    for (int i = 1; i <= count; ++i) {
      if (p + i >= end || (p[i] & 0xC0U) != 0x80U) return false;
    }
    return true;
  };
  while (p < end) {
    if (*p < 0x80) {
      ++p;
    } else if (*p >= 0xC2 && *p <= 0xDF) {
      if (!continues(1)) return false;
      p += 2;
    } else if (*p >= 0xE0 && *p <= 0xEF) {
      if (!continues(2)) return false;
      if ((*p == 0xE0 && p[1] < 0xA0) || (*p == 0xED && p[1] > 0x9F)) return false;
      p += 3;
    } else if (*p >= 0xF0 && *p <= 0xF4) {
      if (!continues(3)) return false;
      if ((*p == 0xF0 && p[1] < 0x90) || (*p == 0xF4 && p[1] > 0x8F)) return false;
      p += 4;
    } else {
      return false;
    }
  }
  return true;
}

Character first_character(Bytes bytes) {
  const std::uint8_t first = bytes.front();
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (length > bytes.size() || !is_utf8(bytes.first(length))) return {};
  char32_t code = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) code = code << 6 | (bytes[i] & 0x3FU);
  return {code, length};
}

bool is_deceptive(char32_t code) {
  struct Span {
    char32_t first, last;
  };
  // Sorted.
  constexpr std::array spans = {
      Span{0x00, 0x1F},        // C0
      Span{0x7F, 0x9F},        // DEL, C1
      Span{0xAD, 0xAD},        // soft hyphen
      Span{0x034F, 0x034F},    // combining grapheme joiner
      Span{0x061C, 0x061C},    // Arabic letter mark
      Span{0x115F, 0x1160},    // Hangul fillers
      Span{0x17B4, 0x17B5},    // Khmer inherent vowels
      Span{0x180B, 0x180F},    // Mongolian variation selectors, vowel separator
      Span{0x200B, 0x200F},    // zero width, direction marks
      Span{0x2028, 0x202E},    // separators, embeddings, overrides
      Span{0x2060, 0x206F},    // word joiner, invisible operators, isolates
      Span{0x3164, 0x3164},    // Hangul filler
      Span{0xFDD0, 0xFDEF},    // noncharacters
      Span{0xFEFF, 0xFEFF},    // byte order mark
      Span{0xFFA0, 0xFFA0},    // halfwidth Hangul filler
      Span{0xFFF0, 0xFFFB},    // unassigned, interlinear annotation
      Span{0x1BCA0, 0x1BCA3},  // shorthand format controls
      Span{0x1D173, 0x1D17A},  // musical format controls
      Span{0xE0000, 0xE0FFF},  // tags, variation selectors
  };
  constexpr char32_t last_two_of_plane = 0xFFFE;
  if ((code & last_two_of_plane) == last_two_of_plane) return true;
  return std::ranges::any_of(spans,
                             [&](const Span& span) { return span.first <= code && code <= span.last; });
}

std::string hex_text(Bytes bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 15]);
  }
  return text;
}

bool equals_in_any_case(std::string_view text, std::string_view lower_case) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(text, lower_case, {}, lower);
}

}  // namespace rtmpscope
