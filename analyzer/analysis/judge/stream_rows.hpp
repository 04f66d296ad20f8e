// The rows of the table of streams, from a connection's history.
#pragma once

#include "analysis/judge/report.hpp"

namespace rtmpscope::analysis {

/// One row for each stream that was published or played, or that media came on; none for a connection
/// without. Names are marked as captured (analysis/record/captured_text.hpp); figures of the media are not
/// filled in.
[[nodiscard]] std::vector<StreamRow> stream_rows(const History& history);

}  // namespace rtmpscope::analysis
