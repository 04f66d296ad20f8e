// Messages that are gone on from with their header alone, or with the chunk size kept so far: how they are
// found, and what refutes them.
#include <gmock/gmock.h>

#include <random>

#include "rtmp/recovery/recovery_limits.hpp"
#include "unit/rtmp/published_stream.hpp"

namespace rtmpscope::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

StreamData piece_of(const Stream& stream, std::uint64_t from, std::uint64_t to) {
  return {from, Bytes(stream.bytes).subspan(from, to - from), {1, 0}};
}

/// With all that went before it, a message behind a gap is not kept until its chunk size is certain; see
/// ChunkParser::ProvisionalMessage.
TEST(ProvisionalMessage, ChunkSizeThatChangesAfterALongTimeIsNoticedByTheNextHeader) {
  std::mt19937 random(6);
  Stream stream = publish(65536, Style::absolute, 10);
  const std::uint64_t at = stream.bytes.size();
  const auto add = [&](const ByteVector& bytes) { stream.bytes = concat(stream.bytes, bytes); };
  add(message({.format = 1, .chunk_stream_id = 2, .type_id = 1}, hex("00000400")));
  const std::uint64_t behind = stream.bytes.size();
  std::uint32_t time = 4000;
  for (int i = 0; i < 30; ++i) {
    add(message({.format = 0, .chunk_stream_id = 4, .time = time += 20, .type_id = 8, .message_stream_id = 1},
                concat(hex("af 01"), noise(100 + random() % 200, random)), 1024));
  }
  const std::uint64_t first = stream.bytes.size();
  for (int i = 0; i < 20; ++i) {
    add(message({.format = 0, .chunk_stream_id = 6, .time = time += 20, .type_id = 9, .message_stream_id = 1},
                video(1500 + random() % 500, false, random), 1024));
  }
  list_messages(stream);
  const std::vector<Gap> gaps = {{at - 30, behind}};
  const Complete seen = decode_with(stream, gaps);
  Score score;
  judge(stream, gaps, seen, score);
  EXPECT_GE(score.found, score.intact - 2);
  EXPECT_EQ(seen.chunk_size, 1024U);
  const auto& sent = stream.messages;
  const auto second = std::ranges::find(sent, first, &Sent::begin) + 1;
  ASSERT_NE(second, sent.end());
  const auto refuted = static_cast<int>(rtmp::SyncLostReason::implausible_header);
  // Too long a chunk: one byte early, for the header of the second one.
  EXPECT_THAT(seen.syncs, Contains(fmt::format("lost {} {}", second->begin - 1, refuted)));
  EXPECT_THAT(seen.partial, Contains(::testing::Field(&rtmp::MessageHeader::stream_offset, first)));
}

TEST(ProvisionalMessage, GapInASetChunkSizeEndsTheTrustInTheOldOne) {
  std::mt19937 random(8);
  Stream stream = publish(65536, Style::absolute, 13);
  const std::uint64_t at = stream.bytes.size();
  const auto add = [&](const ByteVector& bytes) { stream.bytes = concat(stream.bytes, bytes); };
  add(message({.format = 1, .chunk_stream_id = 2, .type_id = 1}, hex("00000400")));
  const std::uint64_t behind = stream.bytes.size();
  for (std::uint32_t i = 0; i < 3; ++i) {  // too short to show a chunk size
    add(message(
        {.format = 0, .chunk_stream_id = 4, .time = 3900 + 20 * i, .type_id = 8, .message_stream_id = 1},
        concat(hex("af 01"), noise(200, random)), 1024));
  }
  for (std::uint32_t i = 0; i < 30; ++i) {
    add(message(
        {.format = 0, .chunk_stream_id = 6, .time = 4000 + 40 * i, .type_id = 9, .message_stream_id = 1},
        video(1500 + random() % 500, false, random), 1024));
  }
  list_messages(stream);
  // Its end is missing, so that it is known that there was one.
  for (const std::uint64_t begin : {at + 8, behind - 1}) {
    const std::vector<Gap> gaps = {{begin, behind}};
    Score score;
    const Complete seen = decode_with(stream, gaps);
    judge(stream, gaps, seen, score);
    EXPECT_EQ(score.found, score.intact) << begin - at;
    EXPECT_EQ(seen.chunk_size, 1024U) << begin - at;
  }
}

