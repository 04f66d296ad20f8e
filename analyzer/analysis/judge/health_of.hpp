// The health of a connection, from the figures of its media and from what was found.
#pragma once

#include "analysis/judge/report.hpp"

namespace rtmpscope::analysis {

/// Fills score.health and its parts from the report's media, findings and checks, which must be there.
/// Without five seconds of live media there is no health, since nothing was delivered that could have been
/// late.
void judge_health(ConnectionReport& report);

}  // namespace rtmpscope::analysis
