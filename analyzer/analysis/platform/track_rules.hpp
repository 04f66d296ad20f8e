// The rules of a profile about one track.
#pragma once

#include "analysis/platform/profile_case.hpp"
#include "analysis/platform/publisher_figures.hpp"

namespace rtmpscope::analysis {

void judge_video_track(ProfileCase& to, const PublishedTrack& track);
void judge_audio_track(ProfileCase& to, const PublishedTrack& track);

/// The limits of bit rate for a picture of that size and rate, and a codec.
struct BitrateLimits {
  std::optional<std::uint32_t> min, max;  ///< kbit/s
  ProfileSources sources;
  bool is_hearsay = false;
  std::optional<Severity> severity;
};

/// Of the row whose picture is as high or the next higher one, and as fast or the next faster one; and of the
/// limit for all pictures, the smaller of both. A portrait picture is taken by its shorter side.
[[nodiscard]] BitrateLimits bitrate_limits(const VideoWanted& wanted, const PublishedTrack& track);

}  // namespace rtmpscope::analysis
