#include <gmock/gmock.h>

#include "support/bytes.hpp"
#include "support/chunks.hpp"
#include "unit/rtmp/recorder.hpp"

namespace rtmpscope::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A data message of a name alone.
ByteVector amf_name() {
  return concat(hex("02 000a"), as_bytes("onCuePoint"));
}

/// The same with more behind it, `size` bytes in all.
ByteVector amf_data(std::size_t size, std::uint8_t seed = 0) {
  const ByteVector name = amf_name();
  return concat(name, pattern(size - name.size(), seed));
}

TEST(ChunkParser, ReadsAllBasicHeaderForms) {
  const auto body = pattern(3);
  ByteVector stream;
  for (const std::uint32_t id : {2U, 63U, 64U, 319U, 320U, 65599U}) {
    stream = concat(stream, message({.chunk_stream_id = id, .message_stream_id = 1}, body));
  }
  const Recorder seen = decode(stream);
  std::vector<std::uint32_t> ids;
  for (const auto& m : seen.messages) ids.push_back(m.chunk_stream_id);
  EXPECT_THAT(ids, ElementsAre(2, 63, 64, 319, 320, 65599));
}

TEST(ChunkParser, ThreeByteIdIsLittleEndian) {
  const auto stream = hex("01 01 02  000000 000001 14 00000000  aa");
  EXPECT_EQ(decode(stream).messages.at(0).chunk_stream_id, 64U + 1U + 256U * 2U);
}

TEST(ChunkParser, BothFormsOfAnIdAreOneChunkStream) {
  const auto stream =
      concat(message({.chunk_stream_id = 100, .type_id = 18, .message_stream_id = 7}, pattern(4)),
             message({.format = 1, .chunk_stream_id = 100, .type_id = 18, .basic_size = 3}, pattern(4)));
  const Recorder seen = decode(stream);
  EXPECT_EQ(seen.messages.at(1).message_stream_id, 7U);
  EXPECT_THAT(seen.lines.at(1), ::testing::StartsWith("basic_header_longer_than_needed"));
}

TEST(ChunkParser, InheritsWhatAHeaderLeavesOut) {
  const auto body = pattern(5);
  const auto stream = concat(chunk({.time = 1000, .length = 5, .type_id = 8, .message_stream_id = 1}, body),
                             chunk({.format = 1, .time = 20, .length = 5, .type_id = 9}, body),
                             chunk({.format = 2, .time = 30}, body), chunk({.format = 3}, body));
  EXPECT_THAT(decode(stream).lines, ElementsAre("type 8 csid 3 stream 1 time 1000 length 5 chunks 1",
                                                "type 9 csid 3 stream 1 time 1020 length 5 chunks 1",
                                                "type 9 csid 3 stream 1 time 1050 length 5 chunks 1",
                                                "type 9 csid 3 stream 1 time 1080 length 5 chunks 1"));
}

TEST(ChunkParser, CountsTheBytesOfAMessagesHeadersHoweverItIsCut) {
  const auto stream =
      concat(message({.chunk_stream_id = 3, .type_id = 18, .message_stream_id = 1}, amf_data(300)),
             message({.format = 1, .chunk_stream_id = 3, .time = 5, .type_id = 18}, amf_data(20)),
             message({.format = 1, .chunk_stream_id = 3, .time = 0x01000000, .type_id = 18}, amf_data(200)),
             message({.chunk_stream_id = 400, .type_id = 18, .message_stream_id = 1}, amf_data(130)));
  cut_every_way(
      stream,
      [](const std::vector<Bytes>& pieces) {
        const Recorder seen = decode(pieces);
        ASSERT_EQ(seen.messages.size(), 4U);
        std::vector<std::uint32_t> header_bytes;
        std::vector<int> types;
        for (const rtmp::MessageHeader& header : seen.messages) {
          header_bytes.push_back(header.header_bytes);
          types.push_back(header.header_type);
        }
        EXPECT_THAT(header_bytes, ElementsAre(12 + 1 + 1, 8, 8 + 4 + 1 + 4, 14 + 3));
        EXPECT_THAT(types, ElementsAre(0, 1, 1, 0));
      },
      2048, 20);
}

