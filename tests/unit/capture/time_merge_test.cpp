// Packets of several interfaces in the order of their times.
#include "capture/time_merge.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "files.hpp"

namespace rtmpscope::capture::test {
namespace {

constexpr Timestamp all = std::numeric_limits<Timestamp>::max();

MergeClock::time_point moment(Timestamp time) {
  return MergeClock::time_point(std::chrono::nanoseconds(time));
}

void add(TimeMerge& merge, std::uint16_t interface, Timestamp time) {
  const OwnedPacket owned = make_packet(static_cast<std::uint64_t>(time), 10, time);
  Packet packet;
  packet.data = owned.bytes.data();
  packet.captured_length = 10;
  packet.time = time;
  packet.interface_id = interface;
  merge.add(packet, interface, moment(time));
}

/// The times; that the bytes are those of the packet is checked.
std::vector<Timestamp> release(TimeMerge& merge, Timestamp settled) {
  std::vector<Timestamp> times;
  merge.release(moment(settled), [&](const Packet& packet) {
    times.push_back(packet.time);
    EXPECT_EQ(File(packet.bytes().begin(), packet.bytes().end()),
              make_packet(static_cast<std::uint64_t>(packet.time), 10, packet.time).bytes);
  });
  return times;
}

using Times = std::vector<Timestamp>;

TEST(TimeMerge, EachInterfaceHasOneTheEarliestGoes) {
  TimeMerge merge(2);
  for (const Timestamp time : {10, 40, 50}) add(merge, 0, time);
  for (const Timestamp time : {20, 30}) add(merge, 1, time);
  EXPECT_EQ(release(merge, 0), (Times{10, 20, 30}));  // interface 1 may bring one before 40
  add(merge, 1, 45);
  EXPECT_EQ(release(merge, 0), (Times{40, 45}));
  EXPECT_EQ(release(merge, all), (Times{50}));
}

TEST(TimeMerge, AClockThatWasSetBackHoldsNothing) {
  TimeMerge merge(2);
  const std::vector<std::uint8_t> bytes(1);
  Packet packet;
  packet.data = bytes.data();
  packet.captured_length = 1;
  std::vector<Timestamp> times;
  for (const auto& [time, arrival] : {std::pair(5000, 10), std::pair(100, 20)}) {
    packet.time = time;
    merge.add(packet, 0, moment(arrival));
  }
  merge.release(moment(15), [&](const Packet& each) { times.push_back(each.time); });
  EXPECT_EQ(times, (Times{5000}));
  merge.release(moment(20), [&](const Packet& each) { times.push_back(each.time); });
  EXPECT_EQ(times, (Times{5000, 100}));
}

TEST(TimeMerge, ASilentInterfaceHoldsNothingForever) {
  TimeMerge merge(3);
  for (const Timestamp time : {10, 20, 30}) add(merge, 2, time);
  EXPECT_EQ(release(merge, 9), Times{});
  EXPECT_EQ(release(merge, 20), (Times{10, 20}));
  EXPECT_EQ(release(merge, 30), (Times{30}));
}

TEST(TimeMerge, ManyPacketsKeepTheirBytes) {
  TimeMerge merge(2);
  Times expected;
  for (Timestamp time = 1; time <= 1000; ++time) {
    add(merge, static_cast<std::uint16_t>(time % 3 == 0), time);
    expected.push_back(time);
  }
  Times got;
  for (Timestamp settled = 0; settled <= 1000; settled += 7) {
    for (const Timestamp time : release(merge, settled)) got.push_back(time);
  }
  for (const Timestamp time : release(merge, all)) got.push_back(time);
  EXPECT_EQ(got, expected);
}

}  // namespace
}  // namespace rtmpscope::capture::test
