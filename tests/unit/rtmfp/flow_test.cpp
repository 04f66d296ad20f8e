#include "rtmfp/flow.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "rtmfp/limits.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::rtmfp::test {
namespace {

using enum FragmentPlace;

/// A line for each message: first fragment, bytes, and what is missing.
class Log final : public FlowListener {
 public:
  void on_message(const FlowMessage& message, PacketRef) override {
    lines.push_back(std::to_string(message.sequence) + " " + std::string(as_text(message.bytes)) +
                    (message.complete ? "" : " …"));
  }
  std::vector<std::string> lines;
};

class FlowTest : public testing::Test {
 protected:
  void add(std::uint64_t sequence, FragmentPlace place, std::string_view data, std::uint64_t forward = 0) {
    send({.sequence = sequence, .forward = forward, .place = place, .data = as_bytes(data)});
  }
  void send(const Fragment& fragment) { flow.add(fragment, next_packet(), log); }
  void wait() { flow.on_tick({packet, time += gap_grace}, log); }
  PacketRef next_packet() { return {++packet, time}; }

  HeldBytes held{1000};
  Flow flow{held};
  Log log;
  std::uint64_t packet = 0;
  Timestamp time = second;
};

using Lines = std::vector<std::string>;

TEST_F(FlowTest, WholeMessagesAndPartsGiveMessages) {
  add(1, whole, "a");
  add(2, begin, "b");
  add(3, middle, "c");
  add(4, end, "d");
  EXPECT_EQ(log.lines, (Lines{"1 a", "2 bcd"}));
  EXPECT_EQ(flow.totals().messages, 2U);
  EXPECT_EQ(flow.totals().fragments, 4U);
  EXPECT_EQ(held.used(), 0U);
}

TEST_F(FlowTest, OrderOfArrivalDoesNotMatter) {
  add(3, end, "c");
  add(4, whole, "d");
  add(1, begin, "a");
  EXPECT_TRUE(log.lines.empty());
  add(2, middle, "b");
  EXPECT_EQ(log.lines, (Lines{"1 abc", "4 d"}));
  EXPECT_EQ(flow.totals().out_of_order, 2U);
}

TEST_F(FlowTest, WhatComesAgainIsCounted) {
  add(1, whole, "a");
  add(1, whole, "a");
  add(3, whole, "c");
  add(3, whole, "c");
  add(2, whole, "b");
  EXPECT_EQ(log.lines, (Lines{"1 a", "2 b", "3 c"}));
  EXPECT_EQ(flow.totals().repeated, 2U);
  EXPECT_EQ(flow.totals().repeated_bytes, 2U);
}

TEST_F(FlowTest, TheSenderSaysWhatNeverComes) {
  add(1, whole, "a");
  add(4, whole, "d");
  EXPECT_EQ(log.lines, (Lines{"1 a"}));
  add(5, whole, "e", 3);
  EXPECT_EQ(log.lines, (Lines{"1 a"}));  // it may have been overtaken
  wait();
  EXPECT_EQ(log.lines, (Lines{"1 a", "4 d", "5 e"}));
  EXPECT_EQ(flow.totals().abandoned, 2U);
  EXPECT_EQ(flow.totals().incomplete, 0U);
}

TEST_F(FlowTest, AMessageWithAMissingPartIsIncomplete) {
  add(1, begin, "a");
  add(3, end, "c");
  add(4, whole, "d", 2);
  wait();
  EXPECT_EQ(log.lines, (Lines{"1 a …", "4 d"}));
  EXPECT_EQ(flow.totals().incomplete, 1U);
  add(6, middle, "f", 5);
  add(7, end, "g", 5);
  wait();
  EXPECT_EQ(log.lines.size(), 2U);  // its beginning is missing
  EXPECT_EQ(flow.totals().incomplete, 2U);
}

TEST_F(FlowTest, AnAbandonedFragmentIsMissing) {
  add(1, begin, "a");
  send({.sequence = 2, .place = middle, .abandoned = true});
  add(3, end, "c");
  EXPECT_EQ(log.lines, (Lines{"1 a …"}));
  EXPECT_EQ(flow.totals().abandoned, 1U);
}

TEST_F(FlowTest, WhatTheReceiverHasIsWaitedForABit) {
  add(1, whole, "a");
  add(3, whole, "c");
  flow.on_acknowledgement(3, next_packet(), log);
  EXPECT_EQ(log.lines, (Lines{"1 a"}));
  time += gap_grace;
  add(4, whole, "d");
  EXPECT_EQ(log.lines, (Lines{"1 a", "3 c", "4 d"}));
  EXPECT_EQ(flow.totals().not_captured, 1U);
}

TEST_F(FlowTest, WhatNobodySpeaksOfIsGivenUpInTime) {
  add(1, whole, "a");
  add(3, whole, "c");
  flow.on_tick({9, time + gap_timeout - 1}, log);
  EXPECT_EQ(log.lines.size(), 1U);
  flow.on_tick({9, time + gap_timeout}, log);
  EXPECT_EQ(log.lines, (Lines{"1 a", "3 c"}));
}

TEST_F(FlowTest, AFlowThatBeganBeforeTheCaptureStartsWhereItsSenderIs) {
  add(100, end, "a", 99);
  add(101, whole, "b", 99);
  EXPECT_EQ(log.lines, (Lines{"101 b"}));
  EXPECT_EQ(flow.totals().incomplete, 1U);
  EXPECT_EQ(flow.totals().abandoned, 0U);
}

TEST_F(FlowTest, EndsWithItsFinalFragment) {
  send({.sequence = 2, .place = whole, .final = true, .data = as_bytes("b")});
  EXPECT_FALSE(flow.ended());
  add(1, whole, "a");
  EXPECT_TRUE(flow.ended());
  add(3, whole, "c");
  EXPECT_EQ(log.lines, (Lines{"1 a", "2 b"}));
}

TEST_F(FlowTest, FinishHandsOnWhatThereIs) {
  add(1, begin, "a");
  add(3, whole, "c");
  add(4, begin, "d");
  flow.finish(next_packet(), log);
  EXPECT_EQ(log.lines, (Lines{"1 a …", "3 c", "4 d …"}));
  EXPECT_EQ(held.used(), 0U);
}

TEST_F(FlowTest, RoundTripsAreMeasuredWithFragmentsThatCameOnce) {
  add(1, whole, "a");
  time += 30 * millisecond;
  flow.on_acknowledgement(1, next_packet(), log);
  EXPECT_EQ(flow.totals().round_trips, 1U);
  EXPECT_EQ(flow.totals().round_trip_sum, 30 * millisecond);
  add(2, whole, "b");
  add(2, whole, "b");
  flow.on_acknowledgement(2, next_packet(), log);
  EXPECT_EQ(flow.totals().round_trips, 1U);
}

TEST_F(FlowTest, NumbersOfAnySizeCostNothing) {
  add(1, whole, "a");
  add(highest_sequence, whole, "z", highest_sequence - 1);
  wait();
  EXPECT_EQ(log.lines.size(), 2U);
  flow.on_acknowledgement(~std::uint64_t{0}, next_packet(), log);
  EXPECT_EQ(flow.totals().abandoned, highest_sequence - 2);
}

TEST_F(FlowTest, HeldBytesAreBounded) {
  const std::string data(100, 'x');
  for (std::uint64_t sequence = 2; sequence < 1000; ++sequence) {
    add(sequence, whole, data);
    EXPECT_LE(held.used(), 1000U);
  }
  EXPECT_GT(log.lines.size(), 900U);
  HeldBytes much(std::size_t{1} << 30);
  Flow other(much);
  for (std::uint64_t sequence = 2; sequence < 3 * held_fragments; ++sequence)
    other.add({.sequence = sequence, .place = whole, .data = as_bytes("x")}, next_packet(), log);
  EXPECT_LE(much.used(), held_fragments);
}

TEST_F(FlowTest, AMessageLongerThanTheLimitKeepsItsBeginning) {
  const std::string data(300, 'x');
  add(1, begin, data);
  for (std::uint64_t sequence = 2; sequence < 10; ++sequence) add(sequence, middle, data);
  add(10, end, data);
  ASSERT_EQ(log.lines.size(), 1U);
  EXPECT_EQ(log.lines[0].size(), 2U + 900U);
  EXPECT_EQ(held.used(), 0U);
}

/// Any order, repetition and loss give the messages whose fragments came, in order, each once.
TEST(Flow, GivesWhatCameInOrder) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<Fragment> fragments;
    std::vector<std::string> texts(60);
    for (std::uint64_t sequence = 1; sequence <= texts.size();) {
      const std::uint64_t parts = std::min<std::uint64_t>(1 + random() % 4, texts.size() - sequence + 1);
      for (std::uint64_t part = 0; part < parts; ++part, ++sequence) {
        texts[sequence - 1] = std::string(1, static_cast<char>('a' + sequence % 26));
        const FragmentPlace place = parts == 1 ? whole : part == 0 ? begin : part + 1 == parts ? end : middle;
        fragments.push_back({.sequence = sequence, .place = place, .data = as_bytes(texts[sequence - 1])});
      }
    }
    Log expected;
    HeldBytes held(1 << 20);
    {
      Flow flow(held);
      for (const Fragment& fragment : fragments) flow.add(fragment, {1, 0}, expected);
      flow.finish({1, 0}, expected);
    }
    std::ranges::shuffle(fragments, random);
    Log shuffled;
    Flow flow(held);
    for (const Fragment& fragment : fragments) {
      flow.add(fragment, {1, 0}, shuffled);
      if (random() % 4 == 0) flow.add(fragment, {1, 0}, shuffled);
    }
    flow.finish({1, 0}, shuffled);
    EXPECT_EQ(shuffled.lines, expected.lines);
  }
}

}  // namespace
}  // namespace rtmpscope::rtmfp::test
