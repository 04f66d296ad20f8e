// Messages behind a header that was found, as samples of what comes before it.
#include "rtmp/recovery/sample_collector.hpp"

#include "unit/rtmp/recovery/trial_input.hpp"

namespace rtmpscope::test {
namespace {

using rtmp::collect_samples;
using rtmp::CollectedSamples;
using SampleCollectorTest = TrialTest;

TEST_F(SampleCollectorTest, CollectsMessagesInTheirOrder) {
  keep(audio(100));
  keep(audio(200));
  keep(audio(150));
  const CollectedSamples collected = collect_samples(input, {.chunk_size = known_4096});
  ASSERT_EQ(collected.samples.size(), 3U);
  EXPECT_EQ(collected.samples[0].length, 100U);
  EXPECT_EQ(collected.samples[1].length, 200U);
  EXPECT_EQ(collected.samples[2].length, 150U);
  EXPECT_EQ(collected.samples[1].chunk_stream_id, 4U);
  EXPECT_EQ(collected.samples[1].type_id, 8);
  EXPECT_EQ(collected.samples[1].head.bytes[0], 0xAF);
  EXPECT_FALSE(collected.complete);
}

TEST_F(SampleCollectorTest, BeginsWhereItIsTold) {
  keep(audio(100));
  const std::uint64_t second = end;
  keep(audio(200));
  const CollectedSamples collected = collect_samples(input, {.offset = second, .chunk_size = known_4096});
  ASSERT_EQ(collected.samples.size(), 1U);
  EXPECT_EQ(collected.samples[0].length, 200U);
}

TEST_F(SampleCollectorTest, FindsTheChunkSize) {
  keep(audio(300, 128));
  keep(audio(300, 128));
  const CollectedSamples collected = collect_samples(input, {.last = true});
  EXPECT_EQ(collected.chunk_size.size, 128U);
  EXPECT_TRUE(collected.chunk_size.certain);
}

/// Video on chunk stream 6 inherits its length from a header that is lost.
TEST_F(SampleCollectorTest, InfersTheLengthsOfChunkStreamsThatInheritFromLostHeaders) {
  ByteVector picture = hex("27 01 000000 00000037");
  picture.resize(9 + 0x37, 0x41);
  const auto inheriting_video = message({.format = 3, .chunk_stream_id = 6}, picture, 4096);
  for (int i = 0; i < 3; ++i) {
    keep(audio(100));
    keep(inheriting_video);
  }
  keep(audio(100));
  const CollectedSamples collected = collect_samples(input, {.chunk_size = known_4096, .last = true});
  EXPECT_TRUE(contains(collected.samples, {6, 64, 9}));
  EXPECT_TRUE(contains(collected.samples, {4, 100, 8}));
}

TEST_F(SampleCollectorTest, EndsWithNoMoreThanItsMost) {
  for (std::size_t i = 0; i < rtmp::most_samples + 10; ++i) keep(audio(100));
  const CollectedSamples collected = collect_samples(input, {.chunk_size = known_4096});
  EXPECT_EQ(collected.samples.size(), rtmp::most_samples);
  EXPECT_TRUE(collected.complete);
}

TEST_F(SampleCollectorTest, CountsTheMessagesOfAllTrials) {
  for (int i = 0; i < 13; ++i) keep(audio(100));
  keep(message({.format = 3, .chunk_stream_id = 6}, aac(90), 4096));  // its length is inferred
  for (int i = 0; i < 15; ++i) keep(audio(100));
  const CollectedSamples collected = collect_samples(input, {.chunk_size = known_4096});
  EXPECT_EQ(collected.samples.size(), rtmp::most_samples);
  EXPECT_TRUE(contains(collected.samples, {6, 90, 8}));
  EXPECT_TRUE(collected.complete);
}

TEST_F(SampleCollectorTest, HasNoneWhereNoHeaderIs) {
  keep(ByteVector(300, 0x00));
  const CollectedSamples collected = collect_samples(input, {.chunk_size = known_4096});
  EXPECT_TRUE(collected.samples.empty());
  EXPECT_FALSE(collected.complete);
}

}  // namespace
}  // namespace rtmpscope::test
