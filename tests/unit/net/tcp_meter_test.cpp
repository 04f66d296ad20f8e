// What TCP did in each second: windows, losses, round trips, and what limited the sender.
#include "net/tcp_meter.hpp"

#include <gtest/gtest.h>

#include "unit/net/recorder.hpp"

namespace rtmpscope::net::test {
namespace {

constexpr Direction to_server = Direction::to_server;
constexpr Direction to_client = Direction::to_client;

FlowLimits measuring() {
  FlowLimits limits;
  limits.measure = true;
  return limits;
}

/// A connection that is measured. Its SYNs allow segments of 5 bytes and windows of up to 65535.
struct Measured : Scenario {
  Measured() : Scenario(measuring()) {}

  Measured& opened() {
    return run({"c S 99 win=1000 opt=mss:5,scale:0 t=0", "s SA 499 ack=100 win=1000 opt=mss:5,scale:0 t=8",
                "c A 100 ack=500 win=1000 t=10"});
  }
  Measured& run(const std::vector<const char*>& segments) {
    for (const char* segment : segments) feed(segment);
    return *this;
  }
  /// The samples of a direction so far, and after `finish` all of them.
  [[nodiscard]] std::vector<TcpSample> samples(Direction direction) const {
    std::vector<TcpSample> found;
    for (const auto& [way, sample] : log.samples) {
      if (way == direction) found.push_back(sample);
    }
    return found;
  }
  /// The whole connection in one sample.
  [[nodiscard]] TcpSample sum(Direction direction) {
    finish();
    TcpSample all;
    for (const TcpSample& each : samples(direction)) {
      all.packets += each.packets;
      all.bytes += each.bytes;
      all.data_segments += each.data_segments;
      all.zero_windows += each.zero_windows;
      all.zero_window_ms += each.zero_window_ms;
      all.losses.add(each.losses);
      all.duplicate_acknowledgements += each.duplicate_acknowledgements;
      for (std::size_t i = 0; i < sender_limits; ++i) all.limit_ms[i] += each.limit_ms[i];
    }
    return all;
  }
};

std::string limits_of(const TcpSample& sample) {
  constexpr std::array names{"application", "receiver", "network", "sender", "unknown"};
  std::string text;
  for (std::size_t i = 0; i < sender_limits; ++i) {
    if (sample.limit_ms[i] != 0)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", names.at(i), sample.limit_ms[i]);
  }
  return text;
}

std::string losses_of(const SegmentLosses& losses) {
  std::string text = fmt::format("{} before, {} behind, {} reordered, {} missing", losses.before,
                                 losses.behind, losses.reordered, losses.not_captured);
  if (losses.spurious != 0) text += fmt::format(", {} spurious", losses.spurious);
  return text;
}

TEST(TcpMeter, NothingIsMeasuredUnlessItIsAskedFor) {
  Scenario s;
  for (const char* segment : {"c A 100 hello", "s A 500 ack=105 t=3000", "c A 105 more t=5000"})
    s.feed(segment);
  s.finish();
  EXPECT_TRUE(s.log.samples.empty());
  EXPECT_FALSE(s.end(to_server).tcp.has_value());
}

TEST(TcpMeter, ASampleForEachSecondAndDirection) {
  Measured m;
  m.opened().run({"c PA 100 hello ack=500 t=20", "s A 500 ack=105 t=28", "c PA 105 again ack=500 t=990",
                  "s A 500 ack=110 t=1003", "c PA 110 third ack=500 t=2100"});
  m.finish();
  const auto samples = m.samples(to_server);
  ASSERT_EQ(samples.size(), 3U);
  EXPECT_EQ(samples[0].second, 0U);
  EXPECT_EQ(samples[0].packets, 4U);  // with those before the payload
  EXPECT_EQ(samples[0].data_segments, 2U);
  EXPECT_EQ(samples[0].bytes, 10U);
  EXPECT_EQ(samples[1].packets, 0U);
  EXPECT_EQ(samples[2].second, 2U);
  EXPECT_EQ(samples[2].bytes, 5U);
  EXPECT_EQ(m.samples(to_client).size(), 3U);
}

TEST(TcpMeter, SilentSecondsAreOneSample) {
  Measured m;
  m.opened().run({"c PA 100 hello ack=500 t=20", "s A 500 ack=105 t=28", "c PA 105 again ack=500 t=5500"});
  m.finish();
  const auto samples = m.samples(to_server);
  ASSERT_EQ(samples.size(), 3U);
  EXPECT_EQ(samples[1].second, 1U);
  EXPECT_EQ(samples[1].seconds, 4U);
  EXPECT_EQ(samples[1].packets, 0U);
  EXPECT_EQ(limits_of(samples[1]), "application 4000");
  EXPECT_EQ(samples[2].second, 5U);
  EXPECT_EQ(samples[2].seconds, 1U);
  EXPECT_EQ(limits_of(samples[2]), "application 500");
}

TEST(TcpMeter, NoSampleOfADirectionThatWasNotCaptured) {
  Measured m;
  m.run({"c PA 100 hello t=0", "c PA 105 again t=1500", "c PA 110 third t=2500"});
  m.finish();
  EXPECT_EQ(m.samples(to_server).size(), 3U);
  EXPECT_TRUE(m.samples(to_client).empty());
  EXPECT_EQ(limits_of(m.sum(to_server)), "unknown 2500");
  EXPECT_FALSE(m.samples(to_server)[0].in_flight_max.has_value());
}

TEST(TcpMeter, WhatNobodyTakesYetGoesToTheNextSample) {
  Measured m;
  m.log.takes_samples = false;
  m.opened().run({"c PA 100 hello ack=500 t=20", "c PA 105 again ack=500 t=1500"});
  m.log.takes_samples = true;
  m.run({"c PA 110 third ack=500 t=2500", "c PA 115 fourt ack=500 t=2600"});
  m.finish();
  const auto samples = m.samples(to_server);
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples[0].second, 0U);
  EXPECT_EQ(samples[0].seconds, 2U);
  EXPECT_EQ(samples[0].bytes, 10U);
  EXPECT_EQ(samples[1].second, 2U);
  EXPECT_EQ(samples[1].bytes, 10U);
}

TEST(TcpMeter, TimeThatGoesBackStandsStill) {
  Measured m;
  m.opened().run({"c PA 100 hello ack=500 t=500", "s A 500 ack=105 t=400", "c PA 105 again ack=500 t=100",
                  "s A 500 ack=110 t=700"});
  EXPECT_EQ(limits_of(m.sum(to_server)), "application 700");
}

TEST(TcpMeter, InFlightAndWindows) {
  Measured m;
  m.opened().run({"c A 100 hello ack=500 t=20", "c A 105 again ack=500 t=20", "c PA 110 x ack=500 t=20",
                  "s A 500 ack=110 win=300 t=28", "s A 500 ack=111 win=4000 t=29"});
  m.finish();
  const TcpSample sample = m.samples(to_server).at(0);
  EXPECT_EQ(sample.in_flight_max, 11U);
  EXPECT_EQ(sample.window_min, 300U);
  EXPECT_EQ(sample.window_max, 4000U);
}

TEST(TcpMeter, WindowsHaveTheScaleOfBothSyns) {
  const auto window_of = [](const char* client, const char* server) {
    Measured m;
    m.run({client, server, "c A 100 ack=500 win=7 t=10", "c PA 100 hello ack=500 win=7 t=20",
           "s A 500 ack=105 win=100 t=28"});
    m.finish();
    return m.samples(to_server).at(0).window_max;
  };
  EXPECT_EQ(window_of("c S 99 opt=scale:2", "s SA 499 ack=100 opt=scale:7"), 100U << 7);
  EXPECT_EQ(window_of("c S 99 opt=scale:2", "s SA 499 ack=100 opt=mss:5"), 100U);
  EXPECT_EQ(window_of("c S 99 opt=scale:2", "s SA 499 ack=100 opt=scale:200"), 100U << 14);
  EXPECT_EQ(window_of("c PA 95 intro", "c PA 95 intro"), std::nullopt);
}

TEST(TcpMeter, ZeroWindowsAreExactOverSeconds) {
  Measured m;
  m.opened().run({"c PA 100 hello ack=500 t=20", "s A 500 ack=105 win=0 t=300", "c A 104 ack=500 t=600",
                  "s A 500 ack=105 win=0 t=601", "c A 104 ack=500 t=3400", "s A 500 ack=105 win=900 t=3401",
                  "s A 500 ack=105 win=0 t=3600", "s A 500 ack=105 win=0 t=3700"});
  m.finish();
  std::vector<std::uint64_t> times;
  for (const TcpSample& sample : m.samples(to_server)) times.push_back(sample.zero_window_ms);
  EXPECT_EQ(times, (std::vector<std::uint64_t>{700, 2000, 401 + 100}));
  const TcpTotals totals = *m.end(to_server).tcp;
  EXPECT_EQ(totals.zero_windows, 2U);
  EXPECT_EQ(totals.zero_window_ms, 3201U);
  EXPECT_EQ(totals.longest_zero_window_ms, 3101U);
  EXPECT_EQ(totals.zero_window_at_end_ms, 100U);
  EXPECT_EQ(limits_of(m.samples(to_server)[1]), "receiver 2000");
}

TEST(TcpMeter, AWindowThatIsOpenAtTheEnd) {
  Measured m;
  m.opened().run({"c PA 100 hello ack=500 t=20", "s A 500 ack=105 win=0 t=300", "s A 500 ack=105 win=9 t=400",
                  "s R 500 ack=105 win=0 t=500"});
  const TcpTotals totals = *m.end(to_server).tcp;
  EXPECT_EQ(totals.zero_windows, 1U);
  EXPECT_EQ(totals.zero_window_at_end_ms, 0U);
}

TEST(TcpMeter, HandshakeGivesTheFirstRoundTrips) {
  Measured m;
  m.opened().run({"c PA 100 hello ack=500 t=10"});
  m.finish();
  EXPECT_EQ(m.end(to_server).tcp->round_trip_us.least(), 8000U);
  EXPECT_EQ(m.end(to_client).tcp->round_trip_us.least(), 2000U);
}

TEST(TcpMeter, ASynThatCameTwiceSaysNothingOfRoundTrips) {
  Measured m;
  m.run({"c S 99 t=0", "c S 99 t=1000", "s SA 499 ack=100 t=1008", "c A 100 ack=500 t=1010",
         "c PA 100 hello ack=500 t=1010"});
  m.finish();
  EXPECT_EQ(m.end(to_server).tcp->round_trip_us.count(), 0U);
}

/// Round trips to the server in microseconds, of the data alone.
std::vector<std::uint32_t> round_trips(const std::vector<const char*>& segments) {
  Measured m;
  m.run({"c PA 95 intro ack=500 t=0"}).run(segments);
  m.finish();
  const SpacedValues& values = m.end(to_server).tcp->round_trip_us;
  if (values.count() == 0) return {};
  return {values.count(), values.least(), values.most()};
}

TEST(TcpMeter, RoundTripsFromDataToTheirAcknowledgement) {
  using Values = std::vector<std::uint32_t>;
  EXPECT_EQ(round_trips({"s A 500 ack=100 t=30"}), (Values{1, 30000, 30000}));
  EXPECT_EQ(round_trips({"s A 500 ack=99 t=30"}), Values{});
  EXPECT_EQ(round_trips({"s A 500 ack=100 t=30", "s A 500 ack=100 t=90"}), (Values{1, 30000, 30000}));
  EXPECT_EQ(round_trips({"s A 500 ack=100 t=30", "c PA 100 x t=50", "s A 500 ack=101 t=60"}),
            (Values{2, 10000, 30000}));
}

TEST(TcpMeter, RepeatedBytesHaveNoRoundTripUnlessTimestampsTell) {
  using Values = std::vector<std::uint32_t>;
  EXPECT_EQ(round_trips({"c PA 95 intro t=300", "s A 500 ack=100 t=330"}), Values{});
  EXPECT_EQ(round_trips({"c PA 100 first opt=clock:7:0 t=40", "c PA 95 introfirst opt=clock:300:0 t=300",
                         "s A 500 ack=105 opt=clock:9:300 t=330"}),
            Values{});
  Measured m;
  m.run({"c PA 100 first opt=clock:7:0 t=40", "c PA 100 first opt=clock:300:0 t=300",
         "s A 500 ack=105 opt=clock:9:7 t=330"});
  m.finish();
  EXPECT_EQ(m.end(to_server).tcp->round_trip_us.least(), 290000U);
}

/// The half of a direction that carries acknowledgements only: they are echoed in the middle of a burst.
TEST(TcpMeter, RoundTripsOfAcknowledgementsWhileTheirReceiverSends) {
  const auto half = [](const std::vector<const char*>& segments) {
    Measured m;
    m.run({"c PA 100 hello opt=clock:1000:50 t=0", "s A 500 ack=105 opt=clock:90:1000 t=200"}).run(segments);
    m.finish();
    return m.end(to_client).tcp->round_trip_us.most();
  };
  EXPECT_EQ(half({"c PA 105 a opt=clock:1210:50 t=209", "c PA 106 b opt=clock:1211:90 t=210"}), 10000U);
  // The client was silent for too long: the echo may have waited for its next words.
  EXPECT_EQ(half({"c PA 105 a opt=clock:1240:90 t=240"}), 0U);
  EXPECT_EQ(half({"c PA 105 a opt=clock:1202:50 t=202", "c PA 106 b opt=clock:1211:90 t=210"}), 0U);
  // Bytes of the server are on their way, which the client may echo instead.
  EXPECT_EQ(
      half({"s PA 500 hi ack=105 opt=clock:190:1000 t=300", "s PA 502 yo ack=105 opt=clock:190:1000 t=300",
            "c A 105 ack=502 opt=clock:1302:190 t=302", "s A 504 ack=105 opt=clock:193:1302 t=303",
            "c PA 105 a opt=clock:1311:190 t=311", "c PA 106 b opt=clock:1312:193 t=312"}),
      2000U);
  // Beside the client the half is next to nothing.
  EXPECT_EQ(half({"c PA 105 a opt=clock:1201:90 t=201"}), 1000U);
}

struct LossCase {
  const char* name;
  std::vector<const char*> segments;
  const char* losses;
};

TEST(TcpMeter, LossesByKind) {
  const std::vector<LossCase> all{
      {"in order", {"c A 105 again t=30"}, "0 before, 0 behind, 0 reordered, 0 missing"},
      {"seen twice", {"c A 100 hello t=300"}, "0 before, 1 behind, 0 reordered, 0 missing"},
      {"seen twice, behind its acknowledgement",
       {"s A 500 ack=105 t=30", "c A 100 hello t=300"},
       "0 before, 0 behind, 0 reordered, 0 missing, 1 spurious"},
      {"seen twice, acknowledged in part",
       {"s A 500 ack=103 t=30", "c A 100 hello t=300"},
       "0 before, 1 behind, 0 reordered, 0 missing"},
      {"captured twice at once", {"c A 100 hello t=20"}, "0 before, 0 behind, 0 reordered, 0 missing"},
      {"captured twice behind others",
       {"c A 105 again opt=clock:9:1 t=30", "c A 110 third opt=clock:11:1 t=32",
        "c A 105 again opt=clock:9:1 t=33"},
       "0 before, 0 behind, 0 reordered, 0 missing"},
      {"sent twice, says the clock",
       {"c A 105 again opt=clock:9:1 t=30", "c A 110 third opt=clock:11:1 t=32",
        "c A 105 again opt=clock:60:1 t=82"},
       "0 before, 1 behind, 0 reordered, 0 missing"},
      {"a hole filled late",
       {"c A 110 third t=30", "c A 105 again t=300"},
       "1 before, 0 behind, 0 reordered, 0 missing"},
      {"a hole filled soon",
       {"c A 110 third t=30", "c A 105 again t=31"},
       "0 before, 0 behind, 1 reordered, 0 missing"},
      {"a hole never filled",
       {"c A 110 third t=30", "s A 500 ack=115 t=40", "c A 115 fourt t=9000"},
       "0 before, 0 behind, 0 reordered, 5 missing"},
      {"cut by the snap length", {"c A 105 - wire=5 t=30"}, "0 before, 0 behind, 0 reordered, 0 missing"},
      {"a keep-alive",
       {"s A 500 ack=105 t=30", "c A 104 x t=9000"},
       "0 before, 0 behind, 0 reordered, 0 missing"},
  };
  for (const LossCase& each : all) {
    Measured m;
    m.opened().run({"c A 100 hello ack=500 opt=clock:8:1 t=20"}).run(each.segments);
    EXPECT_EQ(losses_of(m.sum(to_server).losses), each.losses) << each.name;
    EXPECT_EQ(losses_of(m.end(to_server).tcp->losses), each.losses) << each.name;
  }
}

TEST(TcpMeter, DuplicateAcknowledgements) {
  const auto duplicates = [](const std::vector<const char*>& segments) {
    Measured m;
    m.opened().run({"c A 100 hello ack=500 t=20", "c A 105 again ack=500 t=21"}).run(segments);
    return m.sum(to_server).duplicate_acknowledgements;
  };
  EXPECT_EQ(duplicates({"s A 500 ack=105 t=30", "s A 500 ack=105 t=31", "s A 500 ack=105 t=32"}), 2U);
  EXPECT_EQ(duplicates({"s A 500 ack=105 t=30", "s A 500 ack=105 win=999 t=31"}), 0U);  // a window update
  EXPECT_EQ(duplicates({"s A 500 ack=105 t=30", "s A 500 hi ack=105 t=31"}), 0U);       // data
  EXPECT_EQ(duplicates({"s A 500 ack=110 t=30", "s A 500 ack=110 t=31"}), 0U);          // nothing waits
  EXPECT_EQ(duplicates({"s A 500 ack=110 t=30", "s A 500 ack=105 t=31"}), 0U);          // an old one
}

TEST(TcpMeter, RepeatsWithoutAnAnswer) {
  const auto totals = [](const std::vector<const char*>& segments) {
    Measured m;
    m.opened().run({"c PA 100 hello ack=500 t=20"}).run(segments);
    m.finish();
    return *m.end(to_server).tcp;
  };
  const TcpTotals lost = totals({"c PA 100 hello t=300", "c PA 100 hello t=900", "c PA 100 hello t=2100"});
  EXPECT_EQ(lost.repeats_at_end, 3U);
  EXPECT_EQ(lost.unanswered_ms, 1800U);
  const TcpTotals answered =
      totals({"c PA 100 hello t=300", "c PA 100 hello t=900", "s A 500 ack=105 t=1000"});
  EXPECT_EQ(answered.repeats_at_end, 0U);
  EXPECT_EQ(answered.unanswered_ms, 0U);
  // A reset is no answer: a device on the way may have sent it.
  EXPECT_EQ(totals({"c PA 100 hello t=300", "s R 500 t=900"}).repeats_at_end, 1U);
}

struct LimitCase {
  const char* name;
  std::vector<const char*> segments;  ///< behind the opening; round trip 10 ms, segments of 5 bytes
  const char* limits;
};

// long: a table
TEST(TcpMeter, LimitsOfTheSender) {
  const std::vector<LimitCase> all{
      {"pauses behind what was pushed",
       {"c A 100 hello t=20", "c PA 105 again t=20", "s A 500 ack=110 t=28", "c PA 110 third t=800",
        "s A 500 ack=115 t=808"},
       "application 808"},
      {"pauses behind a short segment",
       {"c A 100 hello t=20", "c A 105 x t=20", "s A 500 ack=106 t=28", "c A 106 third t=800",
        "c A 111 x t=800"},
       "application 800"},
      {"an acknowledgement that is overdue",
       {"c PA 100 hello t=20", "c A 99 ack=500 t=900"},
       "application 280, unknown 620"},
      {"no room but for one segment",
       {"c A 100 hello t=20", "c PA 105 again t=20", "s A 500 ack=105 win=9 t=28",
        "s A 500 ack=110 win=900 t=88", "c PA 110 x t=88"},
       "application 28, receiver 60"},
      {"a closed window, and nothing to send",
       {"c PA 100 hello t=20", "s A 500 ack=105 win=0 t=30", "s A 500 ack=105 win=900 t=130"},
       "application 30, receiver 100"},
      {"sent again, until all is acknowledged",
       {"c PA 100 hello t=20", "c PA 100 hello t=220", "c PA 105 again t=221", "s A 500 ack=105 t=230",
        "s A 500 ack=110 t=240", "c PA 110 x t=340"},
       "application 330, network 10"},
      {"three duplicate acknowledgements",
       {"c A 100 hello t=20", "c A 105 again t=20", "c PA 110 third t=20", "s A 500 ack=105 t=30",
        "s A 500 ack=105 t=31", "s A 500 ack=105 t=32", "s A 500 ack=105 t=33", "s A 500 ack=115 t=73"},
       "application 33, network 40"},
      {"a hole that is filled late",
       {"c PA 100 hello t=20", "s A 500 ack=105 t=28", "c PA 110 third t=50", "s A 500 ack=105 t=50",
        "c PA 105 again t=80", "s A 500 ack=115 t=80", "c PA 115 x t=90"},
       "application 62, network 27"},
      {"a hole that is filled soon",
       {"c PA 100 hello t=20", "s A 500 ack=105 t=28", "c PA 110 third t=50", "c PA 105 again t=51",
        "s A 500 ack=115 t=52", "c PA 115 x t=90"},
       "application 90"},
      {"two are reordering",
       {"c A 100 hello t=20", "c A 105 again t=20", "c PA 110 third t=20", "s A 500 ack=105 t=30",
        "s A 500 ack=105 t=31", "s A 500 ack=105 t=32", "s A 500 ack=115 t=73"},
       "application 73"},
      {"flights of one size that end for no reason",
       {"c A 100 hello t=20", "c A 105 again t=20", "s A 500 ack=110 t=30", "c A 110 third t=50",
        "c A 115 fourt t=50", "s A 500 ack=120 t=60", "c A 120 fifth t=80", "c A 125 sixth t=80",
        "s A 500 ack=130 t=90", "c A 130 seven t=110", "c A 135 eight t=110", "s A 500 ack=140 t=120",
        "c A 140 ninth t=140", "c A 145 tenth t=140", "s A 500 ack=150 t=150", "c PA 150 x t=170"},
       "application 34, sender 27, unknown 108"},
      {"larger segments than the path takes",
       {"c A 100 hellohello t=20", "c A 110 hellohello t=20", "s A 500 ack=110 t=120",
        "s A 500 ack=120 t=130", "c PA 120 x t=150"},
       "application 40, unknown 110"},
  };
  for (const LimitCase& each : all) {
    Measured m;
    m.opened().run(each.segments);
    EXPECT_EQ(limits_of(m.sum(to_server)), each.limits) << each.name;
  }
}

/// The sample of each second has what waits for the bytes before it.
TEST(TcpMeter, BytesThatWaitForEarlierOnes) {
  Measured m;
  m.opened().run({"c A 100 hello t=20", "c A 110 third t=30", "c A 115 fourt t=30", "c A 105 again t=1500",
                  "c PA 120 x t=2600"});
  m.finish();
  const std::vector<TcpSample> samples = m.samples(to_server);
  ASSERT_EQ(samples.size(), 3U);
  EXPECT_EQ(samples[0].waiting, 10U);
  EXPECT_EQ(samples[1].waiting, 0U);
}

/// Bytes wait in a queue: the round trip grows from 10 to 300 ms while much is in flight.
TEST(TcpMeter, LongRoundTripsAreTheNetwork) {
  Measured m;
  m.opened();
  std::uint32_t sequence = 100;
  const auto burst = [&](int sent, int answered) {
    for (int i = 0; i < 8; ++i, sequence += 5)
      m.feed(fmt::format("c A {} hello ack=500 t={}", sequence, sent));
    m.feed(fmt::format("s A 500 ack={} t={}", sequence - 20, answered));
  };
  burst(20, 30);
  burst(40, 340);
  burst(340, 640);
  m.feed(fmt::format("s A 500 ack={} t=650", sequence));
  const TcpSample all = m.sum(to_server);
  EXPECT_GT(all.limit_ms[static_cast<std::size_t>(SenderLimit::network)], 280U) << limits_of(all);
}

TEST(TcpMeter, WhereBytesAreMissingNothingIsKnown) {
  Measured m;
  m.opened().run({"c PA 100 hello t=20", "c PA 110 third t=30", "s A 500 ack=115 t=40",
                  "c PA 115 fourt t=5000", "s A 500 ack=120 t=5010", "c PA 120 fifth t=6100",
                  "s A 500 ack=125 t=6110"});
  m.finish();
  const auto samples = m.samples(to_server);
  const auto gap = std::find_if(samples.begin(), samples.end(),
                                [](const TcpSample& each) { return each.losses.not_captured != 0; });
  ASSERT_NE(gap, samples.end());
  EXPECT_EQ(limits_of(*gap).substr(0, 7), "unknown");
  EXPECT_EQ(limits_of(samples.back()).substr(0, 11), "application");
}

TEST(TcpMeter, SynOptions) {
  Measured m;
  m.run({"c S 99 opt=mss:1460,scale:7,sack,clock:1:0", "s SA 499 ack=100 opt=mss:1400",
         "c A 100 hello ack=500"});
  const SideSyns& syns = m.observer.infos.at(0).syns;
  EXPECT_TRUE(syns[0].seen && syns[0].sack && syns[0].timestamps);
  EXPECT_EQ(syns[0].mss, 1460);
  EXPECT_EQ(syns[0].window_scale, 7);
  EXPECT_TRUE(syns[1].seen && !syns[1].sack && !syns[1].timestamps);
  EXPECT_EQ(syns[1].mss, 1400);
  EXPECT_EQ(syns[1].window_scale, SynOptions::no_scale);
  Measured midstream;
  midstream.run({"c A 100 hello ack=500"});
  EXPECT_FALSE(midstream.observer.infos.at(0).syns[0].seen);
}

}  // namespace
}  // namespace rtmpscope::net::test
