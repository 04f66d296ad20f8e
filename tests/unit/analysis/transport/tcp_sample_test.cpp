#include <gtest/gtest.h>

#include "analysis/transport/transport_window.hpp"
#include "unit/analysis/json_values.hpp"

namespace rtmpscope::analysis {
namespace {

TransportSecond read(const Json& members, std::uint32_t expected_seconds = 1) {
  std::uint32_t seconds = 0;
  const TransportSecond second = read_tcp_sample(kept(members), seconds);
  EXPECT_EQ(seconds, expected_seconds);
  return second;
}

TEST(TcpSample, RepeatsAreLossesOnlyWhereAcknowledgementsWereCaptured) {
  const Json one_way = {{"data_segments", 100}, {"lost_before", 2}, {"lost_behind", 5}};
  EXPECT_EQ(read(one_way).lost, 2U);
  Json both = one_way;
  both["in_flight_max"] = 0;
  EXPECT_EQ(read(both).lost, 7U);
}

TEST(TcpSample, WhatIsNotThereIsZero) {
  const TransportSecond second = read({{"seconds", 3}}, 3);
  EXPECT_EQ(second.segments, 0U);
  EXPECT_EQ(second.lost, 0U);
  EXPECT_FALSE(second.round_trip);
}

TEST(TcpSample, RoundTripsAreTenthsOfAMillisecond) {
  EXPECT_EQ(read({{"rtt_to_receiver_ms", {{"median", 20.04}}}}).round_trip, 200U);
}

}  // namespace
}  // namespace rtmpscope::analysis
