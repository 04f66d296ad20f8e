// What records add to the marks of a side.
#pragma once

#include "analysis/history/history.hpp"

namespace rtmpscope::analysis {

/// Any record of a connection.
void add_marks(History& history, const Record& record);
void add_marks(History& history, const MediaRecord& record);

}  // namespace rtmpscope::analysis
