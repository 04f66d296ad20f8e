// Length and type of a message whose header does not say them.
#include "rtmp/recovery/length_inference.hpp"

#include "unit/rtmp/recovery/trial_input.hpp"

namespace rtmpscope::test {
namespace {

using rtmp::InferredLength;
using rtmp::LengthInference;
using LengthInferenceTest = TrialTest;

TEST_F(LengthInferenceTest, ReadsTheLengthOffTheNextHeader) {
  keep(inheriting_audio(100));
  keep(audio(100));
  const InferredLength result = LengthInference(input).infer({.chunk_size = known_4096});
  ASSERT_TRUE(result.defaults.has_value());
  EXPECT_EQ(result.defaults->chunk_stream_id, 4U);
  EXPECT_EQ(result.defaults->length, 100U);
  EXPECT_EQ(result.defaults->type_id, 8);
}

TEST_F(LengthInferenceTest, WaitsForTheNextHeader) {
  const ByteVector bytes = inheriting_audio(100);
  keep({bytes.begin(), bytes.begin() + 60});
  const InferredLength result = LengthInference(input).infer({.chunk_size = known_4096});
  EXPECT_FALSE(result.defaults.has_value());
  EXPECT_EQ(result.wanted_end, 61U);
}

TEST_F(LengthInferenceTest, GivesUpAtAGap) {
  const ByteVector bytes = inheriting_audio(100);
  keep({bytes.begin(), bytes.begin() + 60});
  lose(10);
  const InferredLength result = LengthInference(input).infer({.chunk_size = known_4096});
  EXPECT_FALSE(result.defaults.has_value());
  EXPECT_EQ(result.wanted_end, 0U);
}

TEST_F(LengthInferenceTest, NeedsABodyThatShowsItsType) {
  keep(message({.format = 3, .chunk_stream_id = 4}, ByteVector(100, 0x00), 4096));
  keep(audio(100));
  const InferredLength result = LengthInference(input).infer({.chunk_size = known_4096});
  EXPECT_FALSE(result.defaults.has_value());
  EXPECT_EQ(result.wanted_end, 0U);
}

TEST_F(LengthInferenceTest, IsNotForHeadersThatGiveTheLength) {
  keep(audio(100));
  EXPECT_FALSE(LengthInference(input).infer({.chunk_size = known_4096}).defaults.has_value());
}

}  // namespace
}  // namespace rtmpscope::test
