// What a connection amounts to: the header that a person reads first.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "media/configuration.hpp"
#include "rtmp/session/chunk_habits.hpp"
#include "rtmp/session/events.hpp"

namespace rtmpscope::rtmp {

/// The coded frames of one track: how they follow each other, and their sizes. See add_frame in
/// rtmp/session/media_figures.hpp.
struct FrameTiming {
  std::uint64_t frames = 0;        ///< messages with coded frames, as against configuration and the like
  std::uint64_t span = 0;          ///< milliseconds that their timestamps go over; jumps are left out
  std::uint64_t even_span = 0;     ///< of these, between frames of which none between them can be missing
  std::uint64_t intervals = 0;     ///< number of such neighbours
  std::uint64_t sized_frames = 0;  ///< frames whose size is known
  std::uint64_t sized_bytes = 0;   ///< of these
  Timestamp time = 0;              ///< of the latest frame's packet
  std::uint32_t timestamp = 0;     ///< the highest one since timestamps last jumped
  std::uint32_t jumps = 0;
  std::uint32_t losses = 0;  ///< TimedFrame::losses of the latest frame
  bool exact = true;         ///< the latest frame's timestamp is
  bool estimated = false;    ///< frames are missing, cut, or dated by a guess: rates are those of the rest
};

/// One track of video or audio on one message stream. rtmp/session/media_figures.hpp says what can be
/// computed from it.
struct MediaSummary {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;  ///< message bodies, as far as they came
  std::uint32_t first_timestamp =
      0;                             ///< milliseconds; of messages whose timestamp is exact, if there are any
  std::uint32_t last_timestamp = 0;  ///< the same
  bool timestamps_exact = false;     ///< these two are
  std::uint8_t track_id = 0;
  FrameTiming timing;
};

struct VideoSummary : MediaSummary {
  std::uint64_t key_frames = 0;
  std::uint64_t first_key_at = 0;  ///< FrameTiming::span at a key frame
  std::uint64_t last_key_at = 0;
  media::VideoCodec codec = media::VideoCodec::unknown;
  std::optional<media::VideoConfiguration> configuration;  ///< the last one
};

struct AudioSummary : MediaSummary {
  media::AudioCodec codec = media::AudioCodec::unknown;
  std::optional<media::AudioConfiguration> configuration;  ///< the last one
};

/// Numbers as in values.def, table side.
enum class Side : std::uint8_t { client, server };

enum class StreamUse : std::uint8_t { unknown, publish, play };

/// One message stream.
struct StreamSummary {
  std::uint32_t message_stream_id = 0;
  bool id_known = true;  ///< false: the headers with the id are not in the capture
  StreamUse use = StreamUse::unknown;
  bool named = false;                       ///< there was a publish or play
  std::string name;                         ///< as given to it; may be empty
  std::string status;                       ///< last onStatus code
  VideoSummary video;                       ///< the track with the lowest id; most streams have no other
  AudioSummary audio;                       ///< the same
  std::vector<VideoSummary> further_video;  ///< other tracks, by track_id
  std::vector<AudioSummary> further_audio;
};

struct ConnectionSummary {
  ConnectionInfo info;
  Timestamp first_time = 0;
  Timestamp last_time = 0;
  EndCause end = EndCause::capture_end;
  std::optional<Side> ended_by;  ///< who closed or reset it first, if anybody did
  bool reset = false;            ///< a reset came, be it after both sides had closed
  std::optional<CapturePoint> captured_at;
  std::vector<StreamSummary> streams;  ///< next to the counters, which change with the same messages
  std::array<std::uint64_t, 2> messages{};
  std::array<std::uint64_t, 2> audio_messages{};
  std::array<std::uint64_t, 2> video_messages{};
  std::array<ChunkHabits, 2> chunk_habits;  ///< by index_of(Direction) of the sender; filled in at the end
  std::uint64_t unlisted_media = 0;  ///< audio and video messages of streams and tracks beyond the limits
  std::string_view handshake;        ///< values.def: handshake_kind; empty if not captured
  std::string client_software;       ///< what it claims to be: flashVer of connect
  std::string server_software;       ///< fmsVer of connect's _result
  std::string client_identity;       ///< what it is by what it sends; empty if nothing tells
  std::string server_identity;
  std::string app;
  std::string tc_url;
  std::string error;                        ///< last error status: code and description
  std::array<std::uint64_t, 3> findings{};  ///< by Severity
};

}  // namespace rtmpscope::rtmp
