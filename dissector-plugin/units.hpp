// What is remembered of a packet between the first time that Wireshark shows it and all later times.
//
// Media payload is not among it. What can be described again from a packet's own bytes refers to them by
// offset; only what came in several packets is copied.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "rtmp/chunk_parser.hpp"
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

struct MessageUnit {
  rtmp::MessageHeader header;
  KeptBytes body;
  std::uint32_t frame = 0;           ///< that completed it
  std::uint32_t stream_name = 0;     ///< index in Connection::text
  std::uint32_t app = 0;             ///< likewise
  std::uint32_t response_frame = 0;  ///< of the message that answers this one; 0: none
  std::uint64_t request_frame = 0;   ///< of the message that this one answers; 0: none
  std::int64_t response_time = 0;    ///< nanoseconds since that request
  double transaction_id = 0;         ///< commands only
  bool complete = true;
};

/// Everything rare: handshake parts, gaps, findings, and so on.
struct EventUnit {
  EventKind kind{};
  Tape fields;
  std::optional<FindingId> finding;
  std::uint64_t stream_offset = 0;  ///< handshake part: of its first byte
  KeptBytes part;                   ///< handshake part: its bytes
};

struct Unit {
  enum class Kind : std::uint8_t { chunk, message, event };
  Kind kind{};
  Direction direction{};
  std::uint32_t index = 0;  ///< in the connection's list of that kind
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
  std::uint8_t message_type = 0;  ///< of the message that the last payload belongs to; 0: not known
  Direction direction{};
};

}  // namespace rtmpscope::plugin
