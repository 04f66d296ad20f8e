#include <gmock/gmock.h>

#include "support/bytes.hpp"
#include "support/chunks.hpp"
#include "unit/rtmp/recorder.hpp"

namespace rtmpscope::test {
namespace {

using ::testing::ElementsAre;

TEST(ChunkStreamDecoder, SetChunkSizeHoldsFromTheNextChunkOn) {
  // It comes between two chunks of another message, and changes the size of that message's next chunk
  // (RTMP 5.4.1).
  const auto body = pattern(400, 9);
  const Bytes view(body);
  const auto stream = concat(chunk({.chunk_stream_id = 4, .length = 400, .type_id = 18}, view.first(128)),
                             message({.chunk_stream_id = 2, .type_id = 1}, hex("00001000")),
                             chunk({.format = 3, .chunk_stream_id = 4}, view.subspan(128)));
  const Recorder seen = decode(stream);
  EXPECT_EQ(seen.bodies.at(1), body);
  EXPECT_EQ(seen.messages.at(1).chunks, 2U);
}

TEST(ChunkStreamDecoder, ChunkSizesOfTheWholeRange) {
  for (const std::uint32_t size :
       {1U, 127U, 128U, 4096U, 60000U, 65535U, 65536U, 4194304U, 0xFFFFFFU, 0x7FFFFFFFU}) {
    const auto body = pattern(size < 128 ? 300 : 200000, 1);
    ByteVector set;
    put_be(set, size, 4);
    const auto stream = concat(message({.chunk_stream_id = 2, .type_id = 1}, set),
                               message({.chunk_stream_id = 5, .type_id = 18}, body, size));
    const Recorder seen = decode(stream);
    ASSERT_EQ(seen.bodies.size(), 2U) << size;
    EXPECT_EQ(seen.bodies[1], body) << size;
    EXPECT_EQ(seen.messages[1].chunks, (body.size() + size - 1) / size) << size;
  }
}

TEST(ChunkStreamDecoder, ChunkSizeZeroIsIgnoredAndTheTopBitMasked) {
  const auto body = pattern(300);
  const auto stream = concat(message({.chunk_stream_id = 2, .type_id = 1}, hex("00000000")),
                             message({.chunk_stream_id = 5, .type_id = 18}, body),
                             message({.chunk_stream_id = 2, .type_id = 1}, hex("80000100")),
                             message({.chunk_stream_id = 5, .type_id = 18}, body, 256));
  const Recorder seen = decode(stream);
  EXPECT_EQ(seen.bodies.at(1), body);
  EXPECT_EQ(seen.bodies.at(3), body);
}

TEST(ChunkStreamDecoder, AbortDropsThePartialMessageAndKeepsTheHeader) {
  const auto body = pattern(200, 4);
  const auto stream =
      concat(chunk({.chunk_stream_id = 4, .time = 7, .length = 200, .type_id = 18, .message_stream_id = 1},
                   Bytes(body).first(128)),
             message({.chunk_stream_id = 2, .type_id = 2}, hex("00000004")),
             chunk({.format = 3, .chunk_stream_id = 4}, Bytes(body).first(128)),
             chunk({.format = 3, .chunk_stream_id = 4}, Bytes(body).subspan(128)));
  const Recorder seen = decode(stream);
  EXPECT_EQ(seen.lines.at(0), "message_aborted at 0 (18, 128)");
  EXPECT_EQ(seen.lines.at(1), "type 18 csid 4 stream 1 time 7 length 200 chunks 1 incomplete");
  EXPECT_EQ(seen.bodies.back(), body);
}

TEST(ChunkStreamDecoder, AbortOfAnIdleChunkStreamIsAFinding) {
  const Recorder seen = decode(message({.chunk_stream_id = 2, .type_id = 2}, hex("00000009")));
  EXPECT_EQ(seen.lines.at(0), "abort_without_message at 0 (9, 0)");
  const Recorder none = decode(message({.chunk_stream_id = 2, .type_id = 2}, hex("00000000")));
  EXPECT_EQ(none.lines.at(0), "abort_without_message at 0 (0, 0)");
}

TEST(ChunkStreamDecoder, EachOfManyChunkStreamsInheritsFromItsOwnHeader) {
  const std::vector<std::uint32_t> ids = {300, 3, 255, 256, 63, 64, 319, 320, 65599, 4, 5, 200, 257, 2};
  ByteVector stream;
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    const ChunkSpec first = {.chunk_stream_id = ids[i], .time = i, .type_id = 9, .message_stream_id = 1};
    stream = concat(stream, message(first, pattern(10 + i, 1)));
  }
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    const ChunkSpec next = {.format = 2, .chunk_stream_id = ids[i], .time = 100, .type_id = 9};
    stream = concat(stream, message(next, pattern(10 + i, 2)));
  }
  const Recorder seen = decode(stream);
  ASSERT_EQ(seen.messages.size(), 2 * ids.size());
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    const rtmp::MessageHeader& next = seen.messages[ids.size() + i];
    EXPECT_EQ(next.chunk_stream_id, ids[i]);
    EXPECT_EQ(next.length, 10 + i);
    EXPECT_EQ(next.timestamp, 100 + i);
  }
}

