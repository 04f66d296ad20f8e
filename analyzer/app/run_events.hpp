// analyze --events
#pragma once

#include "app/command_line.hpp"

namespace rtmpscope::app {

/// Judges a timeline again. Returns the exit code.
int run_events(const AnalyzeCommand& command);

}  // namespace rtmpscope::app
