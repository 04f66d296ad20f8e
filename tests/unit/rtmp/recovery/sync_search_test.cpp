// Gaps and mid-stream starts in streams as publishers send them: only what was lost is lost, and nothing is
// invented.
#include <gmock/gmock.h>

#include <random>

#include "unit/rtmp/published_stream.hpp"

namespace rtmpscope::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

TEST(SyncSearch, OneGapAnywhereLosesOnlyWhatItHides) {
  for (const std::uint32_t chunk_size : chunk_sizes) {
    for (const Style style : styles) {
      const Stream stream = publish(chunk_size, style, chunk_size);
      std::mt19937 random(7);
      Score score;
      for (int round = 0; round < 150; ++round) {
        const std::uint64_t begin = random() % stream.bytes.size();
        const std::uint64_t longest = round % 3 == 0 ? 10 : round % 3 == 1 ? 300 : 3000;
        const std::uint64_t end =
            std::min<std::uint64_t>(begin + 1 + random() % longest, stream.bytes.size());
        const std::vector<Gap> gaps = {{begin, end}};
        judge(stream, gaps, decode_with(stream, gaps), score);
      }
      EXPECT_GE(score.found, score.intact * (style == Style::repeats ? 990 : 998) / 1000)
          << chunk_size << " " << static_cast<int>(style);
    }
  }
}

TEST(SyncSearch, ManyGapsLoseOnlyWhatTheyHide) {
  for (const std::uint32_t chunk_size : chunk_sizes) {
    for (const Style style : styles) {
      const Stream stream = publish(chunk_size, style, chunk_size + 1);
      std::mt19937 random(11);
      Score score;
      for (int round = 0; round < 40; ++round) {
        std::vector<Gap> gaps;
        for (std::uint64_t at = random() % 4000; at < stream.bytes.size(); at += 700 + random() % 6000) {
          const std::uint64_t end = std::min<std::uint64_t>(at + 1 + random() % 1448, stream.bytes.size());
          gaps.push_back({at, end});
          at = end;
        }
        judge(stream, gaps, decode_with(stream, gaps), score);
      }
      EXPECT_GE(score.found, score.intact * (style == Style::repeats ? 90 : 97) / 100)
          << chunk_size << " " << static_cast<int>(style);
    }
  }
}

TEST(SyncSearch, GapInTheSetChunkSizeInventsNothing) {
  for (const std::uint32_t chunk_size : {1U, 64U, 128U, 4096U, 65536U}) {
    const Stream stream = publish(chunk_size, Style::deltas, 3);
    for (std::uint64_t begin = 0; begin < 16; ++begin) {
      for (const std::uint64_t length : {1U, 5U, 16U, 80U}) {
        const std::vector<Gap> gaps = {{begin, begin + length}};
        Score score;
        judge(stream, gaps, decode_with(stream, gaps), score);
        if (chunk_size >= 128) {
          EXPECT_GE(score.found, score.intact - 3) << chunk_size << " " << begin << " " << length;
        }
      }
    }
  }
}

TEST(SyncSearch, ChunkSizeThatShrinksInAGapInventsNothing) {
  std::mt19937 random(5);
  for (const std::uint32_t second : {64U, 100U, 128U, 1000U, 8192U}) {
    Stream stream = publish(4096, Style::deltas, 9, 12);
    const std::uint64_t at = stream.bytes.size();
    ByteVector set;
    put_be(set, second, 4);
    stream.bytes = concat(stream.bytes, message({.format = 1, .chunk_stream_id = 2, .type_id = 1}, set));
    for (int i = 0; i < 20; ++i) {
      stream.bytes =
          concat(stream.bytes, message({.format = 1, .chunk_stream_id = 6, .time = 40, .type_id = 9},
                                       video(300 + random() % 900, false, random), second));
    }
    list_messages(stream);
    for (std::uint64_t begin = at - 30; begin < at + 12; begin += 3) {
      const std::vector<Gap> gaps = {{begin, begin + 40}, {begin + 2000, begin + 2300}};
      Score score;
      judge(stream, gaps, decode_with(stream, gaps), score);
      EXPECT_GE(score.found, score.intact * 8 / 10) << second << " " << begin;
    }
  }
}