TEST(ChunkStreamDecoder, NewHeaderInsideAMessageAbandonsIt) {
  const auto stream = concat(chunk({.chunk_stream_id = 4, .length = 200, .type_id = 18}, pattern(128)),
                             message({.chunk_stream_id = 4, .time = 50, .type_id = 20}, pattern(20)));
  EXPECT_THAT(decode(stream).lines,
              ElementsAre("message_abandoned at 0 (18, 128)",
                          "type 18 csid 4 stream 0 time 0 length 200 chunks 1 incomplete",
                          "type 20 csid 4 stream 0 time 50 length 20 chunks 1"));
}

TEST(ChunkStreamDecoder, MessageThatTheEndCutsOffIsIncomplete) {
  const auto stream = chunk({.chunk_stream_id = 3, .length = 34, .type_id = 20}, {});
  EXPECT_THAT(decode(stream).lines,
              ElementsAre("type 20 csid 3 stream 0 time 0 length 34 chunks 1 incomplete"));
}

TEST(ChunkStreamDecoder, LargestMessage) {
  const auto body = pattern(0xFFFFFF, 2);
  const Recorder seen = decode(message({.chunk_stream_id = 4, .type_id = 18}, body, 128));
  ASSERT_EQ(seen.bodies.size(), 1U);
  EXPECT_EQ(seen.bodies[0], body);
}

struct Fed {
  Recorder recorder;
  rtmp::ChunkStreamDecoder decoder;
  std::uint64_t offset = 0;

  void data(const ByteVector& bytes) {
    decoder.on_data({offset, bytes, {1, 0}}, recorder);
    offset += bytes.size();
  }
  void gap(std::uint64_t length) {
    decoder.on_gap({offset, length, GapCause::not_captured, {1, 0}}, recorder);
    offset += length;
  }
};

TEST(ChunkStreamDecoder, GapInsideAChunkChangesOnlyItsMessage) {
  const auto body = pattern(128, 5);
  Fed fed;
  fed.data(chunk({.chunk_stream_id = 4, .length = 128, .type_id = 18}, Bytes(body).first(40)));
  fed.gap(60);
  fed.data(ByteVector(body.begin() + 100, body.end()));
  fed.data(message({.chunk_stream_id = 4, .type_id = 20}, body));
  EXPECT_THAT(fed.recorder.lines, ElementsAre("type 18 csid 4 stream 0 time 0 length 128 chunks 1 incomplete",
                                              "type 20 csid 4 stream 0 time 0 length 128 chunks 1"));
  EXPECT_EQ(fed.recorder.bodies.at(0).size(), 40U);
}

TEST(ChunkStreamDecoder, GapUpToTheChunksEndKeepsFraming) {
  Fed fed;
  fed.data(chunk({.chunk_stream_id = 4, .length = 100, .type_id = 18}, {}));
  fed.gap(100);
  fed.data(message({.chunk_stream_id = 4, .type_id = 20}, pattern(9)));
  EXPECT_EQ(fed.recorder.lines.back(), "type 20 csid 4 stream 0 time 0 length 9 chunks 1");
}

TEST(ChunkStreamDecoder, GapOverAHeaderLosesSync) {
  Fed fed;
  fed.data(chunk({.chunk_stream_id = 4, .length = 100, .type_id = 18}, pattern(10)));
  fed.gap(91);
  fed.data(message({.chunk_stream_id = 4, .type_id = 20}, pattern(9)));
  fed.decoder.on_end({1, 0}, fed.recorder);
  EXPECT_THAT(fed.recorder.lines, ElementsAre("type 18 csid 4 stream 0 time 0 length 100 chunks 1 incomplete",
                                              "sync lost at 22 reason 0"));
}

/// Counts complete messages, and those whose bodies lie in `packet`.
struct BodyPlaces final : Recorder {
  Bytes packet;
  std::size_t complete = 0;
  std::size_t in_packet = 0;

  void on_message(const rtmp::Message& message, PacketRef) override {
    if (!message.complete) return;
    ++complete;
    const auto* begin = message.body.data();
    in_packet +=
        begin >= packet.data() && begin + message.body.size() <= packet.data() + packet.size() ? 1 : 0;
  }
};

