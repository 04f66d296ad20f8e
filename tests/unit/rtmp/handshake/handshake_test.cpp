#include <gtest/gtest.h>

#include "support/bytes.hpp"
#include "support/cuts.hpp"
#include "unit/rtmp/handshake/handshake_recorder.hpp"
#include "unit/rtmp/handshake/recorded_handshake.hpp"

namespace rtmpscope::rtmp {
namespace {

using test::HandshakeRecorder;
using test::RecordedHandshake;

constexpr Direction up = Direction::to_server;
constexpr Direction down = Direction::to_client;

void feed_pieces(HandshakeRecorder& recorder, Direction direction, const std::vector<Bytes>& pieces) {
  std::uint64_t offset = 0;
  for (const Bytes piece : pieces) {
    recorder.feed(direction, piece, offset);
    offset += piece.size();
  }
}

TEST(Handshake, TellsTheSameHoweverADirectionIsCut) {
  for (const char* name : {"ffmpeg_play_nginx", "gstreamer_nms", "rtmpe_librtmp_crtmpserver"}) {
    const RecordedHandshake recorded(name);
    HandshakeRecorder whole;
    whole.feed(up, recorded.to_server);
    whole.feed(down, recorded.to_client);
    ASSERT_TRUE(whole.outcome);
    test::cut_every_way(
        recorded.to_server,
        [&](const std::vector<Bytes>& pieces) {
          HandshakeRecorder cut;
          feed_pieces(cut, up, pieces);
          cut.feed(down, recorded.to_client);
          ASSERT_EQ(cut.text(), whole.text());
        },
        0, 10);
    test::cut_every_way(
        recorded.to_client,
        [&](const std::vector<Bytes>& pieces) {
          HandshakeRecorder cut;
          cut.feed(up, recorded.to_server);
          feed_pieces(cut, down, pieces);
          ASSERT_EQ(cut.text(), whole.text());
        },
        0, 10);
  }
}

TEST(Handshake, LeavesTheChunkStreamWhereverThePiecesAreCut) {
  const RecordedHandshake recorded("obs_nginx");
  for (const std::size_t cut : {1U, 2U, 1536U, 1537U, 1538U, 3072U, 3073U, 3074U, 3136U}) {
    HandshakeRecorder recorder;
    const Bytes bytes(recorded.to_server);
    const std::size_t first = recorder.feed(up, bytes.first(cut));
    EXPECT_EQ(first, std::min<std::size_t>(cut, 3073));
    EXPECT_EQ(first + recorder.feed(up, bytes.subspan(cut), cut), 3073U) << cut;
    EXPECT_TRUE(recorder.handshake.done(up));
    EXPECT_FALSE(recorder.handshake.done(down));
    EXPECT_EQ(recorder.feed(up, bytes.last(1), 4000), 0U);
  }
}

TEST(Handshake, ReachesTheSameOutcomeInEveryOrderOfTheDirections) {
  for (const std::string& name : test::recorded_handshakes()) {
    const RecordedHandshake recorded(name);
    const auto cut_up =
        std::vector<Bytes>{Bytes(recorded.to_server).first(1537), Bytes(recorded.to_server).subspan(1537)};
    const auto cut_down =
        std::vector<Bytes>{Bytes(recorded.to_client).first(1537), Bytes(recorded.to_client).subspan(1537)};
    // Which half (0, 1: client's, 2, 3: server's) comes when.
    std::vector<int> order{0, 1, 2, 3};
    std::optional<HandshakeOutcome> reference;
    do {
      if (std::ranges::find(order, 0) > std::ranges::find(order, 1)) continue;
      if (std::ranges::find(order, 2) > std::ranges::find(order, 3)) continue;
      HandshakeRecorder recorder;
      for (const int half : order) {
        const std::size_t index = static_cast<std::size_t>(half % 2);
        recorder.feed(half < 2 ? up : down, half < 2 ? cut_up[index] : cut_down[index], index * 1537);
      }
      ASSERT_TRUE(recorder.outcome);
      EXPECT_EQ(recorder.parts.size(), 6U);
      if (!reference) reference = recorder.outcome;
      EXPECT_EQ(recorder.outcome->kind, reference->kind) << name;
      for (const std::size_t side : {0U, 1U}) {
        const HandshakeSide& got = recorder.outcome->sides[side];
        const HandshakeSide& wanted = reference->sides[side];
        EXPECT_EQ(got.kind, wanted.kind) << name;
        EXPECT_EQ(got.layout, wanted.layout) << name;
        EXPECT_EQ(got.reply.echo, wanted.reply.echo) << name;
        EXPECT_EQ(got.reply.signature_valid, wanted.reply.signature_valid) << name;
      }
      for (const FindingId id : recorder.findings())
        EXPECT_EQ(info(id).severity, Severity::note) << info(id).id;
    } while (std::ranges::next_permutation(order).found);
  }
}

TEST(Handshake, TellsWithTheOutcomeWhatAPartCouldNotTellYet) {
  const RecordedHandshake recorded("ffmpeg_play_nginx");
  HandshakeRecorder recorder;
  recorder.feed(down, recorded.to_client);
  EXPECT_FALSE(recorder.find(HandshakePart::s2)->facts.reply.echo);
  EXPECT_FALSE(recorder.find(HandshakePart::s2)->facts.reply.signature_valid);
  EXPECT_FALSE(recorder.outcome);
  recorder.feed(up, recorded.to_server);
  ASSERT_TRUE(recorder.outcome);
  EXPECT_EQ(recorder.outcome->sides[index_of(down)].reply.signature_valid, true);
  EXPECT_TRUE(recorder.outcome->sides[index_of(down)].reply_was_late);
}

TEST(Handshake, SurvivesEveryTruncation) {
  const RecordedHandshake recorded("ffmpeg_play_nginx");
  for (std::size_t size = 0; size <= handshake_size; ++size) {
    HandshakeRecorder recorder;
    recorder.feed(up, Bytes(recorded.to_server).first(size));
    recorder.handshake.finish({9, 9}, EndCause::fin);
    EXPECT_TRUE(recorder.handshake.finished());
    ASSERT_EQ(recorder.outcome.has_value(), size > 0);
    EXPECT_EQ(recorder.parts.size(), size == 0 ? 0U : size < 1537 ? 1U : size < 3073 ? 2U : 3U);
    if (size == 0) continue;
    EXPECT_FALSE(recorder.outcome->complete);
    EXPECT_EQ(recorder.findings().count(FindingId::handshake_incomplete), size < 3073 ? 1U : 0U);
    EXPECT_EQ(recorder.findings().count(FindingId::handshake_unanswered), 1U);
  }
}

TEST(Handshake, VerifiesTheDigestOfAOneSidedCapture) {
  const RecordedHandshake recorded("ffmpeg_publish_nginx");
  for (const Direction way : {up, down}) {
    HandshakeRecorder recorder;
    recorder.feed(way, recorded.way(way));
    recorder.handshake.finish({2, 2}, std::nullopt);
    ASSERT_TRUE(recorder.outcome);
    EXPECT_EQ(recorder.outcome->kind, HandshakeKind::digest);
    EXPECT_EQ(recorder.outcome->sides[index_of(way)].kind, HandshakeSideKind::digest);
    EXPECT_EQ(recorder.outcome->sides[index_of(opposite(way))].kind, HandshakeSideKind::unknown);
    EXPECT_FALSE(recorder.outcome->sides[index_of(way)].reply.echo);
    EXPECT_TRUE(recorder.findings().empty());
  }
}

TEST(Handshake, StopsWaitingForADirectionThatDoesNotCome) {
  const RecordedHandshake recorded("ffmpeg_publish_nginx");
  HandshakeRecorder recorder;
  recorder.feed(up, recorded.to_server);
  const std::vector<std::uint8_t> media(10);
  recorder.handshake.data_after(up, {3073 + Handshake::one_sided_limit - 1, media, {7, 7}});
  EXPECT_FALSE(recorder.handshake.finished());
  recorder.handshake.data_after(up, {3073 + Handshake::one_sided_limit, media, {8, 8}});
  EXPECT_TRUE(recorder.handshake.finished());
  ASSERT_TRUE(recorder.outcome);
  EXPECT_EQ(recorder.outcome->packet, (PacketRef{8, 8}));
  // If it comes nevertheless, its parts are told and its chunk stream is found.
  EXPECT_EQ(recorder.feed(down, recorded.to_client), 3073U);
  EXPECT_EQ(recorder.parts.size(), 6U);
  EXPECT_TRUE(recorder.handshake.done(down));
}

TEST(Handshake, GoesOnAfterAGapWithWhatIsThere) {
  const RecordedHandshake recorded("ffmpeg_publish_nginx");
  const Bytes bytes(recorded.to_server);
  HandshakeRecorder recorder;
  recorder.feed(up, bytes.first(101));
  EXPECT_EQ(recorder.handshake.skip(up, {101, 1500, GapCause::not_captured, {5, 5}}), 1500U);  // into C2
  recorder.feed(up, bytes.subspan(1601), 1601);
  ASSERT_TRUE(recorder.handshake.done(up));
  const HandshakePartFacts& c1 = recorder.find(HandshakePart::c1)->facts;
  EXPECT_EQ(c1.place.known, 100U);
  EXPECT_EQ(c1.place.missing, 1436U);
  EXPECT_EQ(c1.kind, HandshakeSideKind::unverifiable);
  EXPECT_EQ(test::number_on(recorder.find(HandshakePart::c1)->tape, FieldId::handshake_missing_bytes), 1436U);
  EXPECT_EQ(test::number_on(recorder.find(HandshakePart::c1)->tape, FieldId::handshake_time), 0U);
  const HandshakePartFacts& c2 = recorder.find(HandshakePart::c2)->facts;
  EXPECT_EQ(c2.place.known, 0U);
  EXPECT_EQ(c2.place.missing, 64U);
  recorder.feed(down, recorded.to_client);
  ASSERT_TRUE(recorder.outcome);
  EXPECT_FALSE(recorder.outcome->complete);
  EXPECT_EQ(recorder.outcome->kind, HandshakeKind::digest);
  EXPECT_FALSE(recorder.outcome->server_response) << "when the gap was noticed is not when its bytes passed";
  EXPECT_TRUE(recorder.findings().empty());
}

TEST(Handshake, TakesOnlyItsOwnBytesOfAGapThatEndsInTheChunkStream) {
  HandshakeRecorder recorder;
  EXPECT_EQ(recorder.handshake.skip(up, {0, 5000, GapCause::not_captured, {5, 5}}), 3073U);
  EXPECT_TRUE(recorder.handshake.done(up));
  EXPECT_FALSE(recorder.handshake.lost(up));
  EXPECT_EQ(recorder.handshake.skip(up, {5000, 10, GapCause::not_captured, {6, 6}}), 0U);
}

TEST(Handshake, IsLostInAGapOfUnknownLength) {
  const RecordedHandshake recorded("obs_nginx");
  HandshakeRecorder recorder;
  recorder.feed(up, Bytes(recorded.to_server).first(700));
  recorder.handshake.skip(up, {700, std::nullopt, GapCause::not_captured, {5, 5}});
  EXPECT_TRUE(recorder.handshake.lost(up));
  EXPECT_TRUE(recorder.handshake.done(up));
  EXPECT_EQ(recorder.feed(up, recorded.to_server, 700), 0U);
  recorder.feed(down, recorded.to_client);
  ASSERT_TRUE(recorder.outcome);
  EXPECT_FALSE(recorder.outcome->complete);
  EXPECT_TRUE(recorder.findings().empty());
}

TEST(Handshake, MeasuresResponseTimes) {
  const RecordedHandshake recorded("ffmpeg_publish_nginx");
  const Bytes client(recorded.to_server);
  const Bytes server(recorded.to_client);
  HandshakeRecorder recorder;
  recorder.feed(up, client.first(100), 0, {1, 1'000'000});
  recorder.feed(up, client.subspan(100, 1437), 100, {2, 3'000'000});
  recorder.feed(down, server.first(1460), 0, {3, 10'000'000});
  recorder.feed(down, server.subspan(1460), 1460, {4, 11'000'000});
  recorder.feed(up, client.subspan(1537, 1), 1537, {5, 31'500'000});
  recorder.feed(up, client.subspan(1538), 1538, {6, 32'000'000});
  ASSERT_TRUE(recorder.outcome);
  EXPECT_EQ(test::real_on(recorder.outcome_tape, FieldId::handshake_done_server_response), 7.0);
  EXPECT_EQ(test::real_on(recorder.outcome_tape, FieldId::handshake_done_client_response), 20.5);
  EXPECT_EQ(test::real_on(recorder.outcome_tape, FieldId::handshake_done_duration), 31.0);
  EXPECT_EQ(recorder.outcome->packet, (PacketRef{6, 32'000'000}));
  EXPECT_EQ(recorder.find(HandshakePart::c2)->facts.place.first, (PacketRef{5, 31'500'000}));
  EXPECT_EQ(recorder.find(HandshakePart::c2)->facts.place.stream_offset, 1537U);
  EXPECT_EQ(test::number_on(recorder.find(HandshakePart::c1)->tape, FieldId::handshake_first_frame), 1U);
}

TEST(Handshake, MeasuresFromC0IfTheServerDidNotWaitForC1AndNotAtAllIfTheClientDidNotWaitForS1) {
  const RecordedHandshake recorded("ffmpeg_publish_nginx");
  const Bytes client(recorded.to_server);
  HandshakeRecorder recorder;
  recorder.feed(up, client.first(100), 0, {1, 1'000'000});
  recorder.feed(down, Bytes(recorded.to_client).first(1), 0, {2, 2'000'000});
  recorder.feed(up, client.subspan(100), 100, {3, 3'000'000});
  recorder.feed(down, Bytes(recorded.to_client).subspan(1), 1, {4, 10'000'000});
  EXPECT_EQ(recorder.outcome->server_response, 1'000'000);
  EXPECT_FALSE(recorder.outcome->client_response);
  EXPECT_EQ(recorder.outcome->duration, 9'000'000);
}

}  // namespace
}  // namespace rtmpscope::rtmp
