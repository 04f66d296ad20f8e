#include "metrics/figures.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::metrics {
namespace {

TEST(Figures, AddsEverything) {
  Figures one;
  one.connections[1] = 5;
  one.streams[0] = -1;
  one.opened[2] = 3;
  one.closed[1][2] = 4;
  one.messages = 7;
  one.media_bytes[1][0] = 100;
  one.commands[13][3] = 2;
  one.response_times[0].add(1'500);
  one.handshakes.add(300);
  one.leads[1].add(-300);
  one.missing_bytes[0] = 9;
  one.findings.back()[2] = 1;
  Figures sum = one;
  sum.add(one);
  EXPECT_EQ(sum.connections[1], 10);
  EXPECT_EQ(sum.streams[0], -2);
  EXPECT_EQ(sum.opened[2], 6U);
  EXPECT_EQ(sum.closed[1][2], 8U);
  EXPECT_EQ(sum.messages, 14U);
  EXPECT_EQ(sum.media_bytes[1][0], 200U);
  EXPECT_EQ(sum.commands[13][3], 4U);
  EXPECT_EQ(sum.response_times[0].sum(), 3'000);
  EXPECT_EQ(sum.handshakes.counts()[0], 2U);
  EXPECT_EQ(sum.leads[1].sum(), -600);
  EXPECT_EQ(sum.missing_bytes[0], 18U);
  EXPECT_EQ(sum.findings.back()[2], 2U);
}

TEST(Figures, ValuesOfAHistogramBelongToTheFirstBoundThatTheyDoNotExceed) {
  KeyIntervals intervals;
  for (const int value : {500, 501, 1000, 20'000, 20'001}) intervals.add(value);
  EXPECT_EQ(intervals.counts(), (std::array<std::uint64_t, 9>{1, 2, 0, 0, 0, 0, 0, 1, 1}));
  EXPECT_EQ(intervals.sum(), 42'002);
}

TEST(Figures, CommandsThatAreNotInTheListAreOthers) {
  EXPECT_EQ(command_labels[command_index("connect")], "connect");
  EXPECT_EQ(command_labels[command_index("seek")], "seek");
  EXPECT_EQ(command_labels[command_index("dance")], "other");
  EXPECT_EQ(command_labels[command_index("")], "other");
}

}  // namespace
}  // namespace rtmpscope::metrics
