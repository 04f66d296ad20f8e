// Properties that hold for any order of arrival, and the rules by which pending gaps are given up.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "unit/net/recorder.hpp"

namespace rtmpscope::net::test {
namespace {

TcpSegment segment_at(std::uint32_t sequence) {
  TcpSegment segment;
  segment.sequence = sequence;
  segment.flags = tcp_flag::ack;
  return segment;
}

/// The delivered bytes and gaps of one direction, from the log: "abc[3]d".
std::string stream_of(const std::string& log, char sign) {
  std::istringstream words(log);
  std::string word, stream;
  while (words >> word) {
    if (word[0] != sign) continue;
    const std::size_t colon = word.find(':');
    const std::size_t plus = word.find('+');
    if (colon == std::string::npos || word[1] == '!') continue;
    if (plus != std::string::npos && plus < colon) {
      stream += '[' + word.substr(plus + 1, colon - plus - 1) + ']';
    } else {
      stream += word.substr(colon + 1);
    }
  }
  return stream;
}

constexpr std::array<std::uint32_t, 8> initial_sequences{0xffffffff, 0xfffffffe, 0xfffffff5, 0xfffffffa,
                                                         0,          1,          0x7ffffffa, 0x80000000};

TEST(ReassemblyProperty, EveryOrderAtEveryInitialSequenceNumberGivesTheStream) {
  // Pieces overlap, and one lies within another.
  const std::string stream = "abcdefghijkl";
  const std::vector<std::pair<std::uint32_t, std::uint32_t>> pieces{{0, 3}, {2, 4}, {5, 2},
                                                                    {7, 5}, {8, 2}, {6, 1}};
  for (const std::uint32_t initial : initial_sequences) {
    std::vector<std::size_t> order(pieces.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    do {
      Scenario s;
      TcpSegment syn = segment_at(initial);
      syn.flags = tcp_flag::syn;
      s.feed(true, 50000, syn, "", 0);
      for (const std::size_t i : order) {
        const auto [offset, length] = pieces[i];
        s.feed(true, 50000, segment_at(initial + 1 + offset), stream.substr(offset, length), length);
      }
      TcpSegment fin = segment_at(initial + 1 + 12);
      fin.flags = tcp_flag::fin | tcp_flag::ack;
      s.feed(true, 50000, fin, "", 0);
      ASSERT_EQ(stream_of(s.log.text, '>'), stream) << s.log.text;
      ASSERT_NE(s.log.text.find(">12.fin"), std::string::npos);
      ASSERT_EQ(s.table.held().bytes, 0U);
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST(ReassemblyProperty, OffsetsPass4GiB) {
  FlowLimits limits;
  limits.held_bytes = 1000;  // so that each jump becomes a gap at once
  Scenario s(limits);
  s.feed("c S 99");
  std::uint64_t offset = 0;
  for (int i = 0; i < 12; ++i) {  // 12 jumps of 1 GiB
    s.feed(true, 50000, segment_at(100 + static_cast<std::uint32_t>(offset)), std::string(2, 'x'), 2);
    offset += (1ULL << 30);
  }
  EXPECT_NE(s.log.text.find(fmt::format(">{}:xx", offset - (1ULL << 30))), std::string::npos) << s.log.text;
  EXPECT_GT(offset, 2ULL << 32);
}

TEST(ReassemblyProperty, AcknowledgementsLeadOverA5GiBGap) {
  Scenario s;
  s.feed("c S 99");
  s.feed("s SA 499 ack=100");
  s.feed("c A 100 a ack=500");
  std::uint64_t offset = 1;
  while (offset < 5ULL << 30) {
    offset += 32U << 20;
    TcpSegment ack = segment_at(500);
    ack.acknowledgement = 100 + static_cast<std::uint32_t>(offset);
    s.feed(false, 50000, ack, "", 0);
  }
  s.feed(true, 50000, segment_at(100 + static_cast<std::uint32_t>(offset)), "b", 1);
  s.finish();
  EXPECT_EQ(stream_of(s.log.text, '>'), fmt::format("a[{}]b", offset - 1));
}

/// A stream with a gap of 3 bytes after "abc", which the server acknowledges or not.
struct PendingGap {
  explicit PendingGap(bool acknowledged, const FlowLimits& limits = {}) : s(limits) {
    s.feed("c S 99");
    s.feed("s SA 499 ack=100");
    s.feed("c A 100 abc ack=500");
    s.feed("c A 106 g ack=500");
    if (acknowledged) s.feed("s A 500 ack=107");
  }
  void packets(std::uint32_t count, Timestamp at) {
    s.time = at;
    for (std::uint32_t i = 0; i < count; ++i) s.feed("s A 500 ack=100");
  }
  [[nodiscard]] std::string stream() const { return stream_of(s.log.text, '>'); }
  Scenario s;
};

TEST(ReassemblyGap, NeedsPacketsAndTime) {
  const FlowLimits limits;
  PendingGap both(true);
  both.packets(limits.gap_grace_packets - 2, limits.gap_grace_time);
  EXPECT_EQ(both.stream(), "abc");
  both.packets(1, limits.gap_grace_time);
  EXPECT_EQ(both.stream(), "abc[3]g");

  PendingGap packets_only(true);
  packets_only.packets(1000, limits.gap_grace_time - 1);
  EXPECT_EQ(packets_only.stream(), "abc");

  PendingGap time_only(true);
  time_only.packets(1, limits.gap_grace_time_alone - 1);
  EXPECT_EQ(time_only.stream(), "abc");
  time_only.packets(1, limits.gap_grace_time_alone);
  EXPECT_EQ(time_only.stream(), "abc[3]g");
}

/// One flow after another of the same capture: "abc", three bytes that are missing though the server has
/// them, "g".
struct LossyCapture {
  /// Until there has been no grace for so many flows as it takes.
  void gain_experience() {
    for (std::uint32_t i = 0; i < FlowLimits{}.experience_gaps; ++i) {
      begin("s A 500 ack=107");
      s.time += FlowLimits{}.gap_grace_time_alone;
      feed("s A 500 ack=107");
    }
  }
  void begin(const char* acknowledgement) {
    s.log.text.clear();
    ++port;
    for (const char* text : {"c S 99", "s SA 499 ack=100", "c A 100 abc ack=500", "c A 106 g ack=500"})
      feed(text);
    feed(acknowledgement);
  }
  void feed(const char* text) { s.feed(fmt::format("{} port={}", text, port)); }
  [[nodiscard]] std::string stream() const { return stream_of(s.log.text, '>'); }
  Scenario s;
  int port = 50000;
};

TEST(ReassemblyGap, NoGraceWhereItHasAlwaysBeenInVain) {
  LossyCapture capture;
  capture.begin("s A 500 ack=107");
  EXPECT_EQ(capture.stream(), "abc");
  capture.gain_experience();
  capture.begin("s A 500 ack=107");
  EXPECT_EQ(capture.stream(), "abc[3]g");
  capture.feed("s A 500 ack=120");
  capture.feed("c A 110 k");  // acknowledged before anything behind it has come
  EXPECT_EQ(capture.stream(), "abc[3]g[3]k");
  capture.begin("s A 500 ack=103");  // the receiver waits, and the sender will repeat it
  EXPECT_EQ(capture.stream(), "abc");
  capture.feed("c A 103 def");
  EXPECT_EQ(capture.stream(), "abcdefg");
}

TEST(ReassemblyGap, OneLateByteBringsTheGraceBack) {
  LossyCapture capture;
  capture.gain_experience();
  capture.begin("s A 500 ack=107");
  capture.feed("c A 104 e");
  EXPECT_EQ(capture.stream(), "abc[3]g");
  capture.begin("s A 500 ack=107");
  EXPECT_EQ(capture.stream(), "abc");
  capture.feed("c A 103 def");
  EXPECT_EQ(capture.stream(), "abcdefg");
}

TEST(ReassemblyGap, LateBytesWithinTheGraceKeepIt) {
  LossyCapture capture;
  capture.begin("s A 500 ack=107");
  capture.feed("c A 103 def");
  capture.gain_experience();
  capture.begin("s A 500 ack=107");
  EXPECT_EQ(capture.stream(), "abc");
}

TEST(ReassemblyGap, NeverComesWhileTheReceiverWaits) {
  PendingGap gap(false);
  gap.packets(5000, 100 * second);
  EXPECT_EQ(gap.stream(), "abc");
  gap.s.feed("s A 500 ack=105");  // within the gap
  gap.packets(5000, 200 * second);
  EXPECT_EQ(gap.stream(), "abc");
  gap.s.feed("c A 103 def");
  EXPECT_EQ(gap.stream(), "abcdefg");
}

// As if nobody had waited for the missing bytes: packets 4 and 5 share a piece of the buffer.
TEST(ReassemblyGap, WhatWaitedInVainKeepsItsPackets) {
  PendingGap gap(false);
  gap.s.feed("c A 107 hi ack=500");
  gap.s.feed("s A 500 ack=109");
  gap.packets(1, 4 * second);
  EXPECT_EQ(gap.stream(), "abc[3]ghi");
  EXPECT_EQ(gap.s.log.packets, ">0:3 >3:4 >6:4 >7:5");
}

TEST(ReassemblyGap, WhatWaitedWithSuccessCameWithTheMissingBytes) {
  PendingGap gap(false);
  gap.s.feed("c A 107 hi ack=500");
  gap.s.feed("c A 103 def ack=500");
  EXPECT_EQ(gap.stream(), "abcdefghi");
  EXPECT_EQ(gap.s.log.packets.substr(0, 9), ">0:3 >3:6");
  EXPECT_EQ(gap.s.log.packets.find(":4"), std::string::npos) << gap.s.log.packets;
}

// What a limit gives up is dated likewise, and so are bytes that the capture cut off.
TEST(ReassemblyGap, LimitsAndCutBytesKeepTheirPackets) {
  FlowLimits limits;
  limits.held_pieces = 2;
  PendingGap gap(false, limits);
  gap.s.feed("c A 120 xy wire=4 ack=500");
  gap.s.feed("c A 130 z ack=500");
  EXPECT_EQ(gap.stream(), "abc[3]g[13]xy[2]");
  EXPECT_EQ(gap.s.log.packets, ">0:3 >3:4 >6:4 >7:5 >20:5 >22:5");
}

TEST(ReassemblyGap, LateBytesAreDroppedAndCounted) {
  PendingGap gap(true);
  gap.packets(1, 4 * second);
  EXPECT_EQ(gap.stream(), "abc[3]g");
  gap.s.feed("c A 103 defgh");
  EXPECT_EQ(gap.stream(), "abc[3]gh");
  gap.s.finish();
  const FlowDirectionTotals& totals = gap.s.totals(Direction::to_server);
  EXPECT_EQ(totals.discarded_bytes, 3U);
  EXPECT_EQ(totals.retransmitted_bytes, 1U);
  EXPECT_EQ(totals.missing_bytes, 3U);
  EXPECT_EQ(totals.bytes, 5U);
}

TEST(ReassemblyGap, BytesWithinTheGraceFillTheGap) {
  PendingGap gap(true);
  gap.packets(40, 150 * millisecond);
  gap.s.feed("c A 103 def");
  EXPECT_EQ(gap.stream(), "abcdefg");
}

TEST(ReassemblyGap, SurvivesAClockThatStepsBack) {
  PendingGap gap(true);
  gap.s.time = -1000 * second;
  gap.packets(1000, -1000 * second);
  EXPECT_EQ(gap.stream(), "abc");
  gap.packets(1, -1000 * second + FlowLimits{}.gap_grace_time);
  EXPECT_EQ(gap.stream(), "abc[3]g");
}

TEST(ReassemblyGap, OneWayCapturesWaitLonger) {
  const FlowLimits limits;
  Scenario s;
  s.feed("c S 99");
  s.feed("c A 100 abc ack=500");
  s.feed("c A 106 g ack=500");
  s.time = limits.one_way_grace_time;
  for (std::uint32_t i = 1; i < limits.one_way_grace_packets; ++i) s.feed("c A 107 ack=500");
  EXPECT_EQ(stream_of(s.log.text, '>'), "abc");
  s.feed("c A 107 ack=500");
  EXPECT_EQ(stream_of(s.log.text, '>'), "abc[3]g");
  s.feed("c A 109 j");
  s.time += limits.one_way_grace_time_alone;
  s.feed("c A 110 k");
  EXPECT_EQ(stream_of(s.log.text, '>'), "abc[3]g[2]jk");
}

TEST(ReassemblyGap, ASegmentFarAheadDoesNotDisturbAOneWayStream) {
  Scenario s;
  s.feed("c S 99");
  s.feed("c A 1000000 x");  // of an earlier connection
  std::string expected;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    s.time += 10 * millisecond;
    const std::string byte(1, static_cast<char>('a' + i % 26));
    s.feed(true, 50000, segment_at(100 + i), byte, 1);
    expected += byte;
  }
  EXPECT_EQ(stream_of(s.log.text, '>'), expected);
}

TEST(ReassemblyGap, GapsAgeIndependently) {
  PendingGap gap(true);
  gap.s.feed("c A 109 j");
  gap.s.feed("s A 500 ack=110");
  gap.packets(70, FlowLimits{}.gap_grace_time);
  EXPECT_EQ(gap.stream(), "abc[3]g[2]j");
}

TEST(ReassemblyGap, TheEndTellsOfMissingBytes) {
  Scenario fin;
  for (const char* x : {"c S 99", "s SA 499 ack=100", "c A 100 abc", "c FA 110"}) fin.feed(x);
  fin.finish();
  EXPECT_EQ(fin.log.text, "open >0:abc >3+7:not_captured >10.fin <0.capture_end close:capture_end");

  Scenario acknowledged;
  for (const char* x : {"c S 99", "s SA 499 ack=100", "c A 100 abc", "s A 500 ack=110"}) acknowledged.feed(x);
  acknowledged.finish();
  EXPECT_EQ(acknowledged.log.text,
            "open >0:abc >3+7:not_captured >10.capture_end <0.capture_end close:capture_end");

  Scenario fin_not_captured;
  for (const char* x : {"c S 99", "s SA 499 ack=100", "c A 100 abc", "s A 500 ack=104"})
    fin_not_captured.feed(x);
  fin_not_captured.finish();
  EXPECT_EQ(fin_not_captured.log.text, "open >0:abc >3.capture_end <0.capture_end close:capture_end");
}

TEST(ReassemblyLimit, HeldBytesGiveUpTheOldestGap) {
  FlowLimits limits;
  limits.held_bytes = 20'000;
  Scenario s(limits);
  s.feed("c S 99");
  s.feed("s SA 499 ack=100");
  std::uint32_t sequence = 101;  // one byte is missing
  for (int i = 0; i < 100; ++i) {
    s.feed(true, 50000, segment_at(sequence), std::string(1000, 'x'), 1000);
    sequence += 1000;
    EXPECT_LE(s.table.held().bytes, 20'000U);
  }
  EXPECT_EQ(s.log.text.rfind("open >0+1:limit >1:xxx", 0), 0U) << s.log.text.substr(0, 100);
  EXPECT_EQ(s.table.held().limit_reached, 1U);
  EXPECT_EQ(s.table.held().bytes, 0U);
}

TEST(ReassemblyLimit, HeldPiecesAreBounded) {
  FlowLimits limits;
  limits.held_pieces = 10;
  Scenario s(limits);
  s.feed("c S 99");
  for (std::uint32_t i = 1; i < 100; ++i) s.feed(true, 50000, segment_at(100 + 2 * i), "x", 1);
  EXPECT_GT(s.table.held().limit_reached, 80U);
  s.finish();
  EXPECT_EQ(s.table.held().bytes, 0U);
}

TEST(ReassemblyLimit, AllFlowsTogetherAreBounded) {
  FlowLimits limits;
  limits.held_bytes_total = 10'000;
  Scenario s(limits);
  for (std::uint16_t port = 1; port <= 60; ++port) {
    TcpSegment syn = segment_at(99);
    syn.flags = tcp_flag::syn;
    s.feed(true, static_cast<std::uint16_t>(50000 + port), syn, "", 0);
    s.feed(true, static_cast<std::uint16_t>(50000 + port), segment_at(101), "x", 1);
    EXPECT_LE(s.table.held().bytes, 10'000U);
  }
  EXPECT_GT(s.table.held().limit_reached, 10U);  // these give up their gap at once
  EXPECT_NE(s.log.text.find(">0+1:limit >1:x"), std::string::npos);
}

TEST(ReassemblyInterest, NothingIsDeliveredOrKeptOnceNobodyWantsIt) {
  Scenario s;
  s.log.interest_bytes = 3;
  for (const char* x :
       {"c S 99", "s SA 499 ack=100", "s A 505 held", "c A 110 held", "c A 100 abc", "c A 103 de",
        "c A 200 f", "s A 500 xy", "c FA 201", "s FA 502 ack=202", "c A 202 ack=503"}) {
    s.feed(x);
  }
  EXPECT_EQ(s.log.text, "open >0:abc close:fin");
  EXPECT_EQ(s.table.held().bytes, 0U);
  EXPECT_GE(s.totals(Direction::to_server).bytes, 6U);
}

TEST(ReassemblyInterest, MayEndWithTheFirstDirection) {
  Scenario fin;
  fin.log.interest_in_both_ends = false;
  for (const char* x :
       {"c S 99", "s SA 499 ack=100", "c FA 100 abc", "s A 500 x", "s FA 501 ack=104", "c A 104 ack=502"})
    fin.feed(x);
  EXPECT_EQ(fin.log.text, "open >0:abc >3.fin close:fin");
  Scenario reset;
  reset.log.interest_in_both_ends = false;
  for (const char* x : {"c S 99", "s SA 499 ack=100", "c A 100 abc", "s A 505 x", "c R 103"}) reset.feed(x);
  EXPECT_EQ(reset.log.text, "open >0:abc >3.reset close:reset");
  Scenario before_data;
  before_data.log.interest_in_both_ends = false;
  for (const char* x :
       {"c S 99", "s SA 499 ack=100", "s FA 500", "c A 100 abc", "c FA 103 ack=501", "s A 501 ack=104"})
    before_data.feed(x);
  EXPECT_EQ(before_data.log.text, "open <0.fin close:fin");
}

TEST(ReassemblyInterest, ARefusedFlowIsOnlyCounted) {
  Scenario s;
  s.observer.refuse = true;
  for (const char* x : {"c S 99", "s SA 499 ack=100", "c A 100 abc", "c A 110 x", "s A 500 xy", "c R 111"})
    s.feed(x);
  EXPECT_EQ(s.log.text, "open");
  EXPECT_EQ(s.table.counters().flows_closed[static_cast<std::size_t>(EndCause::reset)], 1U);
}

// Random cuts, duplicates, overlaps and orders within a window of some segments give exactly the stream.
TEST(ReassemblyProperty, RandomNetworksDeliverTheStream) {
  std::mt19937 random(20121221);  // NOLINT: reproducible on purpose
  std::string stream(5000, '\0');
  for (auto& byte : stream) byte = static_cast<char>('a' + random() % 26);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> segments;
    for (std::uint32_t at = 0; at < stream.size();) {
      const auto size = std::min(static_cast<std::uint32_t>(1 + random() % (round % 3 == 0 ? 5 : 300)),
                                 static_cast<std::uint32_t>(stream.size()) - at);
      segments.emplace_back(at, size);
      if (random() % 4 == 0) segments.emplace_back(at, size);
      if (random() % 4 == 0) {
        const std::uint32_t back = std::min(at, static_cast<std::uint32_t>(random() % 500));
        segments.emplace_back(at - back, size + back);
      }
      at += size;
    }
    for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
      std::swap(segments[i], segments[std::min(segments.size() - 1, i + random() % 8)]);
    }
    Scenario s;
    const std::uint32_t initial = initial_sequences[static_cast<std::size_t>(round) % 8];
    TcpSegment syn = segment_at(initial);
    syn.flags = tcp_flag::syn;
    s.feed(true, 50000, syn, "", 0);
    for (const auto& [offset, length] : segments) {
      s.feed(true, 50000, segment_at(initial + 1 + offset), stream.substr(offset, length), length);
    }
    ASSERT_EQ(stream_of(s.log.text, '>'), stream) << round;
    ASSERT_EQ(s.table.held().bytes, 0U);
  }
}

}  // namespace
}  // namespace rtmpscope::net::test
