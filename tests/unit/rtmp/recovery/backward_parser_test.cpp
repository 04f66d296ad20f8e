// Messages before a known header, read from their ends.
#include "rtmp/recovery/backward_parser.hpp"

#include "unit/rtmp/recovery/trial_input.hpp"

namespace rtmpscope::test {
namespace {

using rtmp::BackwardParser;
using rtmp::PrecedingMessages;
class BackwardParserTest : public TrialTest {
 protected:
  /// Keeps the known header, and returns its offset.
  std::uint64_t known_header() {
    const std::uint64_t offset = end;
    keep(audio(20));
    return offset;
  }
};

TEST_F(BackwardParserTest, FollowsMessagesAsLongAsASample) {
  keep(inheriting_audio(100));
  keep(inheriting_audio(100));
  const std::uint64_t header = known_header();
  const std::vector<rtmp::MessageSample> samples = {{4, 100, 8, {}}};
  const PrecedingMessages found = BackwardParser(input, samples, known_4096).parse(header, 0, {}, false);
  EXPECT_EQ(found.offset, 0U);
  EXPECT_EQ(found.messages, 2);
  EXPECT_EQ(found.explicit_headers, 0);
  EXPECT_EQ(found.longest, 100U);
  ASSERT_EQ(found.defaults.size(), 1U);
  EXPECT_EQ(found.defaults[0].length, 100U);
}

TEST_F(BackwardParserTest, FindsNothingOfAnotherLength) {
  keep(inheriting_audio(100));
  const std::uint64_t header = known_header();
  const std::vector<rtmp::MessageSample> samples = {{4, 99, 8, {}}};
  const PrecedingMessages found = BackwardParser(input, samples, known_4096).parse(header, 0, {}, false);
  EXPECT_EQ(found.messages, 0);
  EXPECT_EQ(found.offset, header);
}

TEST_F(BackwardParserTest, FindsExplicitHeadersIfAllPlacesAreTried) {
  keep(ByteVector(30, 0x00));
  keep(audio(100));
  const std::uint64_t header = known_header();
  BackwardParser backward(input, {}, known_4096);
  EXPECT_EQ(backward.parse(header, 0, {}, false).messages, 0);
  const PrecedingMessages found = backward.parse(header, 0, {}, true);
  EXPECT_EQ(found.messages, 1);
  EXPECT_EQ(found.explicit_headers, 1);
  EXPECT_EQ(found.offset, 30U);
  EXPECT_TRUE(found.defaults.empty());
}

TEST_F(BackwardParserTest, FindsTheChunkSizeThatSplitsAnExplicitMessage) {
  keep(audio(300, 128));
  const std::uint64_t header = known_header();
  const PrecedingMessages found = BackwardParser(input, {}, {}).parse(header, 0, {}, true);
  EXPECT_EQ(found.messages, 1);
  EXPECT_EQ(found.chunk_size, 128U);
}

TEST_F(BackwardParserTest, AcceptsARepeatedLength) {
  const ByteVector one = inheriting_audio(100);
  keep(one);
  keep(one);
  const std::uint64_t header = known_header();
  const PrecedingMessages found = BackwardParser(input, {}, known_4096).parse(header, 0, {}, true);
  EXPECT_EQ(found.messages, 2);
  EXPECT_EQ(found.longest, 100U);
}

TEST_F(BackwardParserTest, DoesNotCrossGapsNorTheGivenOffset) {
  keep(inheriting_audio(100));
  lose(10);
  keep(inheriting_audio(100));
  const std::uint64_t header = known_header();
  const std::vector<rtmp::MessageSample> samples = {{4, 100, 8, {}}};
  BackwardParser backward(input, samples, known_4096);
  EXPECT_EQ(backward.parse(header, 0, {}, false).messages, 1);
  EXPECT_EQ(backward.parse(header, header - 50, {}, false).messages, 0);
}

}  // namespace
}  // namespace rtmpscope::test
