// What a connection amounts to: the header that a person reads first.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "media/configuration.hpp"
#include "rtmp/session/events.hpp"

namespace rtmpscope::rtmp {

/// Media of one kind on one message stream. rtmp/session/media_figures.hpp says what can be computed from it.
struct MediaSummary {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;            ///< message bodies
  std::uint64_t frames = 0;           ///< messages with coded frames, as against configuration and the like
  std::uint32_t first_timestamp = 0;  ///< milliseconds
  std::uint32_t last_timestamp = 0;
  std::uint32_t frame_span = 0;       ///< milliseconds of media that coded frames go over: see count_frame
  std::uint32_t frame_timestamp = 0;  ///< the highest one of a coded frame since timestamps last jumped
};

struct VideoSummary : MediaSummary {
  std::uint64_t key_frames = 0;
  std::uint32_t first_key_timestamp = 0;  ///< of a key frame
  std::uint32_t last_key_timestamp = 0;
  media::VideoCodec codec = media::VideoCodec::unknown;
  std::optional<media::VideoConfiguration> configuration;  ///< the last one
};

struct AudioSummary : MediaSummary {
  media::AudioCodec codec = media::AudioCodec::unknown;
  std::optional<media::AudioConfiguration> configuration;  ///< the last one
};

enum class StreamUse : std::uint8_t { unknown, publish, play };

/// One message stream.
struct StreamSummary {
  std::uint32_t message_stream_id = 0;
  bool id_known = true;  ///< false: the headers with the id are not in the capture
  StreamUse use = StreamUse::unknown;
  std::string name;    ///< as given to publish or play
  std::string status;  ///< last onStatus code
  VideoSummary video;
  AudioSummary audio;
};

struct ConnectionSummary {
  ConnectionInfo info;
  Timestamp first_time = 0;
  Timestamp last_time = 0;
  EndCause end = EndCause::capture_end;
  std::vector<StreamSummary> streams;  ///< next to the counters, which change with the same messages
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