/// Where a gap ends with a header of audio or video, its message is not kept until another header follows.
TEST(ProvisionalMessage, HeaderThatNeedsNoOtherIsGoneOnFromAtOnce) {
  for (const Style style : {Style::absolute, Style::deltas}) {
    const Stream stream = publish(4096, style, 14);
    const std::vector<Sent>& messages = stream.messages;
    const std::uint64_t header = messages[100].begin;
    const std::vector<Gap> cases = {
        {messages[98].begin + 5, header},                   // begins within a header, ends right before one
        {messages[99].begin - 5, header},                   // hides the end of the message that it interrupts
        {messages[98].begin + 5, messages[99].begin + 60},  // ends within a message
    };
    for (const Gap& gap : cases) {
      Complete seen;
      rtmp::ChunkStreamDecoder decoder;
      decoder.on_data(piece_of(stream, 0, gap.begin), seen);
      decoder.on_gap({gap.begin, gap.end - gap.begin, GapCause::not_captured, {1, 0}}, seen);
      const std::uint64_t middle = header + rtmp::least_ahead;
      // Bit by bit, so that it is seen when that is decided on.
      std::uint64_t decided = 0;
      for (std::uint64_t at = gap.end; at < middle; ++at) {
        decoder.on_data(piece_of(stream, at, at + 1), seen);
        if (decided == 0 && seen.syncs.back().starts_with("found")) decided = at;
      }
      EXPECT_EQ(seen.syncs.back(), fmt::format("found {} 2", header));
      EXPECT_EQ(decided, middle - 1);
      decoder.on_data(piece_of(stream, middle, stream.bytes.size()), seen);
      decoder.on_end({1, 0}, seen);
      Score score;
      judge(stream, {gap}, seen, score);
      EXPECT_EQ(score.found, score.intact);
      // And once more when a message longer than a chunk shows how long that is.
      EXPECT_THAT(seen.syncs, ElementsAre(fmt::format("lost {} 0", gap.begin),
                                          fmt::format("found {} 2", header), HasSubstr("found")));
    }
  }
}

/// PrecedingMessage such a header may be a message whose own header says less, of its length or at all.
TEST(ProvisionalMessage, MessageThatSaysLessIsNotPassedOver) {
  std::mt19937 random(21);
  for (const int format : {1, 2, 3}) {
    for (const bool right_behind : {true, false}) {
      Stream stream = publish(65536, Style::deltas, 20);
      const auto send = [&](int with, std::uint32_t id, std::uint32_t time, std::uint8_t type,
                            const ByteVector& body) {
        const ChunkSpec spec{.format = with, .chunk_stream_id = id, .time = time, .type_id = type};
        stream.bytes = concat(stream.bytes, message(spec, body, 65536));
      };
      const auto sound = [&] { return concat(hex("af 01"), noise(150, random)); };
      send(1, 4, 20, 8, sound());
      const std::uint64_t lost = stream.bytes.size();
      send(1, 6, 40, 9, video(2000, false, random));
      const std::uint64_t says_less = stream.bytes.size();
      // With a header of its own it is of a codec that has not been seen, and whose bodies are waveforms.
      send(format, 4, 20, 8, format == 1 ? concat(hex("8e"), noise(180, random)) : sound());
      for (int i = 0; i < 10; ++i) send(1, 6, 40, 9, video(700, false, random));
      list_messages(stream);
      const std::vector<Gap> gaps = {{lost, right_behind ? says_less : lost + 1500}};
      const Complete seen = decode_with(stream, gaps);
      Score score;
      judge(stream, gaps, seen, score);
      EXPECT_EQ(score.found, score.intact);
      EXPECT_THAT(seen.complete, Contains(::testing::Field(&rtmp::MessageHeader::stream_offset, says_less)));
    }
  }
}

/// Senders write the next header ahead, at the end of a packet.
TEST(ProvisionalMessage, HeaderAloneProvesTheMessageBeforeIt) {
  for (const Style style : {Style::absolute, Style::deltas}) {
    const Stream stream = publish(4096, style, 14);
    const std::vector<Sent>& messages = stream.messages;
    const std::uint64_t begin = messages[98].begin + 5;
    const Sent& first = messages[100];
    Complete seen;
    rtmp::ChunkStreamDecoder decoder;
    decoder.on_data(piece_of(stream, 0, begin), seen);
    decoder.on_gap({begin, first.begin - begin, GapCause::not_captured, {1, 0}}, seen);
    decoder.on_data(piece_of(stream, first.begin, first.end), seen);
    const std::size_t before = seen.complete.size();
    const std::uint64_t header_end = first.end + (style == Style::absolute ? 12 : 8);
    for (std::uint64_t at = first.end; at < header_end; ++at) {
      EXPECT_EQ(seen.complete.size(), before);
      decoder.on_data(piece_of(stream, at, at + 1), seen);
    }
    ASSERT_EQ(seen.complete.size(), before + 1);
    EXPECT_EQ(seen.complete.back().stream_offset, first.begin);
    decoder.on_data(piece_of(stream, header_end, stream.bytes.size()), seen);
    decoder.on_end({1, 0}, seen);
    Score score;
    judge(stream, {{begin, first.begin}}, seen, score);
    EXPECT_EQ(score.found, score.intact);
  }
}

