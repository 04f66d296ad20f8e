// Findings that several connections show: reconnecting, duplicate_publisher, key_reused.
#pragma once

#include <vector>

#include "analysis/judge/refinement.hpp"

namespace rtmpscope::analysis {

[[nodiscard]] std::vector<JudgedFinding> shared_findings(const ConnectionReport& report,
                                                         const CaptureKnowledge& knowledge);

}  // namespace rtmpscope::analysis