TEST(ChunkStreamDecoder, MessagesBehindAFoundHeaderLieInTheirPacket) {
  // The search keeps a copy of the packet. A user who shows bytes in their packet needs views into the
  // packet.
  auto frame = pattern(200, 3);
  frame[0] = 0xAF;
  frame[1] = 0x01;
  const auto begin = concat(
      message({.chunk_stream_id = 2, .type_id = 1}, hex("00001000")),
      message({.chunk_stream_id = 4, .length = 200, .type_id = 8, .message_stream_id = 1}, frame, 4096));
  ByteVector packet = pattern(40, 5);  // the end of a message whose header is lost
  for (int i = 0; i < 40; ++i) {
    packet =
        concat(packet, message({.format = 1, .chunk_stream_id = 4, .time = 23, .type_id = 8}, frame, 4096));
  }
  BodyPlaces places;
  places.packet = packet;
  rtmp::ChunkStreamDecoder decoder;
  decoder.on_data({0, begin, {1, 0}}, places);
  const std::uint64_t gap = 900;
  decoder.on_gap({.offset = begin.size(), .length = gap, .noticed_at = {2, 0}}, places);
  decoder.on_data({begin.size() + gap, packet, {2, 0}}, places);
  decoder.on_end({2, 0}, places);
  EXPECT_EQ(places.complete, 42U);
  EXPECT_EQ(places.in_packet, 40U);
}

TEST(ChunkStreamDecoder, ManyOpenMessagesAreKeptOnlyUpToTheLimit) {
  // 300 chunk streams, each with an open message of 16 MiB of which 256 KiB came: 75 MiB in all.
  Fed fed;
  fed.data(message({.chunk_stream_id = 2, .type_id = 1}, hex("00040000")));
  const auto body = pattern(0x40000);
  for (std::uint32_t id = 3; id < 303; ++id) {
    fed.data(chunk({.chunk_stream_id = id, .length = 0xFFFFFF, .type_id = 18}, body));
  }
  fed.decoder.on_end({1, 0}, fed.recorder);
  std::size_t kept = 0;
  for (const auto& b : fed.recorder.bodies) kept += b.size();
  EXPECT_EQ(fed.recorder.bodies.size(), 301U);
  EXPECT_LE(kept, rtmp::maximum_retained_bytes + 4);
}

TEST(ChunkStreamDecoder, WhereMemoryIsScarceOnlyTheCurrentOneOfManyChunkStreamsIsKept) {
  rtmp::SharedMemory memory;
  {
    Fed fed;
    fed.decoder.share(&memory);
    const auto half = pattern(128);
    const auto open = [&](std::uint32_t id) {
      fed.data(chunk({.chunk_stream_id = id, .length = 200, .type_id = 18, .message_stream_id = 1}, half));
    };
    constexpr std::uint32_t many = 3 + 2 * rtmp::uncounted_chunk_streams;
    for (std::uint32_t id = 3; id < many; ++id) open(id);
    EXPECT_GE(memory.bytes(), rtmp::uncounted_chunk_streams * rtmp::chunk_stream_cost);
    EXPECT_EQ(fed.recorder.bodies.size(), 0U);
    memory.set_scarce(true);
    open(many);
    EXPECT_EQ(fed.recorder.bodies.size(), 2 * rtmp::uncounted_chunk_streams);  // as far as they came
    EXPECT_EQ(fed.recorder.bodies.at(0), half);
    EXPECT_EQ(memory.bytes(), 0U);
    // What is current goes on, and others begin.
    const auto rest = pattern(72);
    fed.data(chunk({.format = 3, .chunk_stream_id = many}, rest));
    EXPECT_EQ(fed.recorder.bodies.back(), concat(half, rest));
    fed.data(message({.chunk_stream_id = 5, .type_id = 18, .message_stream_id = 1}, rest));
    EXPECT_EQ(fed.recorder.bodies.back(), rest);
    for (std::uint32_t id = 3; id < many; ++id) open(id);
  }
  EXPECT_EQ(memory.bytes(), 0U);
}

TEST(MessageAssembler, MediaBodyDoesNotDependOnCuts) {
  // Only the head of coded frames is kept; how much must not depend on segments.
  auto frame = pattern(5000, 1);
  frame[0] = 0x27;
  frame[1] = 0x01;
  const auto stream = message({.chunk_stream_id = 6, .type_id = 9, .message_stream_id = 1}, frame);
  const Recorder whole = decode(stream);
  EXPECT_LT(whole.bodies.at(0).size(), 1000U);
  for (const std::size_t step : {1U, 3U, 20U, 500U}) {
    std::vector<Bytes> pieces;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      pieces.push_back(Bytes(stream).subspan(at, std::min<std::size_t>(step, stream.size() - at)));
    }
    EXPECT_EQ(decode(pieces).bodies, whole.bodies);
  }
}

}  // namespace
}  // namespace rtmpscope::test
