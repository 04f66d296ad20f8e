// Whether a published stream is what its platform wants.
#pragma once

#include "analysis/finding/check.hpp"
#include "analysis/platform/profile.hpp"
#include "analysis/platform/publisher_figures.hpp"

namespace rtmpscope::analysis {

/// Adds a check for each rule of the profile that has a value; a finding where it does not hold. A value that
/// is hearsay, and the profile of kind generic, give notes at most. A rule about what may be in missing bytes
/// is undecided.
void judge_by_profile(const Profile& profile, const PublisherFigures& figures, RuleResults& to);

/// The rules about the connection as a whole: RTMPS, duration.
void judge_transport_by_profile(const Profile& profile, const PublisherTransport& transport, RuleResults& to);

}  // namespace rtmpscope::analysis
