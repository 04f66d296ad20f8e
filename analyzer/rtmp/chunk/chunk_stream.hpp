// State of one chunk stream (RTMP 5.3): what its next header takes over, and the message in progress.
#pragma once

#include <array>
#include <cstdint>

#include "rtmp/chunk/chunk_header.hpp"
#include "rtmp/chunk/message.hpp"
#include "rtmp/chunk/timestamp_estimator.hpp"

namespace rtmpscope::rtmp {

/// Format of the last header that was not type 3. What a type 3 header repeats depends on it.
enum class LastFormat : std::uint8_t { type0, type1, type2, none };

/// Chunk headers that were read, by their type 0 to 3.
using HeaderCounts = std::array<std::uint64_t, 4>;
inline constexpr std::uint8_t no_header = 0xFF;

struct ChunkStream {
  MessageHeader message;                  ///< of the message in progress, or of the last one
  std::uint32_t received = 0;             ///< payload bytes seen or known to be missing
  std::uint32_t missing = 0;              ///< of these, known to be missing
  std::uint32_t delta = 0;                ///< what a type 3 header that begins a message adds
  std::uint32_t extended_timestamp = 0;   ///< last one of a type 0, 1 or 2 header
  TimestampEstimator::StreamClock clock;  ///< of audio and video
  LastFormat last_format = LastFormat::none;
  bool has_extended_timestamp = false;  ///< the last type 0, 1 or 2 header had one
  bool in_progress = false;             ///< a message has begun and is not complete
  bool incomplete = false;              ///< bytes of the message in progress are missing
  bool repeats_headers = false;         ///< a message was continued by a header that is not type 3
  bool other_timestamps = false;  ///< an extended timestamp had another value than it should; that was noted
  bool defaults_uncertain = false;  ///< a header may have been lost that changed what the next one inherits
  std::uint8_t first_header_type = no_header;  ///< of the first chunk header that was read: 0 to 3
  std::uint32_t body = 0;  ///< of the message in progress, for the caller: MessageAssembler
  HeaderCounts headers{};

  /// Bytes that the message in progress lacks if it ends here.
  [[nodiscard]] std::uint32_t lacking() const { return message.length - received + missing; }

  /// There was a header, so that another one can inherit from it.
  [[nodiscard]] bool has_defaults() const { return last_format != LastFormat::none; }
};

/// `header` with what it takes over from its chunk stream, its own time excepted; null: there is none.
[[nodiscard]] inline ChunkHeader resolved(ChunkHeader header, const ChunkStream* stream) {
  if (stream == nullptr || !stream->has_defaults() || header.format == 0) return header;
  header.message_stream_id = stream->message.message_stream_id;
  if (header.format == 1) return header;
  header.type_id = stream->message.type_id;
  header.length = stream->message.length;
  return header;
}

/// Whether `header` continues a message of that length and type. The standard wants type 3 (RTMP 5.3.1.2.4).
/// Some senders repeat a type 1 or 2 header with the same values; nginx-rtmp and FFmpeg take that.
[[nodiscard]] inline bool continues_message(const ChunkHeader& header, const MessageHeader& message) {
  if (header.format >= 2) return true;
  return header.format == 1 && header.length == message.length && header.type_id == message.type_id;
}

}  // namespace rtmpscope::rtmp
