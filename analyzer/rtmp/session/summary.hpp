// What a connection amounts to: the header that a person reads first.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "rtmp/session/events.hpp"

namespace rtmpscope::rtmp {

/// Media of one kind on one message stream.
struct MediaSummary {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;            ///< message bodies
  std::uint64_t frames = 0;           ///< messages with coded frames, as against configuration and the like
  std::uint64_t key_frames = 0;       ///< video only
  std::uint32_t first_timestamp = 0;  ///< milliseconds
  std::uint32_t last_timestamp = 0;
  std::uint32_t frame_span = 0;       ///< milliseconds of media that coded frames go over: see count_frame
  std::uint32_t frame_timestamp = 0;  ///< the highest one of a coded frame since timestamps last jumped
  std::uint32_t first_key_timestamp = 0;  ///< of a key frame
  std::uint32_t last_key_timestamp = 0;
  std::string codec;   ///< "H.264", "AAC", …; empty until known
  std::string detail;  ///< "High 3.1, 1280x720", "LC 44.1 kHz stereo"; empty until known
};

/// Farther back, or farther on, is a jump: a seek, or a sender that sets its clock. It is no media.
inline constexpr std::uint32_t jump_back_ms = 1000;
inline constexpr std::uint32_t jump_on_ms = 60'000;

/// A message with a coded frame. Frames of several tracks may go back a little.
constexpr void count_frame(MediaSummary& media, std::uint32_t timestamp) {
  const std::uint32_t on =
      timestamp - media.frame_timestamp;  // modulo 2^32, so that a wrap makes no difference
  const bool goes_on = on < 0x8000'0000U;
  const bool jumps = media.frames++ == 0 || (goes_on ? on > jump_on_ms : 0U - on > jump_back_ms);
  if (goes_on && !jumps) media.frame_span += on;
  if (goes_on || jumps) media.frame_timestamp = timestamp;
}

/// Milliseconds of media: what the coded frames go over. With fewer than two of them from the first message
/// to the last, 0 where the timestamps go back. Configuration does not count: ffmpeg dates it 0, wherever the
/// frames begin.
[[nodiscard]] constexpr std::uint32_t media_span(const MediaSummary& media) {
  const std::uint32_t span =
      media.frames < 2 ? media.last_timestamp - media.first_timestamp : media.frame_span;
  return span < 0x8000'0000U ? span : 0;
}

enum class StreamUse : std::uint8_t { unknown, publish, play };

/// One message stream.
struct StreamSummary {
  std::uint32_t message_stream_id = 0;
  bool id_known = true;  ///< false: the headers that told the id are not in the capture
  StreamUse use = StreamUse::unknown;
  std::string name;    ///< as given to publish or play
  std::string status;  ///< last onStatus code
  MediaSummary video;
  MediaSummary audio;
};

struct ConnectionSummary {
  ConnectionInfo info;
  Timestamp first_time = 0;
  Timestamp last_time = 0;
  EndCause end = EndCause::capture_end;
  std::vector<StreamSummary> streams;  ///< beside the counters, which change with the same messages
  std::array<std::uint64_t, 2> messages{};
  std::array<std::uint64_t, 2> audio_messages{};
  std::array<std::uint64_t, 2> video_messages{};
  std::string_view handshake;   ///< values.def: handshake_kind; empty if not captured
  std::string client_software;  ///< flashVer of connect
  std::string server_software;  ///< fmsVer and version of connect's _result
  std::string app;
  std::string tc_url;
  std::string error;                        ///< last error status: code and description
  std::array<std::uint64_t, 3> findings{};  ///< by Severity
};

}  // namespace rtmpscope::rtmp
