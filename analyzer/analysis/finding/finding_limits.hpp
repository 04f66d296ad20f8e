// Which threshold a finding was beyond, where its rule compares a figure of a stream or of TCP.
#pragma once

#include <string>
#include <string_view>

#include "analysis/finding/judged_finding.hpp"

namespace rtmpscope::analysis {

/// Name of the threshold (schema/tables/thresholds.def) that a finding of that severity was beyond; empty:
/// its rule has none.
[[nodiscard]] std::string_view limit_name(FindingId id, Severity severity);
/// Its value with the unit: "0.5 %", "4 s".
[[nodiscard]] std::string limit_text(FindingId id, Severity severity);
/// The same of a threshold by its name; empty: there is none of that name.
[[nodiscard]] std::string limit_text(std::string_view threshold);

}  // namespace rtmpscope::analysis
