// The chunk size that lets a message end before the next header.
#include "rtmp/recovery/chunk_size_inference.hpp"

#include "unit/rtmp/recovery/trial_input.hpp"

namespace rtmpscope::test {
namespace {

using rtmp::ChunkSizeInference;
using rtmp::KnownChunkSize;
using Choice = ChunkSizeInference::Choice;

class ChunkSizeInferenceTest : public TrialTest {
 protected:
  /// For the message at the front of the window.
  Choice choose(KnownChunkSize& known) {
    const rtmp::TrialStart start{.chunk_size = known};
    rtmp::TrialReader reader(input);
    reader.begin(start);
    rtmp::TrialHeader header;
    EXPECT_EQ(reader.read(0, header), rtmp::HeaderRead::header);
    reader.stream(header.header.chunk_stream_id).left = header.header.length;
    std::optional<rtmp::TrialHeader> next;
    return ChunkSizeInference(reader, start, known, next).choose(header.header.size, header, true);
  }
};

TEST_F(ChunkSizeInferenceTest, FindsAUsualSize) {
  keep(audio(300, 128));
  keep(audio(100));
  KnownChunkSize known;
  EXPECT_EQ(choose(known), Choice::chosen);
  EXPECT_EQ(known.size, 128U);
  EXPECT_TRUE(known.certain);
}

TEST_F(ChunkSizeInferenceTest, FindsAnUnusualSize) {
  keep(audio(450, 200));
  keep(audio(100));
  KnownChunkSize known;
  EXPECT_EQ(choose(known), Choice::chosen);
  EXPECT_EQ(known.size, 200U);
}

TEST_F(ChunkSizeInferenceTest, LearnsFromAMessageInOneChunk) {
  keep(audio(300));
  keep(audio(100));
  KnownChunkSize known;
  EXPECT_EQ(choose(known), Choice::chosen);
  EXPECT_FALSE(known.certain);
  EXPECT_EQ(known.at_least, 300U);
}

TEST_F(ChunkSizeInferenceTest, ReplacesAnExpectedSizeThatIsWrong) {
  keep(audio(300, 256));
  keep(audio(100));
  KnownChunkSize known{128, false, 0};
  EXPECT_EQ(choose(known), Choice::chosen);
  EXPECT_EQ(known.size, 256U);
}

TEST_F(ChunkSizeInferenceTest, WaitsForTheHeaderBehindTheMessage) {
  const ByteVector bytes = audio(300, 128);
  keep({bytes.begin(), bytes.begin() + 200});
  KnownChunkSize known{128, false, 0};
  EXPECT_EQ(choose(known), Choice::need_more);
}

TEST_F(ChunkSizeInferenceTest, SaysIfAGapHidesTheSecondChunk) {
  const ByteVector bytes = audio(300, 128);
  keep({bytes.begin(), bytes.begin() + 100});
  lose(100);
  KnownChunkSize known{128, false, 0};
  EXPECT_EQ(choose(known), Choice::in_gap);
}

TEST_F(ChunkSizeInferenceTest, FindsNoneIfNoHeaderFollows) {
  keep(audio(300));
  keep(ByteVector(300, 0x00));
  KnownChunkSize known;
  EXPECT_EQ(choose(known), Choice::none);
}

}  // namespace
}  // namespace rtmpscope::test
