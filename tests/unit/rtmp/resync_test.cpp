// Holes and mid-stream starts in streams as publishers send them: only what was lost is lost, and nothing is invented.
#include <gmock/gmock.h>

#include <random>

#include "published_stream.hpp"
#include "rtmp/resync_limits.hpp"

namespace rtmpscope::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Resync, OneHoleAnywhereLosesOnlyWhatItHides) {
  for (const std::uint32_t chunk_size : chunk_sizes) {
    for (const Style style : styles) {
      const Stream stream = publish(chunk_size, style, chunk_size);
      std::mt19937 random(7);
      Score score;
      for (int round = 0; round < 150; ++round) {
        const std::uint64_t begin = random() % stream.bytes.size();
        const std::uint64_t longest = round % 3 == 0 ? 10 : round % 3 == 1 ? 300 : 3000;
        const std::uint64_t end = std::min<std::uint64_t>(begin + 1 + random() % longest, stream.bytes.size());
        const std::vector<Hole> holes = {{begin, end}};
        judge(stream, holes, decode_with(stream, holes), score);
      }
      EXPECT_GE(score.found, score.intact * (style == Style::repeats ? 990 : 998) / 1000)
          << chunk_size << " " << static_cast<int>(style);
    }
  }
}

TEST(Resync, ManyHolesLoseOnlyWhatTheyHide) {
  for (const std::uint32_t chunk_size : chunk_sizes) {
    for (const Style style : styles) {
      const Stream stream = publish(chunk_size, style, chunk_size + 1);
      std::mt19937 random(11);
      Score score;
      for (int round = 0; round < 40; ++round) {
        std::vector<Hole> holes;
        for (std::uint64_t at = random() % 4000; at < stream.bytes.size(); at += 700 + random() % 6000) {
          const std::uint64_t end = std::min<std::uint64_t>(at + 1 + random() % 1448, stream.bytes.size());
          holes.push_back({at, end});
          at = end;
        }
        judge(stream, holes, decode_with(stream, holes), score);
      }
      EXPECT_GE(score.found, score.intact * (style == Style::repeats ? 90 : 97) / 100)
          << chunk_size << " " << static_cast<int>(style);
    }
  }
}

TEST(Resync, HoleInTheSetChunkSizeInventsNothing) {
  for (const std::uint32_t chunk_size : {1U, 64U, 128U, 4096U, 65536U}) {
    const Stream stream = publish(chunk_size, Style::deltas, 3);
    for (std::uint64_t begin = 0; begin < 16; ++begin) {
      for (const std::uint64_t length : {1U, 5U, 16U, 80U}) {
        const std::vector<Hole> holes = {{begin, begin + length}};
        Score score;
        judge(stream, holes, decode_with(stream, holes), score);
        if (chunk_size >= 128) {
          EXPECT_GE(score.found, score.intact - 3) << chunk_size << " " << begin << " " << length;
        }
      }
    }
  }
}

TEST(Resync, ChunkSizeThatShrinksInAHoleInventsNothing) {
  std::mt19937 random(5);
  for (const std::uint32_t second : {64U, 100U, 128U, 1000U, 8192U}) {
    Stream stream = publish(4096, Style::deltas, 9, 12);
    const std::uint64_t at = stream.bytes.size();
    ByteVector set;
    put_be(set, second, 4);
    stream.bytes = concat(stream.bytes, message({.format = 1, .chunk_stream_id = 2, .type_id = 1}, set));
    for (int i = 0; i < 20; ++i) {
      stream.bytes = concat(stream.bytes, message({.format = 1, .chunk_stream_id = 6, .time = 40, .type_id = 9},
                                                  video(300 + random() % 900, false, random), second));
    }
    list_messages(stream);
    for (std::uint64_t begin = at - 30; begin < at + 12; begin += 3) {
      const std::vector<Hole> holes = {{begin, begin + 40}, {begin + 2000, begin + 2300}};
      Score score;
      judge(stream, holes, decode_with(stream, holes), score);
      EXPECT_GE(score.found, score.intact * 8 / 10) << second << " " << begin;
    }
  }
}

