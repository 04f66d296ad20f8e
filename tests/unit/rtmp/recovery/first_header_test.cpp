// A header behind a gap that is convincing by itself.
#include "rtmp/recovery/first_header.hpp"

#include "rtmp/recovery/recovery_limits.hpp"
#include "unit/rtmp/parse.hpp"
#include "unit/rtmp/recovery/trial_input.hpp"

namespace rtmpscope::test {
namespace {

using rtmp::FirstHeader;
using rtmp::least_ahead;

/// The parser has seen audio of 100 bytes on chunk stream 4, and the sender has kept its chunk size.
class FirstHeaderTest : public TrialTest {
 protected:
  static constexpr std::uint64_t behind_gap = 1000;  ///< stream offset where the gap ends
  static constexpr std::size_t search_behind_gap = 2 * 100;

  FirstHeaderTest() {
    parse(audio(100));
    profile.media_heads[0] = {0xAF, 0x01};
    profile.media_seen[0] = true;
    profile.media_since_chunk_size = 16;
  }
  void parse(const ByteVector& bytes) {
    StreamData data{0, bytes, {1, 0}};
    test::parse(parser, data);
  }
  ByteVector next_audio(std::uint32_t chunk_stream_id = 4, std::uint32_t step = 20) {
    return message({.format = 1, .chunk_stream_id = chunk_stream_id, .time = step, .type_id = 8}, aac(100));
  }
  /// Two messages behind bytes that cannot begin a header.
  ByteVector audio_further_on(std::size_t filler = 60) {
    return concat(ByteVector(filler, 0x00), next_audio(), next_audio());
  }
  std::optional<FirstHeader::Found> try_places(Bytes behind, bool sends_lengths = false) {
    return first.try_places({behind_gap, behind, {1, 0}}, parser, profile, work, sends_lengths, search_at);
  }

  FirstHeader first{true};
  std::size_t search_at = search_behind_gap;
};

TEST_F(FirstHeaderTest, TakesAConvincingHeaderRightBehindTheGap) {
  const ByteVector bytes = next_audio();
  const auto found = try_places(bytes);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->header.stream_offset, behind_gap);
  EXPECT_EQ(found->header.length, 100U);
  rtmp::ChunkHeader header = found->header;
  const int alone = rtmp::weigh_header(header, parser.find(4)).value() +
                    rtmp::weigh_body(8, Bytes(bytes).subspan(8), 100, profile).value();
  EXPECT_EQ(found->bits, alone + rtmp::aligned_bits);
  EXPECT_FALSE(first.active());
}

TEST_F(FirstHeaderTest, WaitsUntilThePlaceCanBeTried) {
  const ByteVector bytes = next_audio();
  EXPECT_EQ(first.wanted_bytes(), least_ahead);
  EXPECT_FALSE(try_places(Bytes(bytes).first(least_ahead - 1)).has_value());
  EXPECT_TRUE(first.active());
  EXPECT_TRUE(try_places(Bytes(bytes).first(least_ahead)).has_value());
}

TEST_F(FirstHeaderTest, IsNotForSendersThatMayChangeTheirChunkSize) {
  profile.media_since_chunk_size = 15;
  EXPECT_FALSE(try_places(next_audio(), true).has_value());
  EXPECT_FALSE(first.active());
}

TEST_F(FirstHeaderTest, IsNotForChunkStreamsThatAreNotKnown) {
  EXPECT_FALSE(try_places(next_audio(5)).has_value());
  EXPECT_EQ(search_at, search_behind_gap);
}

TEST_F(FirstHeaderTest, IsNotForMessagesOtherThanAudioAndVideo) {
  const ByteVector name = hex("02 0007 636f6e6e656374");  // "connect"
  parse(message({.chunk_stream_id = 3, .type_id = 20}, name));
  EXPECT_FALSE(try_places(concat(message({.format = 1, .type_id = 20}, name), next_audio())).has_value());
}

TEST_F(FirstHeaderTest, IsNotForExtendedTimestampsNorEmptyMessages) {
  EXPECT_FALSE(try_places(next_audio(4, 0xFFFFFF)).has_value());
  first = FirstHeader(true);
  const ByteVector empty =
      message({.chunk_stream_id = 4, .time = 1020, .type_id = 8, .message_stream_id = 1}, {});
  EXPECT_FALSE(try_places(concat(empty, next_audio())).has_value());
}

TEST_F(FirstHeaderTest, IsNotForHeadersThatInheritTheLength) {
  ByteVector picture = hex("27 01 000000 00000037 41");  // one NAL unit of 55 bytes
  picture.resize(9 + 0x37, 0x55);
  ChunkSpec spec{.chunk_stream_id = 6, .time = 1000, .type_id = 9, .message_stream_id = 1};
  parse(message(spec, picture));
  spec.time = 20;
  spec.format = 1;
  EXPECT_TRUE(try_places(message(spec, picture)).has_value());
  first = FirstHeader(true);
  spec.format = 2;
  EXPECT_FALSE(try_places(message(spec, picture)).has_value());
}

TEST_F(FirstHeaderTest, IsNotForMessagesThatMayBeSplitInAnotherWay) {
  parser.lose_sync();
  parser.resume({.offset = 500, .chunk_size = {0, false, 0}, .chunk_size_is_stable = true});
  EXPECT_FALSE(try_places(next_audio()).has_value());
}

TEST_F(FirstHeaderTest, TellsTheSearchWhereTheMessageEndsThatTheGapMayBeFollowedBy) {
  profile.media_since_chunk_size = 0;
  EXPECT_FALSE(try_places(next_audio()).has_value());
  EXPECT_EQ(search_at, 8 + 100 + least_ahead);
}

TEST_F(FirstHeaderTest, TriesFurtherPlacesIfTheSenderSendsLengths) {
  const ByteVector bytes = audio_further_on();
  const auto found = try_places(bytes, true);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->header.stream_offset, behind_gap + 60);
  EXPECT_GE(found->bits, rtmp::lone_header_bits_anywhere);
  EXPECT_FALSE(first.active());
  EXPECT_GT(work.steps, 0U);
  first = FirstHeader(true);
  EXPECT_FALSE(try_places(bytes, false).has_value());
  EXPECT_FALSE(first.active());
}

