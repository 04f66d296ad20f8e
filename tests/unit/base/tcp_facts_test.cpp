#include "base/tcp_facts.hpp"

#include <gtest/gtest.h>

namespace rtmpscope {
namespace {

SpacedValues values(std::initializer_list<std::uint32_t> microseconds) {
  SpacedValues all;
  for (const std::uint32_t value : microseconds) all.add(value);
  return all;
}

TEST(CapturePoint, IsWhereTheRoundTripIsShort) {
  EXPECT_EQ(capture_point_of(values({2000, 40'000}), values({20'000})), CapturePoint::at_client);
  EXPECT_EQ(capture_point_of(values({20'000}), values({5, 43'000})), CapturePoint::at_server);
  EXPECT_EQ(capture_point_of(values({20'000}), values({2300})), CapturePoint::between);
  EXPECT_EQ(capture_point_of(values({20'000}), values({2200})), CapturePoint::at_server);
}

TEST(CapturePoint, IsNotToldWhereNothingIsFar) {
  EXPECT_EQ(capture_point_of(values({900}), values({99})), std::nullopt);
  EXPECT_EQ(capture_point_of(values({901}), values({99})), CapturePoint::at_server);
  EXPECT_EQ(capture_point_of(values({}), values({20'000})), std::nullopt);
  EXPECT_EQ(capture_point_of(values({20'000}), values({})), std::nullopt);
}

}  // namespace
}  // namespace rtmpscope
