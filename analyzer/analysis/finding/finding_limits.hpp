// Which threshold a finding was beyond, where its rule compares a figure of a stream or of TCP.
#pragma once

#include <string_view>

#include "analysis/finding/judged_finding.hpp"

namespace rtmpscope::analysis {

/// Name of the threshold (schema/tables/thresholds.def) that a finding of that severity was beyond; empty:
/// its rule has none.
[[nodiscard]] std::string_view limit_name(FindingId id, Severity severity);

}  // namespace rtmpscope::analysis
