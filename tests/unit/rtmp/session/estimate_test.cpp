// Estimated timestamps behind gaps, in streams whose packets have times.
#include <gmock/gmock.h>

#include <map>

#include "support/bytes.hpp"
#include "support/chunks.hpp"
#include "unit/rtmp/recorder.hpp"

namespace rtmpscope::test {
namespace {

constexpr Timestamp millisecond = 1'000'000;

/// One message a packet.
struct Packet {
  std::uint64_t offset = 0;
  ByteVector bytes;
  std::uint32_t time = 0;  ///< of the capture, milliseconds
};

ByteVector body(std::size_t size, std::uint8_t first, std::uint32_t seed) {
  ByteVector out{first, 1, 0, 0, 0};
  while (out.size() < size) {
    seed = seed * 1664525 + 1013904223;
    out.push_back(static_cast<std::uint8_t>(seed >> 24));
  }
  return out;
}

/// Commands at time 0, then pictures every 40 ms and sound every 20, with deltas; `base` is where timestamps
/// begin.
std::vector<Packet> publish(std::uint32_t base, bool as_it_comes_up) {
  std::vector<Packet> packets;
  std::uint64_t offset = 0;
  const auto send = [&](const ChunkSpec& spec, const ByteVector& bytes, std::uint32_t time) {
    packets.push_back({offset, message(spec, bytes, 4096), time});
    offset += packets.back().bytes.size();
  };
  ByteVector size;
  put_be(size, 4096, 4);
  send({.chunk_stream_id = 2, .type_id = 1}, size, 1000);
  const auto command = concat(hex("02 0007"), as_bytes("publish"), hex("00 4014000000000000 05 02 0001 61"));
  send({.chunk_stream_id = 3, .type_id = 20, .message_stream_id = 1}, command, 1000);
  for (std::uint32_t i = 0; i < 100; ++i) {
    const int format = i == 0 ? 0 : 1;
    const std::uint32_t at = 1000 + (as_it_comes_up ? 40 * i : i);
    send({.format = format,
          .chunk_stream_id = 6,
          .time = i == 0 ? base : 40,
          .type_id = 9,
          .message_stream_id = 1},
         body(700, i % 25 == 0 ? 0x17 : 0x27, i), at);
    for (std::uint32_t k = 0; k < 2; ++k) {
      const bool first = i == 0 && k == 0;
      send({.format = first ? 0 : 1,
            .chunk_stream_id = 4,
            .time = first ? base : 20,
            .type_id = 8,
            .message_stream_id = 1},
           body(200 + 7 * ((i * 2 + k) % 11), 0xAF, 1000 + i), at + (as_it_comes_up ? 20 * k : 0));
    }
  }
  // A command that is sent late still has time 0.
  send({.format = 1, .chunk_stream_id = 3, .time = 0, .type_id = 20}, command, 6000);
  return packets;
}

struct TrialHeader {
  int estimated = 0;
  std::uint32_t worst = 0;  ///< distance of an estimate of audio or video from the truth, milliseconds
};

/// Without the packets of which `lost` says so.
template <typename Lost>
TrialHeader decode_without(const std::vector<Packet>& packets, const Lost& lost) {
  Recorder intact;
  Recorder damaged;
  {
    rtmp::ChunkStreamDecoder all;
    rtmp::ChunkStreamDecoder some;
    for (std::size_t i = 0; i < packets.size(); ++i) {
      const Packet& packet = packets[i];
      const PacketRef ref{i + 1, packet.time * millisecond};
      all.on_data({packet.offset, packet.bytes, ref}, intact);
      if (lost(i)) {
        // Dated by the next packet that is there, as the streams below do.
        std::size_t next = i;
        while (next + 1 < packets.size() && lost(next)) ++next;
        const PacketRef behind{next + 1, packets[next].time * millisecond};
        some.on_gap({packet.offset, packet.bytes.size(), GapCause::not_captured, behind}, damaged);
      } else {
        some.on_data({packet.offset, packet.bytes, ref}, damaged);
      }
    }
    const PacketRef end{packets.size(), packets.back().time * millisecond};
    all.on_end(end, intact);
    some.on_end(end, damaged);
  }
  std::map<std::uint64_t, std::uint32_t> truth;
  for (const auto& header : intact.messages) truth[header.stream_offset] = header.timestamp;
  TrialHeader seen;
  for (const auto& header : damaged.messages) {
    const auto expected = truth.find(header.stream_offset);
    EXPECT_NE(expected, truth.end());
    if (expected == truth.end()) continue;
    const auto distance = static_cast<std::int32_t>(header.timestamp - expected->second);
    if (header.timestamp_exact) {
      EXPECT_EQ(distance, 0) << header.stream_offset;
      continue;
    }
    ++seen.estimated;
    if (header.type_id == rtmp::MessageType::command_amf0) {
      EXPECT_EQ(header.timestamp, 0U) << "no clock drives commands";
      continue;
    }
    seen.worst = std::max(seen.worst, static_cast<std::uint32_t>(std::abs(distance)));
  }
  return seen;
}

TEST(Estimate, LostMessagesAreCountedByTheClock) {
  for (const std::uint32_t base : {0U, 16'770'000U, 0xFFFFFA00U}) {
    const TrialHeader seen =
        decode_without(publish(base, true), [](std::size_t i) { return i >= 100 && i < 130; });
    EXPECT_GT(seen.estimated, 100) << base;
    EXPECT_EQ(seen.worst, 0U) << base;
  }
}

TEST(Estimate, LostMessagesAreCountedByBytesWhereAFileIsSentAtOnce) {
  const TrialHeader seen =
      decode_without(publish(0, false), [](std::size_t i) { return i >= 150 && i < 180; });
  EXPECT_GT(seen.estimated, 50);
  EXPECT_LE(seen.worst, 60U);
}

TEST(Estimate, ManyGapsDoNotAddUp) {
  const TrialHeader seen =
      decode_without(publish(0, true), [](std::size_t i) { return i > 60 && i % 7 == 0; });
  EXPECT_GT(seen.estimated, 100);
  EXPECT_LE(seen.worst, 40U);
}

// Of the sound's chunk stream no absolute timestamp is there: it goes with the pictures.
TEST(Estimate, WithoutAnAbsoluteTimestampOthersTell) {
  const TrialHeader seen =
      decode_without(publish(5000, true), [](std::size_t i) { return i == 3 || i == 4; });
  EXPECT_GT(seen.estimated, 100);
  EXPECT_LE(seen.worst, 40U);
}

// No absolute timestamp is left at all: the clock begins behind the commands.
TEST(Estimate, WithoutAnyAbsoluteTimestampTheClockBeginsWithTheMedia) {
  const TrialHeader seen = decode_without(publish(0, true), [](std::size_t i) { return i >= 2 && i < 40; });
  EXPECT_GT(seen.estimated, 100);
  EXPECT_LE(seen.worst, 60U);
}

// librtmp's users send all on one chunk stream: sound goes on from the metadata's absolute timestamp.
TEST(Estimate, MetadataWithAnAbsoluteTimestampIsGoneOnFrom) {
  std::vector<Packet> packets;
  std::uint64_t offset = 0;
  const auto send = [&](int format, std::uint8_t type, std::uint32_t time, const ByteVector& bytes,
                        std::uint32_t at) {
    const ChunkSpec spec{
        .format = format, .chunk_stream_id = 4, .time = time, .type_id = type, .message_stream_id = 1};
    packets.push_back({offset, message(spec, bytes, 128), at});
    offset += packets.back().bytes.size();
  };
  const auto metadata = concat(hex("02 000a"), as_bytes("onMetaData"), hex("03 0000 09"));
  send(0, 18, 0, metadata, 1000);
  for (std::uint32_t i = 1; i <= 60; ++i) {
    if (i == 30) send(0, 18, 21 * i, metadata, 1000 + 21 * i);
    send(1, 8, i == 30 ? 0 : 21, body(90 + 5 * (i % 7), 0xAF, i), 1000 + 21 * i);
  }
  const TrialHeader seen = decode_without(packets, [](std::size_t i) { return i >= 1 && i < 30; });
  EXPECT_EQ(seen.estimated, 0);
}

}  // namespace
}  // namespace rtmpscope::test
