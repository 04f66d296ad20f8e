#include "base/text.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"

namespace rtmpscope {
namespace {

Character first(std::string_view text) {
  return first_character(as_bytes(text));
}

TEST(FirstCharacter, ReadsSequencesOfEveryLength) {
  EXPECT_EQ(first("ab").code, U'a');
  EXPECT_EQ(first("\xC3\xA4x").code, U'\u00E4');
  EXPECT_EQ(first("\xE2\x80\xAEx").code, U'\u202E');
  EXPECT_EQ(first("\xF0\x9F\x8E\xA5").code, U'\U0001F3A5');
  EXPECT_EQ(first("\xF0\x9F\x8E\xA5").length, 4U);
}

TEST(FirstCharacter, HasNoLengthWhereTheBytesAreNotUtf8) {
  for (const char* text :
       {"\xC3", "\xFF", "\xC0\x80", "\xED\xA0\x80", "\xE2\x80", "\x80", "\xF4\x90\x80\x80"}) {
    EXPECT_EQ(first(text).length, 0U) << text;
  }
}

TEST(IsDeceptive, HoldsForControlsInvisibleCharactersAndNoncharacters) {
  for (const char32_t code :
       {U'\0', U'\x1B', U'\x7F', U'\u0085', U'\u00AD', U'\u061C', U'\u200B', U'\u200F', U'\u2028', U'\u202E',
        U'\u2066', U'\uFEFF', char32_t{0xFDD0}, char32_t{0xFFFE}, char32_t{0xFFFF}, char32_t{0x1FFFE},
        char32_t{0x10FFFF}, char32_t{0xE0001}, U'\u3164'}) {
    EXPECT_TRUE(is_deceptive(code)) << static_cast<std::uint32_t>(code);
  }
}

TEST(IsDeceptive, DoesNotHoldForTextOfAnyLanguage) {
  for (const char32_t code : {U'a', U' ', U'\u00A0', U'\u00E4', U'\u05D0', U'\u0627', U'\u4E2D', U'\uFF21',
                              U'\uFFFD', U'\U0001F3A5', U'\u2010', U'\u2030'}) {
    EXPECT_FALSE(is_deceptive(code)) << static_cast<std::uint32_t>(code);
  }
}

}  // namespace
}  // namespace rtmpscope
