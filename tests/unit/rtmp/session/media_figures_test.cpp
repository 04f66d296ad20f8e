#include "rtmp/session/media_figures.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::test {
namespace {

constexpr Timestamp millisecond = 1'000'000;

/// Frames that come when their timestamps say, or all at once.
rtmp::VideoSummary track(std::initializer_list<std::uint32_t> timestamps, bool at_once = false) {
  rtmp::VideoSummary media;
  for (const std::uint32_t timestamp : timestamps) {
    add_frame(media.timing,
              {.timestamp = timestamp, .size = 1000, .time = at_once ? 0 : timestamp * millisecond});
  }
  return media;
}

std::uint64_t span_of(std::initializer_list<std::uint32_t> timestamps, bool at_once = false) {
  return media_span(track(timestamps, at_once));
}

TEST(MediaFigures, SpanGoesToTheEndOfTheLastFrame) {
  EXPECT_EQ(span_of({0, 40}), 80U);
  EXPECT_EQ(span_of({16'776'000, 16'777'000, 16'778'000}), 3000U) << "begins late";
  EXPECT_EQ(span_of({0xFFFFFF00, 0x100}), 1024U) << "wraps";
  EXPECT_EQ(span_of({0, 40, 20, 60, 40, 80}), 96U) << "goes back a little";
  EXPECT_EQ(span_of({0, 40, 80, 0, 40, 80}), 96U) << "too little to be a jump";
}

TEST(MediaFigures, JumpsAreNoMedia) {
  EXPECT_EQ(span_of({2000, 4000, 6000, 0, 2000, 4000}), 12'000U) << "a seek back";
  EXPECT_EQ(span_of({1920, 0, 40, 80}), 160U) << "the first frame of a sender that then sets its clock";
  EXPECT_EQ(span_of({0, 40, 300'000, 300'040}), 160U) << "a seek on";
  EXPECT_EQ(span_of({0, 40, 30'000, 30'040}, true), 160U) << "a short one";
  EXPECT_EQ(span_of({16'777'160, 16'777'200, 0, 40}), 160U) << "24 bits";
}

TEST(MediaFigures, PausesAreMedia) {
  EXPECT_EQ(span_of({0, 40, 30'000, 30'040}), 40'053U) << "time has passed, too";
  EXPECT_EQ(span_of({0, 5000, 10'000, 15'000}, true), 20'000U) << "slides, sent in one go";
}

TEST(MediaFigures, RatesCountTheLastFrame) {
  const rtmp::VideoSummary video = track({0, 40, 80, 120, 160});
  EXPECT_DOUBLE_EQ(frame_rate(video), 25);
  EXPECT_DOUBLE_EQ(bit_rate(video), 200'000);
  EXPECT_DOUBLE_EQ(frame_rate(track({0, 40, 80, 300'000, 300'040})), 25) << "a seek on";
  EXPECT_DOUBLE_EQ(bit_rate(track({0, 40, 80, 300'000, 300'040})), 200'000);
  EXPECT_FALSE(video.timing.estimated);
}

TEST(MediaFigures, LostFramesDoNotLowerRates) {
  rtmp::VideoSummary video;
  for (std::uint32_t i = 0; i < 100; ++i) {
    if (i >= 40 && i < 80) continue;
    add_frame(video.timing,
              {.timestamp = i * 40, .size = 1000, .losses = i < 40 ? 0U : 1U, .time = i * 40 * millisecond});
  }
  EXPECT_DOUBLE_EQ(frame_rate(video), 25);
  EXPECT_DOUBLE_EQ(bit_rate(video), 200'000);
  EXPECT_EQ(media_span(video), 4000U);
  EXPECT_TRUE(video.timing.estimated);
}

TEST(MediaFigures, CutFramesCountOnlyIfTheirSizeIsKnown) {
  rtmp::VideoSummary video = track({0, 40, 80});
  add_frame(video.timing, {.timestamp = 120, .complete = false, .size = 0});
  EXPECT_DOUBLE_EQ(bit_rate(video), 200'000);
  add_frame(video.timing, {.timestamp = 160, .complete = false, .size = 6000});
  EXPECT_DOUBLE_EQ(bit_rate(video), 450'000);
  EXPECT_TRUE(video.timing.estimated);
}

TEST(MediaFigures, EstimatedTimestampsMakeNoSpanWithExactOnes) {
  rtmp::VideoSummary video;
  for (const std::uint32_t timestamp : {0U, 40U, 80U}) {
    add_frame(video.timing, {.timestamp = timestamp, .exact = false, .size = 1000});
  }
  for (const std::uint32_t timestamp : {40'000U, 40'040U, 40'080U}) {
    add_frame(video.timing, {.timestamp = timestamp, .size = 1000});
  }
  EXPECT_DOUBLE_EQ(frame_rate(video), 25);
  EXPECT_EQ(media_span(video), 240U);
  EXPECT_TRUE(video.timing.estimated);
}

TEST(MediaFigures, AStreamIsAsLongAsItsLongestTrack) {
  rtmp::StreamSummary stream;
  stream.video = track({0, 40, 80, 120, 160});
  stream.further_video.push_back(track({0, 80, 160}));
  stream.audio.timing = track({0, 100, 200, 300}).timing;
  stream.video.messages = stream.audio.messages = 1;
  EXPECT_EQ(media_span(stream), 400U);
  EXPECT_DOUBLE_EQ(bit_rate(stream), 200'000 + 100'000 + 80'000) << "the sum of all";
}

TEST(MediaFigures, AreZeroWhereNothingIsKnown) {
  const rtmp::StreamSummary stream;
  EXPECT_EQ(bit_rate(stream), 0);
  EXPECT_EQ(frame_rate(stream.video), 0);
  EXPECT_EQ(key_frame_interval(stream.video), 0);
  EXPECT_EQ(bit_rate(track({16'778'000})), 0) << "one frame has no length";
  EXPECT_EQ(media_span(track({16'778'000})), 0U);
}

TEST(MediaFigures, KeyFrameIntervalIsAnAverage) {
  rtmp::VideoSummary video;
  video.key_frames = 3;
  video.first_key_at = 1000;
  video.last_key_at = 5000;
  EXPECT_DOUBLE_EQ(key_frame_interval(video), 2);
}

}  // namespace
}  // namespace rtmpscope::test
