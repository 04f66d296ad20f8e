#include "rtmp/session/session.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "support/bytes.hpp"
#include "support/chunks.hpp"
#include "support/cuts.hpp"
#include "unit/rtmp/session/amf_bytes.hpp"
#include "unit/rtmp/session/event_log.hpp"

namespace rtmpscope::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

ByteVector command(const ByteVector& body, std::uint32_t chunk_stream_id = 3, std::uint32_t stream = 0) {
  return message({.chunk_stream_id = chunk_stream_id, .type_id = 20, .message_stream_id = stream}, body);
}

/// A simple handshake of one side: version, a block, and an echo of the other side's block.
ByteVector handshake(std::uint8_t own, std::uint8_t other) {
  ByteVector block(1536, own);
  ByteVector echo(1536, other);
  std::fill_n(block.begin(), 8, std::uint8_t{0});
  std::fill_n(echo.begin(), 8, std::uint8_t{0});
  return concat(hex("03"), block, echo);
}

ByteVector client_bytes() {
  return concat(
      handshake('c', 's'),
      command(concat(amf_text("connect"), amf_number(1),
                     amf_object({{"app", "live"}, {"tcUrl", "rtmp://h/live"}, {"flashVer", "FMLE"}}))),
      command(concat(amf_text("createStream"), amf_number(2), amf_null)),
      command(concat(amf_text("publish"), amf_number(0), amf_null, amf_text("room"), amf_text("live")), 8, 1),
      message({.chunk_stream_id = 4, .time = 0, .type_id = 8, .message_stream_id = 1}, hex("af001210")),
      message({.format = 1, .chunk_stream_id = 4, .time = 23, .type_id = 8}, hex("af0121100405")));
}
ByteVector server_bytes() {
  return concat(handshake('s', 'c'), message({.chunk_stream_id = 2, .type_id = 5}, hex("002625a0")),
                command(concat(amf_text("_result"), amf_number(1), amf_object({{"fmsVer", "FMS/3"}}),
                               amf_object({{"level", "status"}, {"code", "NetConnection.Connect.Success"}}))),
                command(concat(amf_text("_result"), amf_number(2), amf_null, amf_number(1))),
                command(concat(amf_text("onStatus"), amf_number(0), amf_null,
                               amf_object({{"level", "status"}, {"code", "NetStream.Publish.Start"}})),
                        5, 1));
}

struct Talk {
  EventLog log;
  rtmp::Session session{{}, 1, {}, log};
  std::array<std::uint64_t, 2> offsets{};
  std::uint64_t packet = 0;

  Talk() { session.open({1, 0}); }
  void say(Direction direction, Bytes bytes) {
    ++packet;
    session.on_data(direction,
                    {offsets[index_of(direction)], bytes, {packet, static_cast<Timestamp>(packet) * 1000}});
    offsets[index_of(direction)] += bytes.size();
  }
  void end() {
    for (const Direction d : {Direction::to_server, Direction::to_client}) {
      session.on_end(d, {offsets[index_of(d)], EndCause::fin, {packet, 0}});
    }
    session.close(EndCause::fin, {packet, 0}, {});
  }
};

TEST(Session, TellsTheStoryOfAPublish) {
  Talk talk;
  talk.say(Direction::to_server, client_bytes());
  talk.say(Direction::to_client, server_bytes());
  talk.end();
  EXPECT_THAT(talk.log.lines, Contains("message 8 room").Times(2));
  EXPECT_THAT(talk.log.lines, Contains("message 20  after 1000 ns").Times(2));
  EXPECT_EQ(talk.log.lines.front(), "connection_open");
  EXPECT_EQ(talk.log.lines.back(), "connection_close");
  EXPECT_THAT(talk.log.lines, Not(Contains(HasSubstr("finding"))));
}

TEST(Session, AMessageSaysHowItWasSent) {
  const auto bytes = client_bytes();
  const Bytes first(bytes);
  constexpr std::size_t handshake_and_some = 3073 + 20;  // within connect
  Talk talk;
  talk.say(Direction::to_server, first.first(handshake_and_some));
  talk.say(Direction::to_server, first.subspan(handshake_and_some));
  talk.end();
  const auto message_with = [&](std::string_view text) {
    return std::ranges::find_if(talk.log.tapes, [&](const std::string& tape) {
      return tape.starts_with("message.") && tape.find(text) != std::string::npos;
    });
  };
  const auto connect = message_with("connect");
  ASSERT_NE(connect, talk.log.tapes.end());
  EXPECT_THAT(*connect, HasSubstr("message.header_type = 0"));
  EXPECT_THAT(*connect, HasSubstr("1970-01-01T00:00:00.000001000Z"));
  // Those behind it came in one packet.
  const auto publish = message_with("publish");
  ASSERT_NE(publish, talk.log.tapes.end());
  EXPECT_THAT(*publish, Not(HasSubstr("message.first_time")));
}

/// What the session says of how its client writes chunk headers.
rtmp::ChunkHabits habits_of(const Talk& talk) {
  return talk.session.summary().chunk_habits[index_of(Direction::to_server)];
}

TEST(Session, CountsTheChunkHeadersOfEachChunkStreamHoweverTheyAreCut) {
  const auto client = client_bytes();
  cut_every_way(
      client,
      [](const std::vector<Bytes>& pieces) {
        Talk talk;
        for (const Bytes piece : pieces) talk.say(Direction::to_server, piece);
        talk.end();
        const rtmp::ChunkHabits habits = habits_of(talk);
        ASSERT_EQ(habits.streams.size(), 3U);
        EXPECT_EQ(habits.streams[0].chunk_stream_id, 3U);
        EXPECT_EQ(habits.streams[0].headers, (rtmp::HeaderCounts{2, 0, 0, 0}));
        EXPECT_EQ(habits.streams[1].chunk_stream_id, 8U);
        EXPECT_EQ(habits.streams[2].chunk_stream_id, 4U);
        EXPECT_EQ(habits.streams[2].first_type, 0);
        EXPECT_EQ(habits.streams[2].headers, (rtmp::HeaderCounts{1, 1, 0, 0}));
        EXPECT_FALSE(habits.cut);
      },
      0, 20);
}