TEST(ChunkParser, RemembersThePacketWithTheFirstByteOfAMessage) {
  const auto stream = message({.chunk_stream_id = 3, .type_id = 18, .message_stream_id = 1}, amf_data(300));
  const Bytes bytes(stream);
  for (const std::size_t cut : {1U, 5U, 12U, 20U, 299U}) {
    Recorder recorder;
    rtmp::ChunkStreamDecoder decoder;
    decoder.on_data({0, bytes.first(cut), {7, 1000}}, recorder);
    decoder.on_data({cut, bytes.subspan(cut), {9, 2000}}, recorder);
    ASSERT_EQ(recorder.messages.size(), 1U);
    EXPECT_EQ(recorder.messages[0].first_frame, 7U) << cut;
    EXPECT_EQ(recorder.messages[0].first_time, 1000) << cut;
  }
}

TEST(ChunkParser, InterleavedMessagesDoNotMix) {
  const auto a = pattern(300, 1);
  const auto b = pattern(200, 90);
  const Bytes av(a);
  const Bytes bv(b);
  const auto stream = concat(chunk({.chunk_stream_id = 4, .length = 300, .type_id = 18}, av.first(128)),
                             chunk({.chunk_stream_id = 6, .length = 200, .type_id = 20}, bv.first(128)),
                             chunk({.format = 3, .chunk_stream_id = 4}, av.subspan(128, 128)),
                             chunk({.format = 3, .chunk_stream_id = 6}, bv.subspan(128)),
                             chunk({.format = 3, .chunk_stream_id = 4}, av.subspan(256)));
  const Recorder seen = decode(stream);
  ASSERT_EQ(seen.bodies.size(), 2U);
  EXPECT_EQ(seen.bodies[0], b);
  EXPECT_EQ(seen.bodies[1], a);
}

TEST(ChunkParser, ZeroLengthMessageIsCompleteAndTheNextType3BeginsAnother) {
  const auto stream =
      concat(chunk({.time = 5, .length = 0, .type_id = 8, .message_stream_id = 1}),
             chunk({.format = 1, .time = 10, .length = 0, .type_id = 8}), chunk({.format = 3}));
  EXPECT_THAT(decode(stream).lines, ElementsAre("type 8 csid 3 stream 1 time 5 length 0 chunks 1",
                                                "type 8 csid 3 stream 1 time 15 length 0 chunks 1",
                                                "type 8 csid 3 stream 1 time 25 length 0 chunks 1"));
}

TEST(ChunkParser, ExtendedTimestampOfType0IsAbsolute) {
  const Recorder seen = decode(message({.time = 0x1234567, .type_id = 18}, pattern(300)));
  EXPECT_THAT(seen.lines, ElementsAre("type 18 csid 3 stream 0 time 19088743 length 300 chunks 3"));
  EXPECT_EQ(seen.bodies.at(0), pattern(300));
}

TEST(ChunkParser, ExactlyFfffffIsExtendedToo) {
  EXPECT_EQ(decode(message({.time = 0xFFFFFF}, pattern(3))).messages.at(0).timestamp, 0xFFFFFFU);
}

TEST(ChunkParser, ExtendedTimestampOfType1IsADelta) {
  // FFmpeg: sequence header at 0, first frame 20000023 ms later.
  const auto body = amf_data(300);
  const auto stream = concat(message({.time = 0, .type_id = 18}, pattern(5)),
                             message({.format = 1, .time = 20000023, .type_id = 18}, body),
                             message({.format = 2, .time = 40, .type_id = 18}, body));
  const Recorder seen = decode(stream);
  EXPECT_THAT(seen.lines, ElementsAre("type 18 csid 3 stream 0 time 0 length 5 chunks 1",
                                      "type 18 csid 3 stream 0 time 20000023 length 300 chunks 3",
                                      "type 18 csid 3 stream 0 time 20000063 length 300 chunks 3"));
  EXPECT_EQ(seen.bodies.at(1), body);
}

TEST(ChunkParser, AcceptsType3ChunksWithoutTheExtendedTimestamp) {
  const auto body = pattern(300, 3);
  const auto stream = concat(message({.time = 0x2000000, .type_id = 18}, body, 128, false),
                             message({.format = 2, .time = 0x1000000, .type_id = 18}, body, 128, false));
  const Recorder seen = decode(stream);
  ASSERT_EQ(seen.bodies.size(), 2U);
  EXPECT_EQ(seen.bodies[0], body);
  EXPECT_EQ(seen.bodies[1], body);
  EXPECT_THAT(seen.lines.at(0), ::testing::StartsWith("extended_timestamp_absent"));
}

