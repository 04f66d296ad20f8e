// Limits that a platform may set instead of the judge's own.
#pragma once

#include <cstdint>
#include <string>

namespace rtmpscope::analysis {

struct MediaLimits {
  std::uint32_t key_distance_ms = 4000;  ///< the greatest distance of key frames
  bool key_distance_warns = false;       ///< beyond it is a warning: an official figure of the platform
  bool closed_groups_wanted = false;     ///< open groups of pictures are a warning
  std::string profile;                   ///< id of the platform that set them; empty: none
  std::string profile_name;              ///< as people know it
};

}  // namespace rtmpscope::analysis