TEST(SyncSearch, MidstreamStartIsFoundWithinTwoMessages) {
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
        const std::vector<Gap> gaps = {{0, start}};
        judge(stream, gaps, seen, score);
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

TEST(SyncSearch, LengthThatALostHeaderSaidIsReadOffWhatFollows) {
  for (const std::uint32_t chunk_size : chunk_sizes) {
    // From the fourth picture on audio has one length, which only its type 1 headers there tell.
    const Stream stream = publish(chunk_size, Style::repeats, chunk_size + 7);
    constexpr std::size_t first_audio = 2 + 3 * 3 + 1;
    const std::vector<Gap> gaps = {
        {stream.messages[first_audio].begin, stream.messages[first_audio + 1].end}};
    const Complete seen = decode_with(stream, gaps);
    Score score;
    judge(stream, gaps, seen, score);
    EXPECT_EQ(score.found, score.intact) << chunk_size;
    EXPECT_FALSE(seen.complete.back().timestamp_exact);
  }
}

/// A player's side: hardly more than Acknowledgements, which repeat the first one's header.
TEST(SyncSearch, AcknowledgementsGoOnWhereTheSequenceNumberShowsThem) {
  Stream stream;
  for (std::uint32_t i = 0; i < 40; ++i) {
    ByteVector body;
    put_be(body, 86'000 * (i + 1), 4);
    const int format = i < 2 ? static_cast<int>(i) : i % 3 == 0 ? 3 : 2;
    stream.bytes =
        concat(stream.bytes,
               message({.format = format, .chunk_stream_id = 2, .time = i == 0 ? 0U : 67U, .type_id = 3},
                       body, 128));
  }
  list_messages(stream);
  ASSERT_EQ(stream.messages.size(), 40U);
  for (const std::size_t lost : {std::size_t{5}, std::size_t{6}, std::size_t{20}}) {
    for (const std::uint64_t bytes : {1U, 4U, 8U}) {
      const std::uint64_t begin = stream.messages[lost].begin;
      const std::vector<Gap> gaps = {{begin, begin + bytes}};
      Score score;
      judge(stream, gaps, decode_with(stream, gaps), score);
      // The last one is followed by nothing that could confirm it.
      EXPECT_GE(score.found, score.intact - 1) << lost << ' ' << bytes;
    }
  }
}

/// Audio at a constant rate: one type 1 header, then type 3 headers alone.
Stream constant_audio(std::size_t frames, std::mt19937& random, const ByteVector& begin,
                      const ByteVector& end) {
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

TEST(SyncSearch, AudioOfConstantLengthIsFoundByItsRepetition) {
  std::mt19937 random(3);
  const Stream stream = constant_audio(200, random, hex("42"), {});  // Nellymoser: one byte shows what it is
  ASSERT_EQ(stream.messages.size(), 202U);
  // The first one says length and type.
  for (const std::size_t lost : {std::size_t{2}, std::size_t{3}, std::size_t{40}, std::size_t{100}}) {
    for (const std::uint64_t bytes : {1U, 8U, 70U, 400U}) {
      const std::uint64_t begin = stream.messages[lost].begin;
      const std::vector<Gap> gaps = {{begin, begin + bytes}};
      Score score;
      judge(stream, gaps, decode_with(stream, gaps), score);
      EXPECT_GE(score.found, score.intact - 1) << lost << ' ' << bytes;
    }
  }
}

TEST(SyncSearch, PayloadAndTheHeaderBehindItAreNotTakenForOne) {
  std::mt19937 random(5);
  // With the type 3 header behind it, the end of each body looks like a type 2 header.
  const Stream stream = constant_audio(100, random, hex("2f fffb9064"), hex("84 60 10"));  // MP3
  for (std::size_t lost = 3; lost < 60; lost += 7) {
    const std::vector<Gap> gaps = {{stream.messages[lost].begin, stream.messages[lost].begin + 1}};
    Score score;
    judge(stream, gaps, decode_with(stream, gaps), score);
    EXPECT_GE(score.found, score.intact - 1) << lost;
  }
}

TEST(SyncSearch, ContinuationOfTheMessageInProgressIsPredicted) {
  const Stream stream = publish(128, Style::deltas, 21);
  // The first key frame is long: a gap in it hides several chunk headers, and nothing else.
  const Sent& key = stream.messages[2];
  ASSERT_GT(key.header.chunks, 60U);
  const std::vector<Gap> gaps = {{key.begin + 1000, key.begin + 2448}, {key.begin + 4000, key.begin + 5448}};
  const Complete seen = decode_with(stream, gaps);
  EXPECT_THAT(seen.syncs, Contains(HasSubstr(" 0")));
  ASSERT_EQ(seen.partial.size(), 1U);
  EXPECT_EQ(seen.partial[0].stream_offset, key.begin);
  EXPECT_EQ(seen.complete.size(), stream.messages.size() - 1);
  for (const auto& header : seen.complete) EXPECT_TRUE(header.timestamp_exact);
}

TEST(SyncSearch, HeadersMadeUpOfNoiseAreNotFound) {
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

TEST(SyncSearch, ResultsDoNotDependOnTheCuts) {
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
  cut_every_way(
      captured,
      [&](const std::vector<Bytes>& pieces) {
        const Recorder seen = run(pieces);
        EXPECT_EQ(seen.lines, whole.lines);
        EXPECT_EQ(seen.chunks, whole.chunks);
      },
      0, 20);
}

}  // namespace
}  // namespace rtmpscope::test
