#include "rtmp/chunk/timestamp_estimator.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::test {
namespace {

using rtmp::TimestampEstimator;

constexpr Timestamp millisecond = 1'000'000;
constexpr Timestamp start = 1'700'000'000'000 * millisecond;

/// A chunk stream with a message of 1000 bytes every 40 ms, until it is lost.
struct Sender {
  TimestampEstimator estimator;
  TimestampEstimator::StreamClock clock;
  std::uint32_t timestamp = 0;
  std::uint64_t offset = 0;
  Timestamp time = start;

  void send(int count, Timestamp pace_ms, bool exact = true) {
    for (int i = 0; i < count; ++i) {
      timestamp += 40;
      offset += 1000;
      time += pace_ms * millisecond;
      estimator.add_media(clock, timestamp, exact, offset, time);
    }
  }
  /// The next message is captured `later_ms` after the last one, and `further` bytes behind it.
  [[nodiscard]] std::uint32_t lost_time(Timestamp later_ms, std::uint64_t further = 1000,
                                        std::uint32_t step = 40) {
    return estimator.lost_time(clock, {.timestamp = timestamp,
                                       .offset = offset,
                                       .step = step,
                                       .offset_behind = offset + further,
                                       .time_behind = time + later_ms * millisecond});
  }
};

TEST(TimestampEstimator, MediaThatIsSentAsItComesUpGoesByTheCapturesClock) {
  Sender sender;
  sender.send(100, 40);
  EXPECT_EQ(sender.lost_time(40), 0U) << "nothing is lost of this chunk stream";
  EXPECT_EQ(sender.lost_time(55), 0U);
  EXPECT_EQ(sender.lost_time(200), 160U);
  EXPECT_EQ(sender.lost_time(215), 160U) << "a number of steps";
  EXPECT_EQ(sender.lost_time(200, 900'000), 160U) << "however long the messages were";
  EXPECT_EQ(sender.lost_time(200, 1000, 0), 200U) << "without a step there is nothing to count";
}

TEST(TimestampEstimator, OneLateMessageDoesNotMoveTheEstimate) {
  Sender sender;
  sender.send(100, 40);
  sender.time += 70 * millisecond;
  sender.send(1, 40);
  EXPECT_EQ(sender.lost_time(200 - 70), 160U);
}

TEST(TimestampEstimator, FilesThatAreSentAtOnceGoByBytes) {
  Sender sender;
  sender.send(100, 1);
  EXPECT_EQ(sender.lost_time(1, 10'000), 360U);
  EXPECT_EQ(sender.lost_time(5, 1000), 0U);
}

TEST(TimestampEstimator, AGapOfAnySizeIsDated) {
  Sender sender;
  sender.send(100, 1);
  EXPECT_EQ(sender.lost_time(1, std::uint64_t{1} << 60), 0U) << "longer than an hour";
  sender.send(1, 40);
  EXPECT_LE(sender.lost_time(1, 80'000), 3200U);
}

TEST(TimestampEstimator, BehindABurstTheClockHoldsAgain) {
  Sender sender;
  sender.send(50, 1);  // what a player has missed
  sender.send(100, 40);
  EXPECT_EQ(sender.lost_time(400, 1000), 360U);
}

TEST(TimestampEstimator, EstimatesDoNotLeadTheClockAway) {
  Sender sender;
  sender.send(100, 40);
  sender.timestamp += 40;  // guessed wrong
  sender.send(200, 40, false);
  EXPECT_EQ(sender.lost_time(240), 160U) << "the message behind the next loss is right again";
}

TEST(TimestampEstimator, ConfigurationAtTimeZeroIsForgotten) {
  Sender sender;
  sender.send(1, 40);
  sender.timestamp = 16'000'000;
  sender.send(3, 40);
  EXPECT_EQ(sender.lost_time(200), 160U);
}

TEST(TimestampEstimator, TimestampsMayWrap) {
  Sender sender;
  sender.timestamp = 0xFFFFFFFF - 1000;
  sender.send(50, 40);
  EXPECT_LT(sender.timestamp, 2000U);
  EXPECT_EQ(sender.lost_time(200), 160U);
}

TEST(TimestampEstimator, ACaptureClockThatIsSetSaysNothing) {
  Sender sender;
  sender.send(100, 40);
  EXPECT_EQ(sender.lost_time(-60'000), 0U);
  EXPECT_EQ(sender.lost_time(Timestamp{2} * 3'600'000), 0U);
}

TEST(TimestampEstimator, WhatWasAddedForATimeInWhichNothingWasSentIsTakenBack) {
  Sender sender;
  sender.send(100, 40);
  const std::uint32_t before = sender.timestamp;
  const Timestamp due =
      sender.time - before * millisecond;  // where capture times and timestamps belong together
  const std::uint32_t added = sender.lost_time(400);
  ASSERT_EQ(added, 360U);
  sender.timestamp += added;
  sender.time += 360 * millisecond;
  sender.send(1, 40, false);
  // In truth one message was lost, and what had to wait is now sent at once.
  std::uint32_t truth = before + 80;
  std::uint32_t taken = 0;
  while (due + truth * millisecond < sender.time) {
    truth += 40;
    const std::uint32_t back = sender.estimator.excess_estimate(sender.clock, sender.timestamp + 40, 40,
                                                                sender.time + 1 * millisecond);
    EXPECT_EQ(back % 40, 0U);
    taken += back;
    sender.timestamp -= back;
    sender.send(1, 1, false);
  }
  EXPECT_GT(taken, 0U);
  EXPECT_LE(taken, added);
  EXPECT_GE(sender.timestamp, truth);
  EXPECT_LE(sender.timestamp - truth, 140U);
}

TEST(TimestampEstimator, NoMoreIsTakenBackThanWasAdded) {
  Sender sender;
  sender.send(100, 40);
  EXPECT_EQ(sender.estimator.excess_estimate(sender.clock, sender.timestamp + 1000, 40, sender.time), 0U)
      << "it has counted itself";
  EXPECT_EQ(sender.lost_time(120), 80U);
  EXPECT_EQ(sender.estimator.excess_estimate(sender.clock, sender.timestamp + 1000, 40, sender.time), 80U);
  EXPECT_EQ(sender.estimator.excess_estimate(sender.clock, sender.timestamp + 1000, 40, sender.time), 0U);
}

TEST(TimestampEstimator, AChunkStreamWithoutAnAbsoluteTimestampGoesWithTheOthers) {
  TimestampEstimator estimator;
  TimestampEstimator::StreamClock audio;
  EXPECT_EQ(estimator.since_start(start), 0U) << "nothing is known";
  estimator.add_control(start);
  EXPECT_EQ(estimator.since_start(start + 70 * millisecond), 70U);
  estimator.add_media(audio, 70, false, 0, start + 70 * millisecond);
  EXPECT_FALSE(estimator.anchored());
  TimestampEstimator::StreamClock video;
  estimator.add_media(video, 5000, true, 100, start + 100 * millisecond);
  ASSERT_TRUE(estimator.anchored());
  EXPECT_EQ(estimator.anchor(audio, start + 130 * millisecond), 5030U);
  EXPECT_TRUE(audio.anchored);
}

}  // namespace
}  // namespace rtmpscope::test
