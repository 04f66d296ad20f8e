// What is remembered of a packet between the first time that Wireshark shows it and all later times.
//
// Media payload is not among it. What can be described again from a packet's own bytes refers to them by
// offset; only what came in several packets is copied.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "rtmp/chunk_parser.hpp"
#include "rtmp/handshake.hpp"
#include "rtmp/message.hpp"
#include "schema/tape.hpp"

namespace rtmpscope::plugin {

/// Bytes of a message or handshake part.
struct KeptBytes {
  std::unique_ptr<std::uint8_t[]> copy;  ///< null: they lie in the packet's own payload
  std::uint32_t offset = 0;              ///< in that payload
  std::uint32_t size = 0;
};

struct ChunkUnit {
  rtmp::ChunkHeader header;
  std::uint32_t payload_length = 0;
};

/// A ChunkUnit as it is kept: captures have many of them.
class PackedChunk {
 public:
  PackedChunk() = default;
  explicit PackedChunk(const ChunkUnit& unit)
      : offset_(static_cast<std::uint32_t>(unit.header.stream_offset)),
        chunk_stream_id_(unit.header.chunk_stream_id & 0x1FFFFU),
        format_(unit.header.format & 3U),
        basic_size_(unit.header.basic_size & 3U),
        size_(unit.header.size & 31U),
        extended_(unit.header.has_extended_timestamp ? 1U : 0U),
        timestamp_field_(unit.header.timestamp_field & 0xFFFFFFU),
        type_id_(unit.header.type_id),
        length_(unit.header.length),
        message_stream_id_(unit.header.message_stream_id),
        extended_timestamp_(unit.header.extended_timestamp),
        payload_length_(unit.payload_length) {}

  /// `near` is a stream offset less than 2^31 bytes away from the chunk's.
  [[nodiscard]] ChunkUnit unpack(std::uint64_t near) const {
    ChunkUnit unit;
    const auto ahead = static_cast<std::int32_t>(offset_ - static_cast<std::uint32_t>(near));
    unit.header.stream_offset = near + static_cast<std::uint64_t>(std::int64_t{ahead});
    unit.header.chunk_stream_id = chunk_stream_id_;
    unit.header.format = static_cast<std::uint8_t>(format_);
    unit.header.basic_size = static_cast<std::uint8_t>(basic_size_);
    unit.header.size = static_cast<std::uint8_t>(size_);
    unit.header.has_extended_timestamp = extended_ != 0;
    unit.header.timestamp_field = timestamp_field_;
    unit.header.type_id = static_cast<std::uint8_t>(type_id_);
    unit.header.length = length_;
    unit.header.message_stream_id = message_stream_id_;
    unit.header.extended_timestamp = extended_timestamp_;
    unit.payload_length = payload_length_;
    return unit;
  }

 private:
  std::uint32_t offset_ = 0;  ///< its low 32 bits
  std::uint32_t chunk_stream_id_ : 17 = 0;
  std::uint32_t format_ : 2 = 0;
  std::uint32_t basic_size_ : 2 = 0;
  std::uint32_t size_ : 5 = 0;
  std::uint32_t extended_ : 1 = 0;
  std::uint32_t timestamp_field_ : 24 = 0;
  std::uint32_t type_id_ : 8 = 0;
  std::uint32_t length_ = 0;
  std::uint32_t message_stream_id_ = 0;
  std::uint32_t extended_timestamp_ = 0;
  std::uint32_t payload_length_ = 0;
};

/// How a command hangs together with others.
struct Exchange {
  double transaction_id = 0;
  std::uint64_t request_frame = 0;   ///< of the message that this one answers; 0: none
  std::int64_t response_time = 0;    ///< nanoseconds since that request
  std::uint32_t response_frame = 0;  ///< of the message that answers this one; 0: none
};

struct MessageUnit {
  rtmp::MessageHeader header;
  KeptBytes body;
  std::uint32_t frame = 0;          ///< that completed it
  std::uint32_t stream_name = 0;    ///< index in Connection::text
  std::uint32_t app = 0;            ///< likewise
  std::uint32_t exchange : 31 = 0;  ///< index for Connection::exchange; 0 but for commands
  std::uint32_t complete : 1 = 1;
};

/// Everything rare: handshake parts, gaps, findings, and so on.
struct EventUnit {
  EventKind kind{};
  Tape fields;  ///< of all but handshake parts
  std::optional<FindingId> finding;
  /// A handshake part is described anew when it is shown, since its fields are mostly copies of its bytes.
  std::unique_ptr<rtmp::HandshakePartFacts> handshake;
  KeptBytes part;
};

struct Unit {
  enum class Kind : std::uint8_t { chunk, message, event };
  Kind kind : 2 = Kind::chunk;
  Direction direction : 1 = Direction::to_server;
  std::uint32_t index : 29 = 0;  ///< in the connection's list of that kind
};

/// One call of the dissector: some bytes of one direction, and what came out when they were decoded.
struct FrameRecord {
  std::uint32_t frame = 0;
  std::uint32_t place = 0;           ///< tells several calls for one frame apart
  std::uint64_t stream_offset = 0;   ///< of the first byte
  std::uint32_t length = 0;          ///< bytes of the stream, captured or not
  std::uint32_t repeated = 0;        ///< so many bytes in front were decoded before
  std::uint32_t missing_before = 0;  ///< bytes between what came before and this, at most UINT32_MAX
  std::uint32_t first_unit = 0;
  std::uint32_t unit_count = 0;
  std::uint16_t proxy_header = 0;    ///< bytes in front that a proxy has added; stream_offset and length begin behind
  std::uint8_t message_type = 0;     ///< of the message that the last payload belongs to; 0: not known
  Direction direction{};
};

}  // namespace rtmpscope::plugin
