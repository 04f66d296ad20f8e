#include "base/suggestion.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace rtmpscope {
namespace {

constexpr std::array<std::string_view, 4> words = {"video", "audio", "onMetaData", "gap"};

TEST(HalfChanges, CountsInsertionDeletionReplacementAndSwap) {
  EXPECT_EQ(half_changes("video", "video"), 0U);
  EXPECT_EQ(half_changes("vido", "video"), 2U);
  EXPECT_EQ(half_changes("viddeo", "video"), 2U);
  EXPECT_EQ(half_changes("vixeo", "video"), 2U);
  EXPECT_EQ(half_changes("vdieo", "video"), 2U);
  EXPECT_EQ(half_changes("", "gap"), 6U);
  EXPECT_EQ(half_changes("gap", ""), 6U);
}

TEST(HalfChanges, CaseIsHalfAChange) {
  EXPECT_EQ(half_changes("onmetadata", "onMetaData"), 2U);
}

TEST(NearestWord, IsTheOneWithFewestChanges) {
  EXPECT_EQ(nearest_word("vidio", words), "video");
  EXPECT_EQ(nearest_word("onmetadta", words), "onMetaData");
  EXPECT_EQ(nearest_word("gpa", words), "gap");
}

TEST(NearestWord, IsNothingWhereNoneIsNear) {
  EXPECT_EQ(nearest_word("nonsense", words), std::nullopt);
  EXPECT_EQ(nearest_word("cat", words), std::nullopt);
  EXPECT_EQ(nearest_word("", words), std::nullopt);
  EXPECT_EQ(nearest_word(std::string(100'000, 'x'), words), std::nullopt);
}

}  // namespace
}  // namespace rtmpscope
