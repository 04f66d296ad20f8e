#include "rtmfp/split_packets.hpp"

#include <gtest/gtest.h>

#include "rtmfp/limits.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::rtmfp::test {
namespace {

using rtmpscope::test::bytes_of;

Path path(std::uint16_t port) {
  Endpoint from;
  from.port = port;
  return path_of(from, {}, 0);
}

TEST(SplitPackets, AreJoinedInAnyOrder) {
  SplitPackets packets;
  const auto a = bytes_of("ab");
  const auto b = bytes_of("cd");
  const auto c = bytes_of("e");
  EXPECT_FALSE(packets.add(path(1), {false, 7, 2, c}));
  EXPECT_FALSE(packets.add(path(1), {true, 7, 0, a}));
  EXPECT_FALSE(packets.add(path(1), {true, 7, 0, a}));  // again
  EXPECT_EQ(packets.add(path(1), {true, 7, 1, b}), bytes_of("abcde"));
  EXPECT_EQ(packets.size(), 0U);
}

TEST(SplitPackets, OfOtherHostsAndNumbersStayApart) {
  SplitPackets packets;
  const auto a = bytes_of("a");
  EXPECT_FALSE(packets.add(path(1), {true, 7, 0, a}));
  EXPECT_FALSE(packets.add(path(2), {false, 7, 1, a}));
  EXPECT_FALSE(packets.add(path(1), {false, 8, 1, a}));
  EXPECT_EQ(packets.add(path(1), {false, 7, 1, a}), bytes_of("aa"));
}

TEST(SplitPackets, AreBounded) {
  SplitPackets packets;
  const std::vector<std::uint8_t> large(split_packet_bytes / 4);
  for (std::uint64_t number = 0; number < 100'000; ++number)
    EXPECT_FALSE(packets.add(path(1), {true, number, 0, large}));
  EXPECT_EQ(packets.size(), split_packets);
  SplitPackets one;
  for (std::uint64_t number = 0; number < 1'000; ++number)
    EXPECT_FALSE(one.add(path(1), {true, 1, number + 5, large}));
  EXPECT_LE(one.size(), 1U);
}

}  // namespace
}  // namespace rtmpscope::rtmfp::test
