// What a publisher sends, as far as a platform's profile looks at it. Whoever has measured it fills this in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/record/record.hpp"

namespace rtmpscope::analysis {

/// Distances of a track's key frames in seconds of media time.
struct KeyDistanceFigures {
  std::uint64_t count = 0;  ///< of distances
  double median = 0, p5 = 0, p80 = 0, p95 = 0, longest = 0;
  double longest_two = 0;          ///< the largest value that two distances running both had
  std::optional<double> open_for;  ///< since the last key frame
  Moment longest_at;               ///< the key frame at its end; frame 0: not known
};

/// What a sequence start says: absent where none was seen, or its codec does not say it.
struct VideoSettings {
  std::uint32_t width = 0, height = 0;  ///< 0: not known
  std::string profile;                  ///< name in the value table of the codec's profiles: "high"
  std::string level;                    ///< "4.1"
  std::optional<bool> interlaced;
};

struct PublishedTrack {
  MediaType type{};
  std::uint8_t track_id = 0;
  std::string codec;    ///< name in the value table video_codec or audio_codec; "hevc_id_12", see profile.hpp
  std::string four_cc;  ///< of Enhanced RTMP; empty: the header is not enhanced
  Moment first;         ///< first packet of any kind
  Moment configured;    ///< the sequence start; frame 0: none was seen
  // Video.
  VideoSettings settings;
  std::optional<double> frames_per_second;  ///< median
  std::optional<KeyDistanceFigures> key_distances;
  std::optional<bool> b_pictures;            ///< there are some; absent: too few pictures were seen
  std::optional<std::uint64_t> open_groups;  ///< open groups of pictures
  Moment open_group_at;
  // Audio.
  bool is_aac_lc = false;
  std::optional<std::uint32_t> sample_rate, channels;
  // Bit rates in kbit/s of windows of 10 s of media time, and their number; windows slide by 1 s.
  std::uint32_t rate_windows = 0;
  double rate_median = 0, rate_p95 = 0;
  std::optional<double> rate_mean;  ///< of all of it
};

/// One stream that was published.
struct PublisherFigures {
  bool start_seen = false;  ///< the capture has the stream's beginning
  bool has_holes = false;   ///< bytes of the stream are missing: there may be more than was seen
  double media_s = 0;       ///< from the first to the last message, capture time
  Moment first, last;       ///< messages with media
  std::vector<PublishedTrack> tracks;
};

/// How the bytes came.
struct PublisherTransport {
  bool is_tls = false;  ///< RTMPS or RTMPTS
  Moment opened;
  double duration_s = 0;  ///< of the connection
  bool ended = false;     ///< it was closed before the capture ended
};

}  // namespace rtmpscope::analysis
