// Places where a header may be: which one is believed, and what is waited for.
#include "rtmp/recovery/place_search.hpp"

#include "unit/rtmp/recovery/trial_input.hpp"

namespace rtmpscope::test {
namespace {

using rtmp::LossCause;
using rtmp::PlaceSearch;
using rtmp::SyncFound;
using rtmp::SyncMethod;

class PlaceSearchTest : public TrialTest {
 protected:
  static constexpr std::uint64_t audio_bytes = 12 + 100;

  /// Bytes that cannot begin a header.
  void keep_filler(std::size_t count) { keep(ByteVector(count, 0x00)); }
  void keep_audio(int messages) {
    for (int i = 0; i < messages; ++i) keep(audio(100));
  }
  /// Messages of a type whose bodies say nothing of it.
  void keep_shared_objects(int messages) {
    for (int i = 0; i < messages; ++i) {
      keep(message({.chunk_stream_id = 4, .time = 1000, .type_id = 19, .message_stream_id = 1},
                   ByteVector(100, 0x00), 4096));
    }
  }
  PlaceSearch search_after(LossCause cause) { return {cause, 0, input}; }
};

TEST_F(PlaceSearchTest, FindsTheFirstBelievableHeaderBehindAGap) {
  lose(10);
  keep_filler(50);
  keep_audio(5);
  const auto found = search_after(LossCause::gap).search(false);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->header, 60U);
  EXPECT_EQ(found->skipped, 60U);
  EXPECT_EQ(found->method, SyncMethod::searched);
  EXPECT_GT(found->trial.confirmed, found->header);
}

TEST_F(PlaceSearchTest, FindsNothingInFiller) {
  lose(10);
  keep_filler(3000);
  PlaceSearch search = search_after(LossCause::gap);
  EXPECT_FALSE(search.search(false).has_value());
  EXPECT_FALSE(search.search(true).has_value());
}

TEST_F(PlaceSearchTest, WaitsForWhatConfirmsAStrongCandidate) {
  const ByteVector bytes = audio(100);
  keep({bytes.begin(), bytes.begin() + 60});
  PlaceSearch search = search_after(LossCause::gap);
  EXPECT_FALSE(search.search(false).has_value());
  EXPECT_EQ(search.wanted_end(), audio_bytes + 1);
  EXPECT_EQ(search.needed_from(), 0U);
  keep({bytes.begin() + 60, bytes.end()});
  keep_audio(3);
  const auto found = search.search(false);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->header, 0U);
}

TEST_F(PlaceSearchTest, WantsNothingInParticularWithoutAStrongCandidate) {
  keep_filler(100);
  PlaceSearch search = search_after(LossCause::gap);
  EXPECT_FALSE(search.search(false).has_value());
  EXPECT_EQ(search.wanted_end(), 0U);
  // Neither message stream nor body speak for this one. It is kept all the same.
  const ByteVector weak =
      message({.format = 1, .chunk_stream_id = 4, .time = 20, .type_id = 19}, ByteVector(100, 0x00), 4096);
  keep({weak.begin(), weak.begin() + 60});
  EXPECT_FALSE(search.search(false).has_value());
  EXPECT_EQ(search.wanted_end(), 0U);
  keep({weak.begin() + 60, weak.end()});
  keep_audio(4);
  const auto found = search.search(false);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->header, 100U);
}

TEST_F(PlaceSearchTest, DecidesOnNoLaterPlaceBeforeAStrongOne) {
  parser.set_chunk_size(65536);
  ByteVector body = {0xAF, 0x01};
  for (int i = 0; i < 6; ++i) body = concat(body, audio(100));  // a recorded chunk stream, say
  body.resize(5000, 0x55);
  const ByteVector outer =
      message({.chunk_stream_id = 4, .time = 1000, .type_id = 8, .message_stream_id = 1}, body, 65536);
  keep({outer.begin(), outer.begin() + 2000});
  PlaceSearch search = search_after(LossCause::gap);
  EXPECT_FALSE(search.search(false).has_value());
  keep({outer.begin() + 2000, outer.end()});
  keep_audio(3);
  const auto found = search.search(false);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->header, 0U);
}

TEST_F(PlaceSearchTest, NeedsLessEvidenceWhenNothingMoreComes) {
  keep_audio(2);
  PlaceSearch search = search_after(LossCause::midstream);
  EXPECT_FALSE(search.search(false).has_value());
  const auto found = search.search(true);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->header, 0U);
  EXPECT_EQ(found->method, SyncMethod::midstream);
}

TEST_F(PlaceSearchTest, BelievesBodiesThatSayNothingOnlyWhereTheConnectionIsKnownOrManyAreConfirmed) {
  keep_shared_objects(4);
  EXPECT_TRUE(search_after(LossCause::gap).search(true).has_value());
  EXPECT_FALSE(search_after(LossCause::midstream).search(true).has_value());
  keep_shared_objects(4);
  EXPECT_TRUE(search_after(LossCause::midstream).search(true).has_value());
}

TEST_F(PlaceSearchTest, FindsMessagesOfConstantLengthInMidstream) {
  keep_filler(7);
  for (int i = 0; i < 30; ++i) keep(inheriting_audio(100));
  const auto found = search_after(LossCause::midstream).search(true);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->header, 7U);
  ASSERT_EQ(found->defaults.size(), 1U);
  EXPECT_EQ(found->defaults[0].chunk_stream_id, 4U);
  EXPECT_EQ(found->defaults[0].length, 100U);
}

