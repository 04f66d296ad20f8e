// What a parser trusts after a loss: headers, the chunk size, the provisional message, timestamps.
#include "rtmp/chunk/chunk_parser_recovery.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::test {
namespace {

using rtmp::ChunkHeader;
using rtmp::ChunkParserRecovery;
using rtmp::ChunkStream;
using rtmp::KnownChunkSize;
using Ambiguity = ChunkParserRecovery::Ambiguity;

constexpr std::uint8_t audio = rtmp::MessageType::audio;

/// A chunk stream that has sent a whole message of 100 bytes of audio.
ChunkStream known_stream() {
  ChunkStream stream;
  stream.message = {.type_id = audio, .chunk_stream_id = 4, .message_stream_id = 1, .length = 100};
  stream.last_format = rtmp::LastFormat::type0;
  return stream;
}

ChunkStream stream_in_progress() {
  ChunkStream stream = known_stream();
  stream.in_progress = true;
  return stream;
}

ChunkStream uncertain_stream() {
  ChunkStream stream = known_stream();
  stream.defaults_uncertain = true;
  return stream;
}

ChunkHeader header(std::uint8_t format, std::uint64_t offset = 1000) {
  return {.stream_offset = offset, .format = format, .type_id = audio, .chunk_stream_id = 4};
}

/// Resumed at offset 100 with a chunk size that is certain: nothing at offset 1000 is trusted yet.
ChunkParserRecovery resumed(KnownChunkSize size = {4096, true, 0}) {
  ChunkParserRecovery recovery;
  EXPECT_GT(recovery.enter({.offset = 100, .chunk_size = size}), 0U);
  return recovery;
}

TEST(KnownChunkSize, LeavesOpenHowLongerMessagesAreSplit) {
  const KnownChunkSize guess{4096, false, 300};
  EXPECT_FALSE(guess.leaves_open(300));
  EXPECT_TRUE(guess.leaves_open(301));
  EXPECT_FALSE((KnownChunkSize{4096, true, 0}).leaves_open(301));
}

TEST(ChunkParserRecovery, UsesTheChunkSizeThatWasFound) {
  EXPECT_EQ(ChunkParserRecovery().enter({.chunk_size = {128, false, 0}}), 128U);
}

TEST(ChunkParserRecovery, AssumesThatNothingIsSplitWhileTheChunkSizeIsUnknown) {
  EXPECT_EQ(ChunkParserRecovery().enter({.chunk_size = {0, false, 65536}}), 65536U);
  EXPECT_EQ(ChunkParserRecovery().enter({.chunk_size = {0, false, 65537}}), rtmp::maximum_message_length);
}

TEST(ChunkParserRecovery, TrustsHeadersThatWhatFollowsHasConfirmed) {
  ChunkParserRecovery recovery;
  static_cast<void>(recovery.enter({.offset = 100, .trusted_until = 500}));
  EXPECT_EQ(recovery.ambiguity_of(header(3, 499), nullptr, 0), Ambiguity::none);
  EXPECT_EQ(recovery.ambiguity_of(header(3, 500), nullptr, 0), Ambiguity::meaning);
}

TEST(ChunkParserRecovery, TrustsTheHeaderItResumesAtUnlessThatIsProvisional) {
  ChunkParserRecovery recovery;
  static_cast<void>(recovery.enter({.offset = 100}));
  EXPECT_EQ(recovery.ambiguity_of(header(3, 100), nullptr, 0), Ambiguity::none);
  EXPECT_EQ(recovery.ambiguity_of(header(3, 101), nullptr, 0), Ambiguity::meaning);
  static_cast<void>(recovery.enter({.offset = 100, .trusted_until = 500, .provisional = true}));
  EXPECT_EQ(recovery.ambiguity_of(header(3, 100), nullptr, 0), Ambiguity::meaning);
}

TEST(ChunkParserRecovery, DoubtsWhatAHeaderInherits) {
  const ChunkParserRecovery recovery = resumed();
  const ChunkStream known = known_stream();
  const ChunkStream uncertain = uncertain_stream();
  EXPECT_EQ(recovery.ambiguity_of(header(0), nullptr, 100), Ambiguity::none);
  EXPECT_EQ(recovery.ambiguity_of(header(1), nullptr, 100), Ambiguity::meaning);
  EXPECT_EQ(recovery.ambiguity_of(header(3), &known, 100), Ambiguity::none);
  EXPECT_EQ(recovery.ambiguity_of(header(1), &uncertain, 100), Ambiguity::none);
  EXPECT_EQ(recovery.ambiguity_of(header(2), &uncertain, 100), Ambiguity::meaning);
  EXPECT_EQ(recovery.ambiguity_of(header(3), &uncertain, 100), Ambiguity::meaning);
}

TEST(ChunkParserRecovery, DoubtsUnknownTypesAndMessagesThatAreCutShort) {
  const ChunkParserRecovery recovery = resumed();
  ChunkHeader unknown = header(0);
  unknown.type_id = 99;
  EXPECT_EQ(recovery.ambiguity_of(unknown, nullptr, 100), Ambiguity::meaning);
  const ChunkStream in_progress = stream_in_progress();
  EXPECT_EQ(recovery.ambiguity_of(header(3), &in_progress, 100), Ambiguity::none);
  EXPECT_EQ(recovery.ambiguity_of(header(1), &in_progress, 100), Ambiguity::meaning);
}

TEST(ChunkParserRecovery, DoubtsTheChunkSizeForMessagesLongerThanAnyUnsplitOne) {
  ChunkParserRecovery recovery = resumed({4096, false, 300});
  EXPECT_EQ(recovery.ambiguity_of(header(0), nullptr, 300), Ambiguity::none);
  EXPECT_EQ(recovery.ambiguity_of(header(0), nullptr, 301), Ambiguity::chunk_size);
  recovery.chunk_size_sent();
  EXPECT_EQ(recovery.ambiguity_of(header(0), nullptr, 301), Ambiguity::none);
}

TEST(ChunkParserRecovery, KnowsAChunkSizeOnceTheSenderSaysIt) {
  ChunkParserRecovery recovery = resumed({0, false, 300});
  EXPECT_EQ(recovery.known_chunk_size(65536).size, 0U);
  EXPECT_EQ(recovery.known_chunk_size(65536).at_least, 300U);
  recovery.chunk_size_sent();
  EXPECT_EQ(recovery.known_chunk_size(512).size, 512U);
  EXPECT_TRUE(recovery.known_chunk_size(512).certain);
}

TEST(ChunkParserRecovery, ForgetsTheChunkSizeIfAnotherOneMayBeMissing) {
  ChunkParserRecovery recovery;
  static_cast<void>(recovery.enter({.chunk_size = {4096, true, 300}, .chunk_size_is_stable = true}));
  EXPECT_TRUE(recovery.expected_split(1000));
  recovery.forget_chunk_size();
  EXPECT_FALSE(recovery.known_chunk_size(4096).certain);
  EXPECT_EQ(recovery.known_chunk_size(4096).size, 4096U);  // it is the best guess
  EXPECT_EQ(recovery.known_chunk_size(4096).at_least, 0U);
  EXPECT_FALSE(recovery.expected_split(1000));
}

TEST(ChunkParserRecovery, ExpectsASplitOnlyOfSendersThatKeepTheirChunkSize) {
  ChunkParserRecovery recovery = resumed({4096, false, 0});
  EXPECT_TRUE(recovery.within_longest_unsplit(1000));
  EXPECT_FALSE(recovery.expected_split(1000));
}

TEST(ChunkParserRecovery, RemembersTheLongestUnsplitMessageOverSeveralLosses) {
  ChunkParserRecovery recovery;
  const auto lose = [&](std::uint32_t at_least, bool stable) {
    static_cast<void>(recovery.enter({.chunk_size = {0, false, at_least}, .chunk_size_is_stable = stable}));
  };
  lose(900, true);
  EXPECT_FALSE(recovery.within_longest_unsplit(900));  // what this loss has shown holds from the next one on
  lose(0, true);
  EXPECT_TRUE(recovery.within_longest_unsplit(900));
  EXPECT_FALSE(recovery.within_longest_unsplit(901));
  lose(0, true);
  EXPECT_TRUE(recovery.within_longest_unsplit(900));
  lose(0, false);
  EXPECT_FALSE(recovery.within_longest_unsplit(900));
}

TEST(ChunkParserRecovery, KnowsWhichGapsHideNothingButChunksOfTheMessageInProgress) {
  ChunkParserRecovery recovery;
  EXPECT_FALSE(recovery.is_predicted(0));
  recovery.set_predicted_until(500);
  EXPECT_TRUE(recovery.is_predicted(499));
  EXPECT_FALSE(recovery.is_predicted(500));
}

TEST(ChunkParserRecovery, WantsTheHeaderBehindAProvisionalMessage) {
  ChunkParserRecovery recovery;
  static_cast<void>(recovery.enter({.offset = 100, .trusted_until = 5000, .chunk_size = {4096, true, 0}}));
  recovery.begin_provisional(2);
  ASSERT_NE(recovery.provisional(), nullptr);
  EXPECT_EQ(recovery.provisional()->stream, 2U);
  EXPECT_FALSE(recovery.provisional()->ended);
  const ChunkStream in_progress = stream_in_progress();
  const ChunkStream known = known_stream();
  EXPECT_EQ(recovery.ambiguity_of(header(3), &in_progress, 100), Ambiguity::none);  // its next chunk
  EXPECT_EQ(recovery.ambiguity_of(header(0), &in_progress, 100), Ambiguity::provisional_end);
  EXPECT_EQ(recovery.ambiguity_of(header(3), &known, 100), Ambiguity::provisional_end);
  EXPECT_EQ(recovery.ambiguity_of(header(0), nullptr, 100), Ambiguity::provisional_end);
  recovery.accept_provisional();
  EXPECT_EQ(recovery.provisional(), nullptr);
  EXPECT_EQ(recovery.ambiguity_of(header(0), nullptr, 100), Ambiguity::none);
}

TEST(ChunkParserRecovery, AnotherLossEndsTheWaitForConfirmation) {
  ChunkParserRecovery recovery = resumed();
  recovery.begin_provisional(0);
  static_cast<void>(recovery.enter({.offset = 2000}));
  EXPECT_EQ(recovery.provisional(), nullptr);
}

TEST(ChunkParserRecovery, AConfirmedMessageShowsTheChunkSizeIfItWasSplit) {
  ChunkStream stream = known_stream();
  stream.received = 5000;
  stream.message.chunks = 1;
  ChunkParserRecovery recovery = resumed({4096, false, 0});
  recovery.begin_provisional(0);
  recovery.confirm_provisional(stream, 8192);
  EXPECT_EQ(recovery.provisional(), nullptr);
  EXPECT_FALSE(recovery.known_chunk_size(8192).certain);
  EXPECT_EQ(recovery.known_chunk_size(8192).at_least, 5000U);
  stream.message.chunks = 2;
  recovery.begin_provisional(0);
  recovery.confirm_provisional(stream, 4096);
  EXPECT_TRUE(recovery.known_chunk_size(4096).certain);
  EXPECT_EQ(recovery.known_chunk_size(4096).at_least, 5000U);  // of the message before
}

/// Timestamps behind a loss, 20 ms of audio a message.
class EstimateTimestampTest : public testing::Test {
 protected:
  static constexpr Timestamp millisecond = 1'000'000;