TEST(ChunkParser, AcceptsType3ChunksThatRepeatTheAbsoluteTime) {
  const auto body = amf_data(200, 3);
  const auto stream =
      concat(message({.time = 0x1000000, .type_id = 18}, pattern(2)),
             chunk({.format = 1, .time = 0x3000001, .length = 200, .type_id = 18}, Bytes(body).first(128)),
             chunk({.format = 3, .extended = 0x4000001}, Bytes(body).subspan(128)));
  const Recorder seen = decode(stream);
  EXPECT_EQ(seen.bodies.at(1), body);
  EXPECT_EQ(seen.messages.at(1).timestamp, 0x4000001U);
}

TEST(ChunkParser, AbsoluteTimeInPlaceOfADeltaIsReadAsATime) {
  const auto stream = concat(message({.time = 0x2000000, .type_id = 18}, pattern(10)),
                             message({.format = 1, .time = 0x2000017, .type_id = 18}, pattern(10)),
                             message({.format = 2, .time = 0x200002E}, pattern(10)),
                             message({.format = 2, .time = 23}, pattern(10)));
  const Recorder seen = decode(stream);
  EXPECT_THAT(seen.lines, ElementsAre("type 18 csid 3 stream 0 time 33554432 length 10 chunks 1",
                                      "extended_timestamp_absolute at 26 (33554455, 23)",
                                      "type 18 csid 3 stream 0 time 33554455 length 10 chunks 1",
                                      "type 18 csid 3 stream 0 time 33554478 length 10 chunks 1",
                                      "type 18 csid 3 stream 0 time 33554501 length 10 chunks 1"));
}

/// Some of the chunks of a message have an extended timestamp with the value 0, others have none.
TEST(ChunkParser, ThePlaceOfTheNextHeaderDecidesOnEachExtendedTimestamp) {
  const auto body = pattern(400, 3);
  const Bytes part(body);
  const auto stream =
      concat(chunk({.chunk_stream_id = 6, .time = 0x2000000, .length = 400, .type_id = 18}, part.first(128)),
             chunk({.format = 3, .chunk_stream_id = 6, .extended = 0}, part.subspan(128, 128)),
             chunk({.format = 3, .chunk_stream_id = 6}, part.subspan(256, 128)),
             chunk({.format = 3, .chunk_stream_id = 6, .extended = 0}, part.subspan(384)),
             message({.chunk_stream_id = 4, .time = 0x2000000, .type_id = 18}, amf_name()));
  const Recorder whole = decode(stream);
  ASSERT_EQ(whole.bodies.size(), 2U);
  EXPECT_EQ(whole.bodies.at(0), body);
  EXPECT_THAT(whole.lines.at(0), ::testing::StartsWith("extended_timestamp_differs at 144 (0, 33554432)"));
  cut_every_way(stream, [&](const std::vector<Bytes>& pieces) {
    const Recorder seen = decode(pieces);
    EXPECT_EQ(seen.lines, whole.lines);
    EXPECT_EQ(seen.bodies, whole.bodies);
  });
}

TEST(ChunkParser, ExtendedTimestampThatNoFieldAnnouncesIsRead) {
  const auto body = amf_name();
  const auto surplus = [&](std::uint32_t id, std::uint32_t field) {
    ByteVector out = chunk({.chunk_stream_id = id,
                            .time = field,
                            .length = static_cast<std::uint32_t>(body.size()),
                            .type_id = 18,
                            .message_stream_id = 1});
    put_be(out, 0x1000000 | field, 4);
    return concat(out, body);
  };
  const auto stream =
      concat(message({.chunk_stream_id = 4, .time = 0xFFFFF0, .type_id = 18, .message_stream_id = 1}, body),
             surplus(4, 7), surplus(6, 9), surplus(4, 30));
  const Recorder whole = decode(stream);
  ASSERT_EQ(whole.messages.size(), 4U);
  EXPECT_EQ(whole.messages.at(1).timestamp, 0x1000007U);
  EXPECT_EQ(whole.messages.at(3).timestamp, 0x100001EU);
  EXPECT_THAT(whole.lines.at(1), ::testing::StartsWith("extended_timestamp_unannounced at"));
  EXPECT_THAT(whole.bodies, ::testing::Each(body));
  cut_every_way(stream, [&](const std::vector<Bytes>& pieces) {
    const Recorder seen = decode(pieces);
    EXPECT_EQ(seen.lines, whole.lines);
    EXPECT_EQ(seen.bodies, whole.bodies);
  });
}