TEST_F(PlaceSearchTest, ReadsTheMessagesBeforeTheProofBackwards) {
  lose(10);
  keep(inheriting_audio(100));
  keep(inheriting_audio(100));
  keep_audio(5);
  const auto found = search_after(LossCause::gap).search(false);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->header, 10U);
  EXPECT_EQ(found->skipped, 10U);
  ASSERT_EQ(found->defaults.size(), 1U);
  EXPECT_EQ(found->defaults[0].length, 100U);
  EXPECT_GT(found->trial.confirmed, 10U + 2 * 101U);
}

TEST_F(PlaceSearchTest, FindsTheChunkSizeInMidstream) {
  keep_filler(20);
  for (int i = 0; i < 4; ++i) keep(audio(300, 128));
  const auto found = search_after(LossCause::midstream).search(true);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->header, 20U);
  EXPECT_EQ(found->trial.chunk_size.size, 128U);
  EXPECT_TRUE(found->trial.chunk_size.certain);
}

TEST_F(PlaceSearchTest, TriesOnlyPacketStartsIfMessagesBeginPackets) {
  profile.packets_started = rtmp::usual_packets_started;
  lose(10);
  keep_filler(3000);  // beyond that not every place is tried
  PlaceSearch search = search_after(LossCause::gap);
  EXPECT_TRUE(search.packets_only());
  EXPECT_FALSE(search.search(false).has_value());
  for (std::uint64_t packet = 2; packet < 7; ++packet) keep(audio(100), packet);
  const auto found = search.search(false);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->header, 3010U);
  EXPECT_EQ(found->packet.number, 2U);
}

TEST_F(PlaceSearchTest, TriesPlacesWithinPacketsAtTheEndAtLast) {
  profile.packets_started = rtmp::usual_packets_started;
  lose(10);
  keep_filler(3000);
  ByteVector packet(1, 0x00);
  for (int i = 0; i < 5; ++i) packet = concat(packet, audio(100));
  keep(packet, 2);
  PlaceSearch search = search_after(LossCause::gap);
  EXPECT_FALSE(search.search(false).has_value());
  const auto found = search.search(true);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->header, 3011U);
  EXPECT_FALSE(search.packets_only());
}

TEST_F(PlaceSearchTest, TriesAllPlacesRightBehindAGapAlways) {
  profile.packets_started = rtmp::usual_packets_started;
  lose(10);
  ByteVector packet(100, 0x00);
  for (int i = 0; i < 5; ++i) packet = concat(packet, audio(100));
  keep(packet);
  const auto found = search_after(LossCause::gap).search(false);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->header, 110U);
}

TEST_F(PlaceSearchTest, TriesAllPlacesWhereTheSendersHabitsAreNotKnown) {
  profile.packets_started = rtmp::usual_packets_started;
  EXPECT_FALSE(search_after(LossCause::midstream).packets_only());
  EXPECT_FALSE(search_after(LossCause::odd_header).packets_only());
  profile.packets_started = rtmp::usual_packets_started - 1;
  EXPECT_FALSE(search_after(LossCause::gap).packets_only());
}

TEST_F(PlaceSearchTest, KnowsWhetherLengthsWereSentAtTheLoss) {
  profile.explicit_lengths = rtmp::SenderProfile::usually_explicit;
  const PlaceSearch search = search_after(LossCause::gap);
  profile.explicit_lengths = 0;
  EXPECT_TRUE(search.sends_lengths());
  EXPECT_FALSE(search_after(LossCause::gap).sends_lengths());
}

TEST_F(PlaceSearchTest, GivesTheOldestPlaceUpWhenNoMoreBytesMayBeKept) {
  parser.set_chunk_size(0xFFFFFF);
  const ByteVector longest =
      chunk({.chunk_stream_id = 4, .time = 1000, .length = 0xFFFFFF, .type_id = 8, .message_stream_id = 1},
            aac(100));
  keep(longest);
  PlaceSearch search = search_after(LossCause::gap);
  EXPECT_FALSE(search.search(false).has_value());
  EXPECT_EQ(search.wanted_end(), 12U + 0xFFFFFF + 1U);
  keep_filler(rtmp::maximum_kept_bytes);
  EXPECT_FALSE(search.search(false).has_value());
  EXPECT_EQ(search.wanted_end(), 0U);
  EXPECT_GT(search.needed_from(), rtmp::maximum_kept_bytes / 2);
}

TEST_F(PlaceSearchTest, GivesAllPlacesUpWhenItsWorkIsDone) {
  keep_filler(50);
  const ByteVector bytes = audio(100);
  keep({bytes.begin(), bytes.begin() + 60});
  PlaceSearch search = search_after(LossCause::gap);
  work.limit = 0;
  EXPECT_FALSE(search.search(false).has_value());
  EXPECT_EQ(search.wanted_end(), 0U);
  work.limit = 1U << 30;
  keep({bytes.begin() + 60, bytes.end()});
  keep_audio(5);
  const auto found = search.search(true);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->header, 50 + audio_bytes);  // the first place that came after that
}

TEST_F(PlaceSearchTest, KeepsSomeBytesBeforeThePlacesThatAreLeft) {
  keep_filler(rtmp::bytes_kept_before + 1000);
  PlaceSearch search = search_after(LossCause::gap);
  EXPECT_EQ(search.needed_from(), 0U);
  EXPECT_FALSE(search.search(false).has_value());
  EXPECT_EQ(search.needed_from(), 1000 - rtmp::least_ahead);
}

}  // namespace
}  // namespace rtmpscope::test
