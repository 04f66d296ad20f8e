// One RTMP message, as the decoder hands it on.
#pragma once

#include <cstddef>
#include <limits>

#include "base/bytes.hpp"

namespace rtmpscope::media {
struct FrameContents;  // media/frame_contents.hpp
}

namespace rtmpscope::rtmp {

/// Message type ids (RTMP 5.4, 6.2, 7.1).
enum MessageType : std::uint8_t {
  set_chunk_size = 1,
  abort_message = 2,
  acknowledgement = 3,
  user_control = 4,
  window_acknowledgement_size = 5,
  set_peer_bandwidth = 6,
  audio = 8,
  video = 9,
  data_amf3 = 15,
  shared_object_amf3 = 16,
  command_amf3 = 17,
  data_amf0 = 18,
  shared_object_amf0 = 19,
  command_amf0 = 20,
  aggregate = 22,
};

/// Hardly any sender has more chunk streams in one direction.
inline constexpr std::size_t usual_chunk_streams = 8;

/// In place of a capture time that is not known.
inline constexpr Timestamp no_time = std::numeric_limits<Timestamp>::min();

/// The resolved header of a message: inherited values are filled in.
struct MessageHeader {
  std::uint8_t type_id = 0;
  bool timestamp_exact = true;  ///< false: a lost header may have moved it; `timestamp` is an estimate
  bool message_stream_id_known = true;  ///< false: the header with it is not in the capture
  bool length_known = true;  ///< false: `length` is that of what came; more is missing, nobody knows how much
  std::uint32_t chunk_stream_id = 0;  ///< 2 to 65599; over RTMFP the flow's number
  std::uint32_t message_stream_id = 0;
  std::uint32_t timestamp = 0;      ///< absolute, milliseconds modulo 2^32
  std::uint32_t length = 0;         ///< of the body; at most 0xFFFFFF
  std::uint32_t chunks = 0;         ///< chunks that carried it; over RTMFP fragments
  std::uint64_t first_frame = 0;    ///< packet with the first byte of the first chunk
  std::uint64_t stream_offset = 0;  ///< basic header of the first chunk; over RTMFP its sequence number
  Timestamp first_time = no_time;   ///< of packet `first_frame`
  std::uint32_t header_bytes = 0;   ///< of the headers of all chunks so far; over RTMFP 0
  std::uint8_t header_type = 0;     ///< of the first chunk: 0 to 3 (RTMP 5.3.1.2); no meaning over RTMFP
};

/// A message with its body.
///
/// `body` is the first `body.size()` bytes of the message. It is shorter than `header.length` if the message
/// is not complete, or if the rest is media payload, which is not kept: see media::bytes_wanted.
struct Message {
  MessageHeader header;
  Bytes body;
  bool complete = true;       ///< false where bytes of the message are missing in the capture
  std::uint32_t missing = 0;  ///< how many; 0 if it is complete
  /// Of a video frame of NAL units, all of it, while `body` is but its beginning: what it consists of. Null:
  /// nobody has looked (SessionOptions::walk_frames), or it is no such message.
  const media::FrameContents* contents = nullptr;

  /// Bytes of the message that are in the capture, whether or not they are kept.
  [[nodiscard]] std::uint32_t received() const { return header.length - missing; }
  /// Bytes of its chunks, headers included. Only of a complete message that came in chunks.
  [[nodiscard]] std::uint32_t wire_bytes() const { return header.length + header.header_bytes; }
};

}  // namespace rtmpscope::rtmp
