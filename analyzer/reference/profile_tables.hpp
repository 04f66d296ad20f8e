// What the program knows of platforms, for people and scripts.
#pragma once

#include <span>

#include "analysis/platform/profile.hpp"
#include "reference/reference.hpp"

namespace rtmpscope::output {

/// A row a profile.
[[nodiscard]] std::string profiles_table(std::span<const analysis::Profile> profiles, TableFormat format);
/// All values of one profile, a row each, with the sources.
[[nodiscard]] std::string profile_table(const analysis::Profile& profile, TableFormat format);

}  // namespace rtmpscope::output
