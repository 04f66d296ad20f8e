// A stream as a publisher sends it, what is found of it where bytes are missing, and whether that is right.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "support/bytes.hpp"
#include "support/chunks.hpp"
#include "unit/rtmp/recorder.hpp"

namespace rtmpscope::test {

enum class Style { absolute, deltas, repeats };

/// A message of the intact stream.
struct Sent {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  rtmp::MessageHeader header;
};

struct Stream {
  ByteVector bytes;
  std::vector<Sent> messages;
};

inline ByteVector noise(std::size_t count, std::mt19937& random) {
  ByteVector out(count);
  for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
  return out;
}

inline ByteVector video(std::size_t size, bool key, std::mt19937& random) {
  ByteVector out = hex(key ? "17 01 000050" : "27 01 000050");
  put_be(out, size, 4);
  out.push_back(key ? 0x65 : 0x41);
  return concat(out, noise(size - 1, random));
}

/// Fills in `messages` from `bytes`.
inline void list_messages(Stream& stream) {
  stream.messages.clear();
  const Recorder seen = decode(stream.bytes);
  for (std::size_t i = 0; i < seen.messages.size(); ++i) {
    const std::uint64_t end =
        i + 1 < seen.messages.size() ? seen.messages[i + 1].stream_offset : stream.bytes.size();
    stream.messages.push_back({seen.messages[i].stream_offset, end, seen.messages[i]});
  }
}

/// Set Chunk Size, metadata, then audio and video by turns; every tenth video message is a long one.
inline Stream publish(std::uint32_t chunk_size, Style style, std::uint32_t seed, int pictures = 60) {
  std::mt19937 random(seed);
  Stream stream;
  std::uint32_t size = 128;
  const auto send = [&](const ChunkSpec& spec, const ByteVector& body) {
    const auto bytes = message(spec, body, size);
    stream.bytes = concat(stream.bytes, bytes);
  };
  ByteVector set;
  put_be(set, chunk_size, 4);
  send({.chunk_stream_id = 2, .type_id = 1}, set);
  size = chunk_size;
  send({.chunk_stream_id = 4, .type_id = 18, .message_stream_id = 1},
       concat(hex("02 000a"), as_bytes("onMetaData"), noise(40, random)));
  std::uint32_t time = 1000;
  for (int i = 0; i < pictures; ++i) {
    const bool first = i == 0;
    const int format = style == Style::absolute || first ? 0 : 1;
    const auto frame = video(i % 10 == 0 ? 9000 : 200 + random() % 900, i % 10 == 0, random);
    send({.format = format,
          .chunk_stream_id = 6,
          .time = format == 0 ? time : 40,
          .type_id = 9,
          .message_stream_id = 1},
         frame);
    for (int k = 0; k < 2; ++k) {
      const bool repeats = style == Style::repeats && i > 2;
      const auto sound = concat(hex("af 01"), noise(repeats ? 180 : 100 + random() % 200, random));
      const int form = style == Style::absolute || (first && k == 0) ? 0 : repeats && i > 3 ? 3 : 1;
      send({.format = form,
            .chunk_stream_id = 4,
            .time = form == 0 ? time + 20U * static_cast<std::uint32_t>(k) : 20,
            .type_id = 8,
            .message_stream_id = 1},
           sound);
    }
    time += 40;
  }
  list_messages(stream);
  return stream;
}

/// Messages that were reported complete.
class Complete final : public rtmp::ChunkStreamListener {
 public:
  std::vector<rtmp::MessageHeader> complete;
  std::vector<rtmp::MessageHeader> partial;
  std::vector<std::string> syncs;
  std::uint32_t chunk_size = 0;

  void on_chunk(const rtmp::ChunkHeader&, std::uint32_t, PacketRef) override {}
  void on_chunk_finding(const rtmp::ChunkHeader&, const rtmp::ChunkFinding&, PacketRef) override {}
  void on_framing_finding(const rtmp::MessageHeader&, FindingId, std::uint64_t, std::uint64_t,
                          PacketRef) override {}
  void on_message(const rtmp::Message& m, PacketRef) override {
    (m.complete ? complete : partial).push_back(m.header);
  }
  void on_sync_lost(std::uint64_t offset, std::uint8_t reason, PacketRef) override {
    syncs.push_back(fmt::format("lost {} {}", offset, reason));
  }
  void on_sync_found(const rtmp::SyncFound& found, std::uint32_t size) override {
    syncs.push_back(fmt::format("found {} {}", found.header, static_cast<int>(found.method)));
    if (found.trial.chunk_size.certain || chunk_size == 0) chunk_size = size;
  }
};

struct Gap {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

inline Complete decode_with(const Stream& stream, const std::vector<Gap>& gaps) {
  Complete seen;
  rtmp::ChunkStreamDecoder decoder;
  std::uint64_t at = 0;
  for (const Gap& gap : gaps) {
    if (gap.begin > at) decoder.on_data({at, Bytes(stream.bytes).subspan(at, gap.begin - at), {1, 0}}, seen);
    decoder.on_gap({gap.begin, gap.end - gap.begin, GapCause::not_captured, {1, 0}}, seen);
    at = gap.end;
  }
  if (at < stream.bytes.size()) decoder.on_data({at, Bytes(stream.bytes).subspan(at), {1, 0}}, seen);
  decoder.on_end({1, 0}, seen);
  return seen;
}

struct Score {
  int intact = 0;
  int found = 0;
};

/// Nothing that is reported complete may contradict the intact stream.
inline void judge(const Stream& stream, const std::vector<Gap>& gaps, const Complete& seen, Score& score) {
  std::size_t next = 0;
  for (const Sent& sent : stream.messages) {
    bool intact = true;
    for (const Gap& gap : gaps) intact = intact && (gap.end <= sent.begin || gap.begin >= sent.end);
    const bool reported = next < seen.complete.size() && seen.complete[next].stream_offset == sent.begin;
    if (reported) {
      const rtmp::MessageHeader& header = seen.complete[next++];
      EXPECT_TRUE(intact) << "message at " << sent.begin << " lacks bytes";
      EXPECT_EQ(header.type_id, sent.header.type_id);
      EXPECT_EQ(header.length, sent.header.length);
      EXPECT_EQ(header.chunks, sent.header.chunks);
      if (header.timestamp_exact) {
        EXPECT_EQ(header.timestamp, sent.header.timestamp);
      }
      if (header.message_stream_id_known) {
        EXPECT_EQ(header.message_stream_id, sent.header.message_stream_id);
      }
    }
    if (intact) {
      ++score.intact;
      score.found += reported ? 1 : 0;
      if (gaps.front().begin >= sent.end) {
        EXPECT_TRUE(reported) << "message at " << sent.begin << " ended before the gap";
      }
    }
  }
  EXPECT_EQ(next, seen.complete.size()) << "a message that does not exist";
}

inline constexpr std::uint32_t chunk_sizes[] = {128, 4096, 60000, 65536};
inline constexpr Style styles[] = {Style::absolute, Style::deltas, Style::repeats};

}  // namespace rtmpscope::test
