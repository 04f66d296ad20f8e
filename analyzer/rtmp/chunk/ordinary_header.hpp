// Which headers need no second look.
#pragma once

#include "rtmp/chunk/chunk_header.hpp"
#include "rtmp/chunk/chunk_stream.hpp"

namespace rtmpscope::rtmp {

/// Longest usual time between two messages of a chunk stream.
inline constexpr std::uint32_t usual_longest_step_ms = 60'000;

/// The header begins a message as its chunk stream has begun others: random bytes hardly ever look like that.
/// Others may be as right, but are weighed first (recovery/odd_header.hpp). One of format 2 or 3 says so
/// little that the body has to begin like others, too (BodyBegins). `stream` is as it was before the header;
/// null: not seen.
[[nodiscard]] inline bool is_ordinary(const ChunkHeader& header, const ChunkStream* stream) {
  if (stream == nullptr || !stream->has_defaults()) return false;
  if (header.basic_size != basic_header_size(header.chunk_stream_id)) return false;
  const MessageHeader& last = stream->message;
  const bool control = last.type_id <= MessageType::set_peer_bandwidth;
  switch (header.format) {
    case 0:
      return !control && header.type_id == last.type_id && header.message_stream_id == last.message_stream_id;
    case 1:
      return !control && header.type_id == last.type_id && header.timestamp_field <= usual_longest_step_ms;
    case 2: return header.timestamp_field <= usual_longest_step_ms;
    default: return true;
  }
}

}  // namespace rtmpscope::rtmp