TEST(Session, ListsTheFirstChunkStreamsAloneIfThereAreMany) {
  Talk talk;
  talk.say(Direction::to_server, handshake('c', 's'));
  for (std::uint32_t id = 3; id < 3 + rtmp::most_chunk_habits + 1; ++id) {
    EXPECT_FALSE(habits_of(talk).cut);
    talk.say(Direction::to_server, message({.chunk_stream_id = id, .type_id = 8}, hex("af0121100405")));
  }
  talk.end();
  EXPECT_EQ(habits_of(talk).streams.size(), rtmp::most_chunk_habits);
  EXPECT_TRUE(habits_of(talk).cut);
  EXPECT_THAT(talk.log.tapes.back(), HasSubstr("to_server.chunk_streams_cut = true"));
}

TEST(Session, DirectionsMayComeInAnyOrderAndAnyCut) {
  const auto client = client_bytes();
  const auto server = server_bytes();
  const auto messages = [](const EventLog& log) {
    std::vector<std::string> seen;
    for (std::size_t i = 0; i < log.lines.size(); ++i) {
      if (log.lines[i].starts_with("message")) seen.push_back(log.lines[i].substr(0, 14));
    }
    return seen;
  };
  Talk whole;
  whole.say(Direction::to_server, client);
  whole.end();
  const auto expected = messages(whole.log);
  ASSERT_EQ(expected.size(), 5U);
  cut_every_way(
      client,
      [&](const std::vector<Bytes>& pieces) {
        Talk talk;
        for (const Bytes piece : pieces) talk.say(Direction::to_server, piece);
        talk.end();
        EXPECT_EQ(messages(talk.log), expected);
      },
      100, 20);
  Talk reversed;
  reversed.say(Direction::to_client, server);
  reversed.say(Direction::to_server, client);
  reversed.end();
  EXPECT_EQ(messages(reversed.log).size(), 9U);
}

TEST(Session, FindingsBeyondTheLimitAreCounted) {
  Talk talk;
  talk.say(Direction::to_server, handshake('c', 's'));
  for (int i = 0; i < 25; ++i)
    talk.say(Direction::to_server,
             message({.chunk_stream_id = 2, .type_id = 1}, hex("00000001"), i == 0 ? 128 : 1));
  talk.end();
  EXPECT_THAT(talk.log.lines, Contains("finding chunk_size_small").Times(10));
  EXPECT_THAT(talk.log.lines, Contains("finding chunk_size_small and 15 more"));
}

TEST(Session, FindingsOfIncompleteMessagesAreNotTheSendersFault) {
  Talk talk;
  talk.say(Direction::to_server, handshake('c', 's'));
  const auto whole = command(concat(amf_text("connect"), amf_number(1), amf_object({{"app", "live"}})));
  talk.say(Direction::to_server, Bytes(whole).first(30));
  talk.end();
  EXPECT_THAT(talk.log.lines, Contains("message 20  incomplete"));
  EXPECT_THAT(talk.log.lines, Not(Contains(HasSubstr("finding amf"))));
}

TEST(Session, CutChunkHeaderAtTheEndIsANote) {
  Talk talk;
  talk.say(Direction::to_server, handshake('c', 's'));
  talk.say(Direction::to_server, hex("430000"));
  talk.end();
  EXPECT_THAT(talk.log.lines, Contains("finding chunk_header_cut"));
}

TEST(Session, MidstreamLosesSyncInBothDirections) {
  EventLog log;
  rtmp::ConnectionInfo about;
  about.start = rtmp::Start::midstream;
  rtmp::Session session(about, 1, {}, log);
  session.open({1, 0});
  EXPECT_THAT(log.lines, ElementsAre("connection_open", "sync_lost", "sync_lost"));
}

TEST(Session, ClientWithoutC2IsDecodedFromItsFirstMessage) {
  const auto whole = client_bytes();
  const ByteVector bytes = concat(Bytes(whole).first(1537), Bytes(whole).subspan(3073));
  const auto messages = [](const EventLog& log) {
    return std::ranges::count_if(log.lines,
                                 [](const std::string& line) { return line.starts_with("message"); });
  };
  cut_every_way(
      bytes,
      [&](const std::vector<Bytes>& pieces) {
        Talk talk;
        for (const Bytes piece : pieces) talk.say(Direction::to_server, piece);
        talk.say(Direction::to_client, server_bytes());
        talk.end();
        EXPECT_THAT(talk.log.lines, Contains("finding handshake_reply_left_out").Times(1));
        EXPECT_EQ(messages(talk.log), 9);
      },
      1500, 40);
}

TEST(Session, GapInTheHandshakeKeepsTheChunkStreamsPlace) {
  Talk talk;
  const auto bytes = client_bytes();
  talk.say(Direction::to_server, Bytes(bytes).first(100));
  talk.session.on_gap(Direction::to_server, {100, 2000, GapCause::not_captured, {2, 0}});
  talk.offsets[0] += 2000;
  talk.say(Direction::to_server, Bytes(bytes).subspan(2100));
  talk.end();
  EXPECT_THAT(talk.log.lines, Contains("message 8 room").Times(2));
  EXPECT_THAT(talk.log.lines, Not(Contains("sync_lost")));
}

}  // namespace
}  // namespace rtmpscope::test
