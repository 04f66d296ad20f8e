#include "flv/stream_key.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::flv {
namespace {

constexpr Direction up = Direction::to_server;
constexpr Direction down = Direction::to_client;

TEST(IsSameStream, GoesByMessageStreamAndDirection) {
  EXPECT_TRUE(is_same_stream({up, 1, "a"}, {up, 1, "a"}));
  EXPECT_FALSE(is_same_stream({up, 1, "a"}, {up, 2, "a"}));
  EXPECT_FALSE(is_same_stream({up, 1, "a"}, {down, 1, "a"}));
}

TEST(IsSameStream, TakesAnUnknownMessageStreamForAny) {
  EXPECT_TRUE(is_same_stream({up, std::nullopt, ""}, {up, 1, "a"}));
  EXPECT_TRUE(is_same_stream({up, 1, "a"}, {up, std::nullopt, ""}));
}

TEST(IsSameStream, GoesByNameWhereOneIsOnMessageStream0) {
  EXPECT_TRUE(is_same_stream({down, 0, "a"}, {down, 1, "a"}));
  EXPECT_TRUE(is_same_stream({down, 1, "a"}, {down, 0, "a"}));
  EXPECT_FALSE(is_same_stream({down, 0, "a"}, {down, 1, "b"}));
  EXPECT_FALSE(is_same_stream({down, 0, ""}, {down, 1, ""}));
}

}  // namespace
}  // namespace rtmpscope::flv
