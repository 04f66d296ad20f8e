// Metadata against the stream.
#pragma once

#include <vector>

#include "analysis/finding/judged_finding.hpp"
#include "analysis/history/history.hpp"
#include "analysis/media/sample.hpp"

namespace rtmpscope::analysis {

/// Findings about the metadata of a stream that are decided when `measured` has a second of media or more;
/// the same at each later call. `start_seen`: the stream's beginning is in the capture, with nothing missing.
[[nodiscard]] std::vector<JudgedFinding> judge_metadata(const StreamHistory& stream,
                                                        const StreamFigures& measured, bool start_seen);

}  // namespace rtmpscope::analysis