TEST_F(FirstHeaderTest, FindsTheSameHoweverTheBytesCome) {
  const ByteVector bytes = audio_further_on();
  for (const std::size_t step : {1U, 7U, 50U}) {
    first = FirstHeader(true);
    search_at = search_behind_gap;
    std::optional<FirstHeader::Found> found;
    for (std::size_t size = step; size < bytes.size() && !found; size += step) {
      if (size >= first.wanted_bytes()) found = try_places(Bytes(bytes).first(size), true);
      EXPECT_EQ(first.active(), !found.has_value());
    }
    ASSERT_TRUE(found.has_value()) << step;
    EXPECT_EQ(found->header.stream_offset, behind_gap + 60);
  }
}

TEST_F(FirstHeaderTest, LeavesTheRestToTheSearchThatIsDue) {
  EXPECT_FALSE(try_places(audio_further_on(search_behind_gap), true).has_value());
  EXPECT_TRUE(first.active());
}

TEST_F(FirstHeaderTest, StopsAtAHeaderThatOnlyTheSearchCanJudge) {
  // On another chunk stream: nothing says how long its messages are.
  const ByteVector bytes = concat(ByteVector(40, 0x00), next_audio(5), next_audio());
  EXPECT_FALSE(try_places(bytes, true).has_value());
  EXPECT_FALSE(first.active());
}

TEST_F(FirstHeaderTest, StopsWhereAMessageMayEndWhoseHeaderOmitsItsLength) {
  ByteVector bytes = audio_further_on(150);
  bytes[150 - 1 - 100] = rtmp::type3_byte(4);
  EXPECT_FALSE(try_places(bytes, true).has_value());
  EXPECT_FALSE(first.active());
  bytes[150 - 1 - 100] = 0x00;
  first = FirstHeader(true);
  EXPECT_TRUE(try_places(bytes, true).has_value());
}

TEST_F(FirstHeaderTest, MayBeLeftOut) {
  EXPECT_FALSE(FirstHeader(false).active());
  first.stop();
  EXPECT_FALSE(first.active());
}

TEST(FirstSearchAfterGap, IsDueWhenEachChunkStreamIsLikelyToHaveBegunMessages) {
  const auto after = [](std::initializer_list<std::uint32_t> lengths) {
    rtmp::ChunkParser parser;
    parser.set_chunk_size(65536);
    std::uint32_t id = 3;
    for (const std::uint32_t length : lengths) {
      const ByteVector bytes = message({.chunk_stream_id = id++, .type_id = 8}, ByteVector(length), 65536);
      StreamData data{0, bytes, {1, 0}};
      test::parse(parser, data);
    }
    return rtmp::first_search_after_gap(parser);
  };
  EXPECT_EQ(after({}), rtmp::least_step);
  EXPECT_EQ(after({100, 200}), 600U);
  EXPECT_EQ(after({100, 9000}), rtmp::latest_first_search);
  EXPECT_EQ(after({50, 50, 50, 50, 50, 50, 50, 50, 200}), 800U);  // the first eight
}

}  // namespace
}  // namespace rtmpscope::test