TEST(ChunkParser, ExtendedTimestampOnType3ThatBeginsAMessage) {
  const auto body = pattern(10);
  const auto stream =
      concat(message({.time = 0, .type_id = 8}, body), message({.format = 2, .time = 0x1000000}, body),
             chunk({.format = 3, .extended = 0x1000000}, body));
  EXPECT_THAT(decode(stream).lines, ElementsAre("type 8 csid 3 stream 0 time 0 length 10 chunks 1",
                                                "type 8 csid 3 stream 0 time 16777216 length 10 chunks 1",
                                                "type 8 csid 3 stream 0 time 33554432 length 10 chunks 1"));
}

TEST(ChunkParser, TimestampsWrapModulo2To32) {
  const auto stream =
      concat(message({.time = 0xFFFFFFF0}, pattern(2)), message({.format = 2, .time = 0x20}, pattern(2)));
  EXPECT_EQ(decode(stream).messages.at(1).timestamp, 0x10U);
}

TEST(ChunkParser, Type3AfterType0AddsTheTimeAgainIfThatFits) {
  // FMLE: first message at 26, then 0xC4, meaning 52.
  const auto stream = concat(message({.time = 26, .type_id = 8}, pattern(2)),
                             chunk({.format = 3}, pattern(2)), chunk({.format = 3}, pattern(2)));
  const Recorder seen = decode(stream);
  EXPECT_EQ(seen.messages.at(1).timestamp, 52U);
  EXPECT_EQ(seen.messages.at(2).timestamp, 78U);
  EXPECT_THAT(seen.lines.at(1), ::testing::StartsWith("type3_after_type0"));
}

TEST(ChunkParser, Type3AfterType0MeansTheSameTimeIfTheOtherStreamsSaySo) {
  // librtmp and nginx-rtmp: type 3 where the new time equals the last absolute one.
  const auto stream = concat(message({.chunk_stream_id = 4, .time = 60000}, pattern(2)),
                             message({.chunk_stream_id = 6, .time = 60010}, pattern(2)),
                             chunk({.format = 3, .chunk_stream_id = 6}, pattern(2)));
  EXPECT_EQ(decode(stream).messages.at(2).timestamp, 60010U);
}

TEST(ChunkParser, Type3AfterType0AtZeroIsNotWorthANote) {
  const auto stream = concat(message({.time = 0}, pattern(2)), chunk({.format = 3}, pattern(2)));
  EXPECT_THAT(decode(stream).lines, ElementsAre("type 20 csid 3 stream 0 time 0 length 2 chunks 1",
                                                "type 20 csid 3 stream 0 time 0 length 2 chunks 1"));
}

TEST(ChunkParser, SwappedMessageStreamIdIsFound) {
  const Recorder seen = decode(message({.message_stream_id = 0x01000000}, pattern(2)));
  EXPECT_EQ(seen.lines.at(0), "message_stream_id_swapped at 0 (16777216, 1)");
}

TEST(ChunkParser, FirstHeaderThatInheritsIsAFinding) {
  const Recorder seen = decode(message({.format = 1, .time = 0, .type_id = 4}, pattern(6)));
  EXPECT_THAT(seen.lines, ElementsAre("first_header_not_type0 at 0 (1, 3)",
                                      "type 4 csid 3 stream 0 time 0 length 6 chunks 1"));
}

TEST(ChunkParser, AHeaderThatCannotBeRightLosesSync) {
  const auto stream = hex("05 000000 000000 63 00000000  03 000000 000000 14 00000000");
  const Recorder seen = decode(stream);
  EXPECT_THAT(seen.lines, ElementsAre("sync lost at 0 reason 2"));
}

TEST(ChunkParser, MessagesOfUnknownTypesThatFollowEachOtherAreMessages) {
  const auto body = pattern(20);
  const auto stream = concat(message({.time = 1000, .type_id = 10, .message_stream_id = 1}, body),
                             message({.time = 1000, .type_id = 11, .message_stream_id = 1}, body),
                             message({.time = 2000, .type_id = 10, .message_stream_id = 1}, body));
  cut_every_way(stream, [&](const std::vector<Bytes>& pieces) {
    EXPECT_THAT(decode(pieces).lines, ElementsAre("type 10 csid 3 stream 1 time 1000 length 20 chunks 1",
                                                  "type 11 csid 3 stream 1 time 1000 length 20 chunks 1",
                                                  "type 10 csid 3 stream 1 time 2000 length 20 chunks 1"));
  });
}

