#include "rtmp/session/media_figures.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::test {
namespace {

std::uint32_t span_of(std::initializer_list<std::uint32_t> timestamps) {
  rtmp::MediaSummary media;
  for (const std::uint32_t timestamp : timestamps) count_frame(media, timestamp);
  return media_span(media);
}

TEST(MediaFigures, SpanIsWhatTheCodedFramesGoOver) {
  EXPECT_EQ(span_of({16'776'000, 16'777'000, 16'778'000}), 2000U);
  EXPECT_EQ(span_of({0xFFFFFF00, 0x100}), 512U) << "wraps";
  EXPECT_EQ(span_of({0, 40, 20, 60, 40, 80}), 80U) << "two tracks";
  EXPECT_EQ(span_of({2000, 4000, 6000, 0, 2000, 4000}), 8000U) << "a seek back";
  EXPECT_EQ(span_of({1920, 0, 40, 80}), 80U) << "the first frame of a sender that then sets its clock";
  EXPECT_EQ(span_of({0, 40, 300'000, 300'040}), 80U) << "a seek on";
  EXPECT_EQ(span_of({0, 40, 30'000, 30'040}), 30'040U) << "a pause";
  rtmp::MediaSummary media;
  media.frames = 1;
  media.last_timestamp = 16'778'000;
  EXPECT_EQ(media_span(media), 16'778'000U) << "no frames to speak of";
}

TEST(MediaFigures, RatesAreOverTheSpan) {
  rtmp::StreamSummary stream;
  stream.video.bytes = 100'000;
  for (const std::uint32_t timestamp : {0U, 40U, 80U, 120U, 160U}) count_frame(stream.video, timestamp);
  EXPECT_EQ(media_span(stream), 160U);
  EXPECT_DOUBLE_EQ(frame_rate(stream.video), 25);
  EXPECT_DOUBLE_EQ(bit_rate(stream.video), 5'000'000);
  stream.audio.bytes = 100'000;
  stream.audio.last_timestamp = 320;
  EXPECT_DOUBLE_EQ(bit_rate(stream), 5'000'000) << "both kinds over the longer span";
}

TEST(MediaFigures, AreZeroWhereNothingIsKnown) {
  const rtmp::StreamSummary stream;
  EXPECT_EQ(bit_rate(stream), 0);
  EXPECT_EQ(frame_rate(stream.video), 0);
  EXPECT_EQ(key_frame_interval(stream.video), 0);
}

TEST(MediaFigures, KeyFrameIntervalIsAnAverage) {
  rtmp::VideoSummary video;
  video.key_frames = 3;
  video.first_key_timestamp = 0xFFFF'FF00;
  video.last_key_timestamp = 3744;
  EXPECT_DOUBLE_EQ(key_frame_interval(video), 2) << "across a wrap";
}

}  // namespace
}  // namespace rtmpscope::test
