#include "recording/growing_list.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace rtmpscope::recording {
namespace {

TEST(GrowingList, IsEmptyAtFirst) {
  EXPECT_EQ(GrowingList<int>().size(), 0U);
}

TEST(GrowingList, KeepsElementsInOrderAcrossBlocksOfAllSizes) {
  constexpr std::size_t count = 10'000;
  GrowingList<std::size_t> list;
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_EQ(list.push_back(i * 3), i * 3);
    ASSERT_EQ(list.size(), i + 1);
  }
  for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(list[i], i * 3);
}

TEST(GrowingList, NeverMovesAnElement) {
  GrowingList<int> list;
  std::vector<const int*> places;
  for (int i = 0; i < 2000; ++i) places.push_back(&list.push_back(i));
  for (int i = 0; i < 2000; ++i)
    ASSERT_EQ(&list[static_cast<std::size_t>(i)], places[static_cast<std::size_t>(i)]);
}

TEST(GrowingList, TakesElementsThatCannotBeCopied) {
  GrowingList<std::unique_ptr<int>> list;
  for (int i = 0; i < 20; ++i) list.push_back(std::make_unique<int>(i));
  EXPECT_EQ(*list[19], 19);
}

TEST(GrowingList, ChangesWhatIsInIt) {
  GrowingList<int> list;
  for (int i = 0; i < 100; ++i) list.push_back(i);
  list[64] = -1;
  EXPECT_EQ(list[63], 63);
  EXPECT_EQ(list[64], -1);
  EXPECT_EQ(list[65], 65);
}

}  // namespace
}  // namespace rtmpscope::recording