TEST(ChunkParser, Type1And2HeadersWithinAMessageContinueIt) {
  const auto body = pattern(300, 3);
  const Bytes part(body);
  const auto first = chunk({.chunk_stream_id = 4, .time = 50, .length = 300, .type_id = 18}, part.first(128));
  const auto stream = concat(
      first, chunk({.format = 1, .chunk_stream_id = 4, .length = 300, .type_id = 18}, part.subspan(128, 128)),
      chunk({.format = 2, .chunk_stream_id = 4, .time = 7}, part.subspan(256)),
      message({.format = 2, .chunk_stream_id = 4, .time = 20}, body));
  const Recorder seen = decode(stream);
  EXPECT_THAT(seen.lines, ElementsAre("continuation_not_type3 at 140 (1, 4)",
                                      "type 18 csid 4 stream 0 time 50 length 300 chunks 3",
                                      "type 18 csid 4 stream 0 time 70 length 300 chunks 3"));
  EXPECT_EQ(seen.bodies.at(0), body);
  EXPECT_EQ(seen.bodies.at(1), body);
}

TEST(ChunkParser, HeaderWithAnotherLengthWithinAMessageBeginsAnother) {
  const auto body = pattern(300, 3);
  const auto stream =
      concat(chunk({.chunk_stream_id = 4, .length = 300, .type_id = 18}, Bytes(body).first(128)),
             chunk({.format = 1, .chunk_stream_id = 4, .length = 60, .type_id = 18}, Bytes(body).first(60)));
  EXPECT_THAT(decode(stream).lines,
              ElementsAre("message_abandoned at 0 (18, 128)",
                          "type 18 csid 4 stream 0 time 0 length 300 chunks 1 incomplete",
                          "type 18 csid 4 stream 0 time 0 length 60 chunks 1"));
}

TEST(ChunkParser, EveryCutGivesTheSameEvents) {
  const auto body = amf_data(300, 3);
  const auto stream =
      concat(message({.chunk_stream_id = 2, .type_id = 1}, hex("00000040")),
             message({.chunk_stream_id = 70, .time = 0x1000000, .type_id = 18}, body, 64),
             message({.format = 1, .chunk_stream_id = 70, .time = 0x1000001, .type_id = 18}, body, 64, false),
             chunk({.format = 2, .chunk_stream_id = 70, .time = 40}, Bytes(body).first(64)),
             message({.chunk_stream_id = 400, .time = 3, .type_id = 20}, amf_name()),
             chunk({.format = 3, .chunk_stream_id = 70}, Bytes(body).subspan(64, 64)),
             message({.chunk_stream_id = 2, .type_id = 2}, hex("00000046")),
             chunk({.format = 3, .chunk_stream_id = 400}, amf_name()), hex("03 0000"));
  const Recorder whole = decode(stream);
  ASSERT_GT(whole.lines.size(), 6U);
  cut_every_way(stream, [&](const std::vector<Bytes>& pieces) {
    const Recorder seen = decode(pieces);
    EXPECT_EQ(seen.lines, whole.lines);
    EXPECT_EQ(seen.chunks, whole.chunks);
    EXPECT_EQ(seen.bodies, whole.bodies);
  });
}

TEST(ChunkParser, DescribesEveryByteOfAHeader) {
  const rtmp::ChunkHeader header{.format = 0,
                                 .basic_size = 3,
                                 .size = 18,
                                 .has_extended_timestamp = true,
                                 .type_id = 9,
                                 .chunk_stream_id = 400,
                                 .timestamp_field = 0xFFFFFF,
                                 .length = 77,
                                 .message_stream_id = 1,
                                 .extended_timestamp = 0x1000000};
  struct Cover final : NullSink {
    std::vector<int> seen = std::vector<int>(18);
    void number(FieldId id, Range range, std::uint64_t) override {
      if (id == FieldId::chunk_format) return;  // shares the basic header's first byte
      for (std::uint32_t i = range.offset; i < range.end(); ++i) ++seen.at(i);
    }
  } cover;
  rtmp::describe_chunk(header, 77, cover);
  EXPECT_THAT(cover.seen, ::testing::Each(1));
}

}  // namespace
}  // namespace rtmpscope::test