  EstimateTimestampTest() {
    stream.message.timestamp_exact = false;
    stream.delta = 20;
  }
  /// What another chunk stream shows: timestamps are `lead` after the capture's time.
  void anchor(std::uint32_t lead) {
    rtmp::TimestampEstimator::StreamClock clock;
    estimator.add_media(clock, 1000 + lead, true, 0, 1000 * millisecond);
  }
  void estimate(std::uint8_t format, std::uint8_t type = audio) {
    ChunkHeader at_hand = header(format);
    at_hand.type_id = type;
    at_hand.timestamp_field = format == 3 ? 0 : 30;
    estimate_timestamp(at_hand, estimator, 1500 * millisecond, stream);
  }

  rtmp::TimestampEstimator estimator;
  ChunkStream stream = known_stream();
};

TEST_F(EstimateTimestampTest, FollowsTheClockOfTheOthersUntilItsOwnIsKnown) {
  anchor(7);
  estimate(3);
  EXPECT_EQ(stream.message.timestamp, 1507U - 20U);  // the header adds its delta afterwards
}

TEST_F(EstimateTimestampTest, TakesTheStepFromTheHeaderThatHasOne) {
  anchor(7);
  estimate(2);
  EXPECT_EQ(stream.message.timestamp, 1507U - 30U);
}

TEST_F(EstimateTimestampTest, CountsFromTheLastCommandWhereNoClockIsKnown) {
  estimator.add_control(1100 * millisecond);
  estimate(3);
  EXPECT_EQ(stream.message.timestamp, 400U - 20U);
}

TEST_F(EstimateTimestampTest, LeavesExactTimestampsAlone) {
  anchor(7);
  stream.message.timestamp = 55;
  stream.message.timestamp_exact = true;
  estimate(3);
  EXPECT_EQ(stream.message.timestamp, 55U);
}

TEST_F(EstimateTimestampTest, LeavesMessagesAloneThatFollowNoClock) {
  anchor(7);
  stream.message.timestamp = 55;
  estimate(1, rtmp::MessageType::command_amf0);
  EXPECT_EQ(stream.message.timestamp, 55U);
  stream.message.type_id = rtmp::MessageType::command_amf0;  // inherited
  estimate(3, 0);
  EXPECT_EQ(stream.message.timestamp, 55U);
}

TEST_F(EstimateTimestampTest, AnAbsoluteTimestampEndsEstimates) {
  anchor(7);
  stream.message.timestamp = 55;
  stream.clock.added = 400;
  estimate(0);
  EXPECT_EQ(stream.clock.added, 0U);
  EXPECT_EQ(stream.message.timestamp, 55U);
}

}  // namespace
}  // namespace rtmpscope::test
