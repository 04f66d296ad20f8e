// What the rules about figures of media and TCP say where they have found nothing.
#pragma once

#include "analysis/judge/report.hpp"

namespace rtmpscope::analysis {

/// The answers of these rules for each direction, but for those that have a finding in `report`. A rule
/// passes only where the capture has all of the direction, and as much of it as the rule looks at. `report`:
/// with history, media and findings.
[[nodiscard]] std::vector<Check> measured_checks(const ConnectionReport& report);

}  // namespace rtmpscope::analysis