/// What looks like such a header may be payload: no header is where its message would end.
TEST(ProvisionalMessage, PayloadLikeAHeaderRightBehindAGapIsNotComplete) {
  std::mt19937 random(15);
  Stream stream = publish(65536, Style::deltas, 16);
  const auto picture = [&](std::uint32_t size) {
    stream.bytes = concat(stream.bytes, message({.format = 1, .chunk_stream_id = 6, .time = 40, .type_id = 9},
                                                video(size, false, random), 65536));
  };
  const std::uint64_t at = stream.bytes.size();
  picture(3000);
  const ByteVector fake = message({.format = 1, .chunk_stream_id = 4, .time = 20, .type_id = 8},
                                  concat(hex("af 01"), noise(300, random)), 65536);
  std::ranges::copy(fake, stream.bytes.begin() + static_cast<std::ptrdiff_t>(at) + 1200);
  for (int i = 0; i < 30; ++i) picture(700);
  list_messages(stream);
  const std::vector<Gap> gaps = {{at, at + 1200}};
  const Complete seen = decode_with(stream, gaps);
  Score score;
  judge(stream, gaps, seen, score);
  EXPECT_EQ(score.found, score.intact);
  EXPECT_THAT(seen.partial, Contains(::testing::Field(&rtmp::MessageHeader::stream_offset, at + 1200)));
  const auto refuted = static_cast<int>(rtmp::SyncLostReason::implausible_header);
  EXPECT_THAT(seen.syncs, Contains(fmt::format("lost {} {}", at + 1200 + fake.size(), refuted)));
}

/// The Set Chunk Size is lost, and each message comes in one chunk: how large chunks are is never seen.
TEST(ProvisionalMessage, MessagesAboveTheAssumedChunkSizeStayWhole) {
  std::mt19937 random(9);
  Stream stream;
  const auto add = [&](const ByteVector& bytes) { stream.bytes = concat(stream.bytes, bytes); };
  add(message({.format = 0, .chunk_stream_id = 2, .type_id = 1}, hex("00ffffff")));
  constexpr std::uint32_t size = 0xFFFFFF;
  std::uint32_t time = 0;
  for (int i = 0; i < 80; ++i) {
    add(message({.format = 0, .chunk_stream_id = 6, .time = time += 20, .type_id = 9, .message_stream_id = 1},
                video(i % 4 == 3 ? 66'000 + random() % 9000 : 900, false, random), size));
    add(message({.format = 0, .chunk_stream_id = 4, .time = time += 20, .type_id = 8, .message_stream_id = 1},
                concat(hex("af 01"), noise(200, random)), size));
  }
  list_messages(stream);
  std::vector<Gap> gaps = {{0, 16}};
  for (const std::size_t i : {60U, 90U, 91U, 120U}) {
    gaps.push_back({stream.messages[i].begin - 20, stream.messages[i].begin + 30});
  }
  Score score;
  judge(stream, gaps, decode_with(stream, gaps), score);
  EXPECT_EQ(score.found, score.intact);
}

TEST(ProvisionalMessage, MessageRightBeforeTheNextGapOrTheEndIsComplete) {
  for (const std::uint32_t chunk_size : {4096U, 65536U}) {
    for (const Style style : {Style::absolute, Style::deltas}) {
      Stream stream = publish(chunk_size, style, 12);
      // A key frame is lost, and longer messages than any seen since end at gaps, and within headers.
      for (const std::uint64_t within : {0U, 1U, 7U}) {
        std::vector<Gap> gaps;
        for (const std::size_t i : {95U, 110U, 140U}) {
          gaps.push_back({stream.messages[i].begin + within, stream.messages[i + 1].begin});
        }
        stream.bytes.resize(stream.messages.back().end);
        const Complete seen = decode_with(stream, gaps);
        Score score;
        judge(stream, gaps, seen, score);
        for (const Gap& gap : gaps) {
          const auto ends = std::ranges::find(stream.messages, gap.begin - within, &Sent::end);
          ASSERT_NE(ends, stream.messages.end());
          EXPECT_THAT(seen.complete,
                      Contains(::testing::Field(&rtmp::MessageHeader::stream_offset, ends->begin)))
              << chunk_size << " " << within;
        }
        EXPECT_EQ(seen.complete.back().stream_offset, stream.messages.back().begin)
            << chunk_size << " " << within;
      }
    }
  }
}

}  // namespace
}  // namespace rtmpscope::test
