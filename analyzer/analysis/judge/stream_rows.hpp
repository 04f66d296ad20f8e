// The rows of the table of streams, from a connection's history and the figures of its media.
#pragma once

#include "analysis/judge/report.hpp"

namespace rtmpscope::analysis {

/// One row for each stream that was published or played, or that media came on; none for a connection
/// without. Names are marked as captured (analysis/record/captured_text.hpp).
[[nodiscard]] std::vector<StreamRow> stream_rows(const History& history,
                                                 const std::vector<StreamFigures>& media);

}  // namespace rtmpscope::analysis
