#include "rtmfp/sequence_window.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::rtmfp::test {
namespace {

TEST(SequenceWindow, FindsWhatComesAgain) {
  SequenceWindow window;
  for (const std::uint64_t number : {5U, 6U, 9U, 7U}) EXPECT_TRUE(window.add(number)) << number;
  for (const std::uint64_t number : {5U, 6U, 9U, 7U}) EXPECT_FALSE(window.add(number)) << number;
  EXPECT_TRUE(window.add(8));
}

TEST(SequenceWindow, OldNumbersCountAsNew) {
  SequenceWindow window;
  EXPECT_TRUE(window.add(1));
  EXPECT_TRUE(window.add(64));
  EXPECT_FALSE(window.add(1));
  EXPECT_TRUE(window.add(65));
  EXPECT_TRUE(window.add(1));
  EXPECT_TRUE(window.add(~std::uint64_t{0}));
  EXPECT_FALSE(window.add(~std::uint64_t{0}));
}

}  // namespace
}  // namespace rtmpscope::rtmfp::test
