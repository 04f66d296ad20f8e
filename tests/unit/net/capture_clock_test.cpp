#include "net/capture_clock.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rtmpscope::net {
namespace {

constexpr ClockLimits limits;
constexpr Timestamp start = 1'700'000'000 * second;
constexpr Timestamp hour = 3600 * second;

/// Feeds packets, and keeps what each tick says.
struct Feed {
  CaptureClock clock;
  std::uint64_t number = 0;
  std::vector<Timestamp> ticks;

  void packet(Timestamp time) {
    ++number;
    if (!clock.leaves_second(time)) return;
    if (const auto tick = clock.on_other_second({number, time})) {
      EXPECT_EQ(tick->packet, (PacketRef{number, time}));
      ticks.push_back(tick->clock);
    }
  }
};

using Ticks = std::vector<Timestamp>;

TEST(CaptureClock, TicksAtTheFirstPacketOfASecond) {
  Feed feed;
  for (const Timestamp at : {5, 900, 1000, 1001, 3500}) feed.packet(start + at * millisecond);
  EXPECT_EQ(feed.ticks, (Ticks{0, 995 * millisecond, 3495 * millisecond}));
  EXPECT_EQ(feed.clock.latest(), start + 3500 * millisecond);
  EXPECT_EQ(feed.clock.jumps(), 0U);
}

TEST(CaptureClock, APauseAgesAndLatePacketsDoNot) {
  Feed feed;
  for (const Timestamp at : {Timestamp{0}, 20 * hour, 20 * hour - 50 * second, 20 * hour + second}) {
    feed.packet(start + at);
  }
  EXPECT_EQ(feed.ticks, (Ticks{0, 20 * hour, 20 * hour + second}));
  EXPECT_EQ(feed.clock.jumps(), 0U);
}

TEST(CaptureClock, AFewPacketsWithAnotherTimeChangeNothing) {
  for (const Timestamp wrong : {Timestamp{0}, start - 2 * hour, start + 30 * hour, 4'294'967'295 * second}) {
    Feed feed;
    feed.packet(start);
    for (std::uint32_t i = 1; i < limits.packets; ++i) feed.packet(wrong);
    feed.packet(start + 2 * second);
    for (std::uint32_t i = 1; i < limits.packets; ++i) feed.packet(wrong + i);
    EXPECT_EQ(feed.ticks, (Ticks{0, 2 * second}));
    EXPECT_EQ(feed.clock.latest(), start + 2 * second);
    EXPECT_EQ(feed.clock.jumps(), 0U);
  }
}

TEST(CaptureClock, PacketsThatAgreeOnAnotherTimeSetItAndAgeNothing) {
  for (const Timestamp other : {Timestamp{0}, start - 2 * hour, start + 30 * hour, 4'294'967'295 * second}) {
    Feed feed;
    feed.packet(start);
    feed.packet(start + 3 * second);
    for (std::uint32_t i = 0; i < limits.packets; ++i) feed.packet(other + i * millisecond);
    EXPECT_EQ(feed.ticks, (Ticks{0, 3 * second}));
    EXPECT_EQ(feed.clock.jumps(), 1U);
    EXPECT_EQ(feed.clock.latest(), other + (limits.packets - 1) * millisecond);
    feed.packet(other + 5 * second);
    ASSERT_EQ(feed.ticks.size(), 3U);
    EXPECT_EQ(feed.ticks[2], 8 * second - (limits.packets - 1) * millisecond);
  }
}

TEST(CaptureClock, WrongTimesThatDisagreeSetNothing) {
  Feed feed;
  feed.packet(start);
  for (std::uint32_t i = 0; i < 10 * limits.packets; ++i) feed.packet(start - (i % 2 + 1) * 2 * hour);
  EXPECT_EQ(feed.clock.jumps(), 0U);
}

TEST(CaptureClock, ExtremeTimesDoNotOverflow) {
  constexpr Timestamp highest = std::numeric_limits<Timestamp>::max() / 2;
  Feed feed;
  for (const Timestamp time : {highest, -highest, start, highest, -highest}) {
    for (std::uint32_t i = 0; i < limits.packets; ++i) feed.packet(time);
  }
  EXPECT_EQ(feed.clock.latest(), -highest);
  EXPECT_EQ(feed.clock.jumps(), 4U);
}

}  // namespace
}  // namespace rtmpscope::net
