// Reads a file of profiles: JSON of the form "rtmpscope-profiles", version 1, as data/profiles.json has it.
#pragma once

#include <string_view>
#include <vector>

#include "analysis/platform/profile.hpp"
#include "base/error.hpp"

namespace rtmpscope::analysis {

/// The profiles of a file, in its order. `name` is how complaints call the file. Errors (open_input) are one
/// line: "NAME: profiles[3].video.fps_max: a whole number is expected". `known` are sources that the file may
/// cite without listing them.
[[nodiscard]] Expected<std::vector<Profile>> read_profiles(std::string_view text, std::string_view name,
                                                           const ProfileSources& known = {});

/// The sources that profiles cite, each once.
[[nodiscard]] ProfileSources sources_of(const std::vector<Profile>& profiles);

}  // namespace rtmpscope::analysis
