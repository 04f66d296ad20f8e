// Messages of constant length, found by their repetition.
#include "rtmp/recovery/repeated_lengths.hpp"

#include "unit/rtmp/recovery/trial_input.hpp"

namespace rtmpscope::test {
namespace {

using rtmp::find_repeated_lengths;
using RepeatedLengthsTest = TrialTest;

TEST_F(RepeatedLengthsTest, FindsAudioOfConstantRate) {
  ByteVector bytes;
  for (int i = 0; i < 10; ++i) bytes = concat(bytes, inheriting_audio(120));
  const auto found = find_repeated_lengths(bytes, profile, {}, work);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].defaults.chunk_stream_id, 4U);
  EXPECT_EQ(found[0].defaults.length, 120U);
  EXPECT_EQ(found[0].defaults.type_id, 8);
  EXPECT_EQ(found[0].chunk_size, 0U);
}

TEST_F(RepeatedLengthsTest, FindsTheChunkSizeThatSplitsThem) {
  ByteVector bytes;
  for (int i = 0; i < 10; ++i) {
    bytes = concat(bytes, message({.format = 3, .chunk_stream_id = 4}, aac(200), 128));
  }
  const auto found = find_repeated_lengths(bytes, profile, {}, work);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].defaults.length, 200U);
  EXPECT_EQ(found[0].chunk_size, 128U);
}

TEST_F(RepeatedLengthsTest, ConsidersOnlyTheGivenChunkStreams) {
  ByteVector bytes;
  for (int i = 0; i < 10; ++i) bytes = concat(bytes, inheriting_audio(120));
  const std::vector<std::uint32_t> others = {5, 6};
  EXPECT_TRUE(find_repeated_lengths(bytes, profile, others, work).empty());
}

TEST_F(RepeatedLengthsTest, IgnoresBodiesThatAreEqual) {
  const ByteVector one = inheriting_audio(120);
  ByteVector bytes;
  for (int i = 0; i < 10; ++i) bytes = concat(bytes, one);
  EXPECT_TRUE(find_repeated_lengths(bytes, profile, {}, work).empty());
}

ByteVector repeated(const char* text, int times) {
  ByteVector bytes;
  for (int i = 0; i < times; ++i) bytes = concat(bytes, hex(text));
  return bytes;
}

TEST_F(RepeatedLengthsTest, FindsSilenceThatSaysWhatItIs) {
  const auto aac = find_repeated_lengths(repeated("c4 af 01 21 10 04 60 8c 1c", 40), profile, {}, work);
  ASSERT_EQ(aac.size(), 1U);
  EXPECT_EQ(aac[0].defaults.chunk_stream_id, 4U);
  EXPECT_EQ(aac[0].defaults.length, 8U);
  EXPECT_EQ(aac[0].defaults.type_id, 8);
  const auto opus = find_repeated_lengths(repeated("c4 91 4f707573 f8 ff fe", 40), profile, {}, work);
  ASSERT_EQ(opus.size(), 1U);
  EXPECT_EQ(opus[0].defaults.length, 8U);
}

TEST_F(RepeatedLengthsTest, IgnoresShortRecordsThatAreEqual) {
  EXPECT_TRUE(find_repeated_lengths(repeated("c4 af 01 de 10 04 60 8c 1c", 40), profile, {}, work).empty());
  EXPECT_TRUE(find_repeated_lengths(repeated("c4 82 ff ff ff ff ff ff ff", 40), profile, {}, work).empty());
}

}  // namespace
}  // namespace rtmpscope::test
