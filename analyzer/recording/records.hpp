// What is kept of a packet so that it can be shown again: what the decoder said when it saw the packet's
// bytes.
//
// Media payload is not kept. What can be described again from the packet's own bytes refers to them by
// offset; only what came in several packets is copied.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "media/frame_contents.hpp"
#include "rtmp/chunk/chunk_parser.hpp"
#include "rtmp/chunk/message.hpp"
#include "rtmp/handshake/handshake.hpp"
#include "schema/tape.hpp"

namespace rtmpscope::recording {

/// Bytes of a message or handshake part.
struct KeptBytes {
  const std::uint8_t* copy = nullptr;  ///< null: they lie in the packet's own payload
  std::uint32_t offset = 0;            ///< in that payload
  std::uint32_t size = 0;
};

struct ChunkRecord {
  rtmp::ChunkHeader header;
  std::uint32_t payload_length = 0;
};

/// The command that a command answers, or that answers it.
struct CommandLink {
  double transaction_id = 0;
  Timestamp time = 0;                ///< of the command
  std::int64_t response_time = 0;    ///< nanoseconds since the request, or since `opening`
  std::uint32_t name = 0;            ///< of the command: see Recorder::command_name
  std::uint32_t frame = 0;           ///< of the command
  std::uint32_t request_frame = 0;   ///< of the message that this one answers; 0: none
  std::uint32_t response_frame = 0;  ///< of the message that answers this one; 0: none
  std::uint32_t opening = 0;         ///< of an onStatus: link of the publish or play that it answers; 0: none
  Direction direction{};
};

struct MessageRecord {
  rtmp::MessageHeader
      header;  ///< without `first_time` where that is the time of the packet that completed it
  KeptBytes body;
  std::uint32_t frame = 0;        ///< that completed it
  std::uint32_t stream_name = 0;  ///< index for Recorder::text
  std::uint32_t app = 0;          ///< likewise
  std::uint32_t link = 0;         ///< of its CommandLink; 0: not a command
  /// Of rtmp::Message, where `body` is but the beginning.
  std::optional<media::FrameContents> contents{};
  bool complete = true;
};

/// Everything rare: handshake parts, gaps, findings, and so on.
struct EventRecord {
  EventKind kind{};
  Tape fields;  ///< of all but handshake parts
  std::optional<FindingId> finding;
  /// A handshake part is described anew when it is shown, since its fields are mostly copies of its bytes.
  std::unique_ptr<rtmp::HandshakePartFacts> handshake;
  KeptBytes part;
  std::unique_ptr<std::uint8_t[]> part_copy;  ///< what `part.copy` points to
};

/// One thing that the decoder said, as RecordReader reads it. Has no destructor.
struct Record {
  enum class Kind : std::uint8_t { chunk, message, event };
  Kind kind = Kind::chunk;
  Direction direction = Direction::to_server;
  ChunkRecord chunk;
  MessageRecord message;
  std::uint32_t event = 0;  ///< index for Recorder::event
};

/// Some bytes of one direction that a packet shows, and what came out when they were decoded.
struct RecordBatch {
  std::uint32_t frame = 0;
  std::uint32_t place = 0;           ///< distinguishes batches of one frame
  std::uint64_t stream_offset = 0;   ///< of the first byte
  std::uint32_t length = 0;          ///< bytes of the stream, captured or not
  std::uint32_t repeated = 0;        ///< so many bytes in front were decoded before
  std::uint32_t missing_before = 0;  ///< bytes between what came before and this, at most UINT32_MAX
  /// Bytes in front that a proxy has added; `stream_offset` and `length` begin behind them.
  std::uint16_t proxy_header = 0;
  std::uint8_t message_type = 0;  ///< of the message that the last payload belongs to; 0: not known
  Direction direction{};
  Bytes records;  ///< for RecordReader; valid as long as the Recorder
};

}  // namespace rtmpscope::recording