/// With all that went before it, a message behind a hole is not kept until its chunk size is certain; see
/// ChunkParser::Unproved.
TEST(Resync, ChunkSizeThatChangesAfterALongTimeIsNoticedByTheNextHeader) {
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
  const std::vector<Hole> holes = {{at - 30, behind}};
  const Complete seen = decode_with(stream, holes);
  Score score;
  judge(stream, holes, seen, score);
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

TEST(Resync, HoleInASetChunkSizeEndsTheTrustInTheOldOne) {
  std::mt19937 random(8);
  Stream stream = publish(65536, Style::absolute, 13);
  const std::uint64_t at = stream.bytes.size();
  const auto add = [&](const ByteVector& bytes) { stream.bytes = concat(stream.bytes, bytes); };
  add(message({.format = 1, .chunk_stream_id = 2, .type_id = 1}, hex("00000400")));
  const std::uint64_t behind = stream.bytes.size();
  for (std::uint32_t i = 0; i < 3; ++i) {  // too short to show a chunk size
    add(message({.format = 0, .chunk_stream_id = 4, .time = 3900 + 20 * i, .type_id = 8, .message_stream_id = 1},
                concat(hex("af 01"), noise(200, random)), 1024));
  }
  for (std::uint32_t i = 0; i < 30; ++i) {
    add(message({.format = 0, .chunk_stream_id = 6, .time = 4000 + 40 * i, .type_id = 9, .message_stream_id = 1},
                video(1500 + random() % 500, false, random), 1024));
  }
  list_messages(stream);
  // Its end is missing, so that it is known that there was one.
  for (const std::uint64_t begin : {at + 8, behind - 1}) {
    const std::vector<Hole> holes = {{begin, behind}};
    Score score;
    const Complete seen = decode_with(stream, holes);
    judge(stream, holes, seen, score);
    EXPECT_EQ(score.found, score.intact) << begin - at;
    EXPECT_EQ(seen.chunk_size, 1024U) << begin - at;
  }
}

/// Where a hole ends with a header of audio or video, its message is not kept until another header follows.
StreamData piece_of(const Stream& stream, std::uint64_t from, std::uint64_t to) {
  return {from, Bytes(stream.bytes).subspan(from, to - from), {1, 0}};
}

TEST(Resync, HeaderThatNeedsNoOtherIsGoneOnFromAtOnce) {
  for (const Style style : {Style::absolute, Style::deltas}) {
    const Stream stream = publish(4096, style, 14);
    const std::vector<Sent>& messages = stream.messages;
    const std::uint64_t header = messages[100].begin;
    const std::vector<Hole> cases = {
        {messages[98].begin + 5, header},                   // begins within a header, ends right before one
        {messages[99].begin - 5, header},                   // hides the end of the message that it interrupts
        {messages[98].begin + 5, messages[99].begin + 60},  // ends within a message
    };
    for (const Hole& hole : cases) {
      Complete seen;
      rtmp::ChunkStreamDecoder decoder;
      decoder.on_data(piece_of(stream, 0, hole.begin), seen);
      decoder.on_gap({hole.begin, hole.end - hole.begin, GapCause::not_captured, {1, 0}}, seen);
      const std::uint64_t middle = header + rtmp::least_ahead;
      // Bit by bit, so that it is seen when that is decided on.
      std::uint64_t decided = 0;
      for (std::uint64_t at = hole.end; at < middle; ++at) {
        decoder.on_data(piece_of(stream, at, at + 1), seen);
        if (decided == 0 && seen.syncs.back().starts_with("found")) decided = at;
      }
      EXPECT_EQ(seen.syncs.back(), fmt::format("found {} 2", header));
      EXPECT_EQ(decided, middle - 1);
      decoder.on_data(piece_of(stream, middle, stream.bytes.size()), seen);
      decoder.on_end({1, 0}, seen);
      Score score;
      judge(stream, {hole}, seen, score);
      EXPECT_EQ(score.found, score.intact);
      // And once more when a message longer than a chunk shows how long that is.
      EXPECT_THAT(seen.syncs, ElementsAre(fmt::format("lost {} 0", hole.begin), fmt::format("found {} 2", header),
                                          HasSubstr("found")));
    }
  }
}

/// Before such a header may be a message whose own header says less, of its length or at all.
TEST(Resync, MessageThatSaysLessIsNotPassedOver) {
  std::mt19937 random(21);
  for (const int format : {1, 2, 3}) {
    for (const bool right_behind : {true, false}) {
      Stream stream = publish(65536, Style::deltas, 20);
      const auto send = [&](int with, std::uint32_t id, std::uint32_t time, std::uint8_t type, const ByteVector& body) {
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
      const std::vector<Hole> holes = {{lost, right_behind ? says_less : lost + 1500}};
      const Complete seen = decode_with(stream, holes);
      Score score;
      judge(stream, holes, seen, score);
      EXPECT_EQ(score.found, score.intact);
      EXPECT_THAT(seen.complete, Contains(::testing::Field(&rtmp::MessageHeader::stream_offset, says_less)));
    }
  }
}

/// Senders write the next header ahead, at the end of a packet.
TEST(Resync, HeaderAloneProvesTheMessageBeforeIt) {
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
TEST(Resync, PayloadLikeAHeaderRightBehindAHoleIsNotComplete) {
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
  const std::vector<Hole> holes = {{at, at + 1200}};
  const Complete seen = decode_with(stream, holes);
  Score score;
  judge(stream, holes, seen, score);
  EXPECT_EQ(score.found, score.intact);
  EXPECT_THAT(seen.partial, Contains(::testing::Field(&rtmp::MessageHeader::stream_offset, at + 1200)));
  const auto refuted = static_cast<int>(rtmp::SyncLostReason::implausible_header);
  EXPECT_THAT(seen.syncs, Contains(fmt::format("lost {} {}", at + 1200 + fake.size(), refuted)));
}

/// The Set Chunk Size is lost, and each message comes in one chunk: how large chunks are is never seen.
TEST(Resync, MessagesAboveTheAssumedChunkSizeStayWhole) {
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
  std::vector<Hole> holes = {{0, 16}};
  for (const std::size_t i : {60U, 90U, 91U, 120U}) {
    holes.push_back({stream.messages[i].begin - 20, stream.messages[i].begin + 30});
  }
  Score score;
  judge(stream, holes, decode_with(stream, holes), score);
  EXPECT_EQ(score.found, score.intact);
}

TEST(Resync, MessageRightBeforeTheNextHoleOrTheEndIsComplete) {
  for (const std::uint32_t chunk_size : {4096U, 65536U}) {
    for (const Style style : {Style::absolute, Style::deltas}) {
      Stream stream = publish(chunk_size, style, 12);
      // A key frame is lost, and longer messages than any seen since end at holes, and within headers.
      for (const std::uint64_t within : {0U, 1U, 7U}) {
        std::vector<Hole> holes;
        for (const std::size_t i : {95U, 110U, 140U}) {
          holes.push_back({stream.messages[i].begin + within, stream.messages[i + 1].begin});
        }
        stream.bytes.resize(stream.messages.back().end);
        const Complete seen = decode_with(stream, holes);
        Score score;
        judge(stream, holes, seen, score);
        for (const Hole& hole : holes) {
          const auto ends = std::ranges::find(stream.messages, hole.begin - within, &Sent::end);
          ASSERT_NE(ends, stream.messages.end());
          EXPECT_THAT(seen.complete, Contains(::testing::Field(&rtmp::MessageHeader::stream_offset, ends->begin)))
              << chunk_size << " " << within;
        }
        EXPECT_EQ(seen.complete.back().stream_offset, stream.messages.back().begin) << chunk_size << " " << within;
      }
    }
  }
}

TEST(Resync, MidstreamStartIsFoundWithinTwoMessages) {
  for (const std::uint32_t chunk_size : chunk_sizes) {
    for (const Style style : {Style::absolute, Style::deltas}) {
      const Stream stream = publish(chunk_size, style, chunk_size + 2);
      std::mt19937 random(13);
      for (int round = 0; round < 40; ++round) {
        const std::uint64_t start = 100 + random() % (stream.bytes.size() / 2);
        Complete seen;
        rtmp::ChunkStreamDecoder decoder;
        decoder.lose_sync(start, rtmp::SyncLostReason::start_not_captured, {1, 0}, seen);
        decoder.on_data({start, Bytes(stream.bytes).subspan(start), {1, 0}}, seen);
        decoder.on_end({1, 0}, seen);
        Score score;
        const std::vector<Hole> holes = {{0, start}};
        judge(stream, holes, seen, score);
        EXPECT_GE(score.found, score.intact - 1) << chunk_size << " " << start;
        if (chunk_size < 9000) {
          EXPECT_EQ(seen.chunk_size, chunk_size) << start;
        } else {
          EXPECT_GE(seen.chunk_size, 9010U) << start;
        }
      }
    }
  }
}

TEST(Resync, LengthThatALostHeaderSaidIsReadOffWhatFollows) {
  for (const std::uint32_t chunk_size : chunk_sizes) {
    // From the fourth picture on audio has one length, which only its type 1 headers there tell.
    const Stream stream = publish(chunk_size, Style::repeats, chunk_size + 7);
    constexpr std::size_t first_audio = 2 + 3 * 3 + 1;
    const std::vector<Hole> holes = {{stream.messages[first_audio].begin, stream.messages[first_audio + 1].end}};
    const Complete seen = decode_with(stream, holes);
    Score score;
    judge(stream, holes, seen, score);
    EXPECT_EQ(score.found, score.intact) << chunk_size;
    EXPECT_FALSE(seen.complete.back().timestamp_exact);
  }
}

/// A player's side: hardly more than Acknowledgements, which repeat the first one's header.
TEST(Resync, AcknowledgementsGoOnWhereTheSequenceNumberShowsThem) {
  Stream stream;
  for (std::uint32_t i = 0; i < 40; ++i) {
    ByteVector body;
    put_be(body, 86'000 * (i + 1), 4);
    const int format = i < 2 ? static_cast<int>(i) : i % 3 == 0 ? 3 : 2;
    stream.bytes = concat(
        stream.bytes,
        message({.format = format, .chunk_stream_id = 2, .time = i == 0 ? 0U : 67U, .type_id = 3}, body, 128));
  }
  list_messages(stream);
  ASSERT_EQ(stream.messages.size(), 40U);
  for (const std::size_t lost : {std::size_t{5}, std::size_t{6}, std::size_t{20}}) {
    for (const std::uint64_t bytes : {1U, 4U, 8U}) {
      const std::uint64_t begin = stream.messages[lost].begin;
      const std::vector<Hole> holes = {{begin, begin + bytes}};
      Score score;
      judge(stream, holes, decode_with(stream, holes), score);
      // The last one is followed by nothing that could confirm it.
      EXPECT_GE(score.found, score.intact - 1) << lost << ' ' << bytes;
    }
  }
}

/// Audio at a constant rate: one type 1 header, then type 3 headers alone.
Stream constant_audio(std::size_t frames, std::mt19937& random, const ByteVector& begin, const ByteVector& end) {
  Stream stream;
  const auto send = [&](const ChunkSpec& spec, const ByteVector& body) {
    stream.bytes = concat(stream.bytes, message(spec, body, 4096));
  };
  ByteVector set;
  put_be(set, 4096, 4);
  stream.bytes = message({.chunk_stream_id = 2, .type_id = 1}, set, 128);
  send({.chunk_stream_id = 4, .type_id = 18, .message_stream_id = 1},
       concat(hex("02 000a"), as_bytes("onMetaData"), noise(120, random)));
  for (std::size_t i = 0; i < frames; ++i) {
    const int format = i == 0 ? 1 : 3;
    send({.format = format, .chunk_stream_id = 4, .time = 20, .type_id = 8},
         concat(begin, noise(65 - begin.size() - end.size(), random), end));
  }
  list_messages(stream);
  return stream;
}

TEST(Resync, AudioOfConstantLengthIsFoundByItsRepetition) {
  std::mt19937 random(3);
  const Stream stream = constant_audio(200, random, hex("42"), {});  // Nellymoser: one byte shows what it is
  ASSERT_EQ(stream.messages.size(), 202U);
  // The first one says length and type.
  for (const std::size_t lost : {std::size_t{2}, std::size_t{3}, std::size_t{40}, std::size_t{100}}) {
    for (const std::uint64_t bytes : {1U, 8U, 70U, 400U}) {
      const std::uint64_t begin = stream.messages[lost].begin;
      const std::vector<Hole> holes = {{begin, begin + bytes}};
      Score score;
      judge(stream, holes, decode_with(stream, holes), score);
      EXPECT_GE(score.found, score.intact - 1) << lost << ' ' << bytes;
    }
  }
}

TEST(Resync, PayloadAndTheHeaderBehindItAreNotTakenForOne) {
  std::mt19937 random(5);
  // With the type 3 header behind it, the end of each body looks like a type 2 header.
  const Stream stream = constant_audio(100, random, hex("2f fffb9064"), hex("84 60 10"));  // MP3
  for (std::size_t lost = 3; lost < 60; lost += 7) {
    const std::vector<Hole> holes = {{stream.messages[lost].begin, stream.messages[lost].begin + 1}};
    Score score;
    judge(stream, holes, decode_with(stream, holes), score);
    EXPECT_GE(score.found, score.intact - 1) << lost;
  }
}

TEST(Resync, ContinuationOfTheMessageInProgressIsPredicted) {
  const Stream stream = publish(128, Style::deltas, 21);
  // The first key frame is long: a hole in it hides several chunk headers, and nothing else.
  const Sent& key = stream.messages[2];
  ASSERT_GT(key.header.chunks, 60U);
  const std::vector<Hole> holes = {{key.begin + 1000, key.begin + 2448}, {key.begin + 4000, key.begin + 5448}};
  const Complete seen = decode_with(stream, holes);
  EXPECT_THAT(seen.syncs, Contains(HasSubstr(" 0")));
  ASSERT_EQ(seen.partial.size(), 1U);
  EXPECT_EQ(seen.partial[0].stream_offset, key.begin);
  EXPECT_EQ(seen.complete.size(), stream.messages.size() - 1);
  for (const auto& header : seen.complete) EXPECT_TRUE(header.timestamp_exact);
}

TEST(Resync, HeadersMadeUpOfNoiseAreNotFound) {
  std::mt19937 random(17);
  for (int round = 0; round < 20; ++round) {
    const auto bytes = noise(50000, random);
    Complete seen;
    rtmp::ChunkStreamDecoder decoder;
    decoder.lose_sync(0, rtmp::SyncLostReason::start_not_captured, {1, 0}, seen);
    decoder.on_data({0, bytes, {1, 0}}, seen);
    decoder.on_end({1, 0}, seen);
    EXPECT_TRUE(seen.complete.empty());
    EXPECT_EQ(seen.syncs.size(), 1U);
  }
}

TEST(Resync, ResultsDoNotDependOnTheCuts) {
  const Stream stream = publish(128, Style::deltas, 23, 8);
  const auto run = [&](const std::vector<Bytes>& pieces) {
    Recorder seen;
    rtmp::ChunkStreamDecoder decoder;
    decoder.lose_sync(0, rtmp::SyncLostReason::start_not_captured, {1, 0}, seen);
    std::uint64_t at = 0;
    bool gap = false;
    for (Bytes piece : pieces) {
      if (at + piece.size() > 6000 && !gap) {
        const std::size_t before = 6000 - at;
        if (before > 0) decoder.on_data({at, piece.first(before), {1, 0}}, seen);
        decoder.on_gap({6000, 700, GapCause::not_captured, {1, 0}}, seen);
        piece = piece.subspan(before);
        at = 6700;
        gap = true;
      }
      if (!piece.empty()) decoder.on_data({at, piece, {1, 0}}, seen);
      at += piece.size();
    }
    decoder.on_end({1, 0}, seen);
    return seen;
  };
  ByteVector captured = stream.bytes;
  captured.erase(captured.begin() + 6000, captured.begin() + 6700);
  captured.erase(captured.begin(), captured.begin() + 77);
  const Recorder whole = run({captured});
  ASSERT_GT(whole.messages.size(), 10U);
  cut_every_way(captured, [&](const std::vector<Bytes>& pieces) {
    const Recorder seen = run(pieces);
    EXPECT_EQ(seen.lines, whole.lines);
    EXPECT_EQ(seen.chunks, whole.chunks);
  }, 0, 20);
}

}  // namespace
}  // namespace rtmpscope::test
