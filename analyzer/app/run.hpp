// Carries out the commands.
#pragma once

#include "app/command_line.hpp"

namespace rtmpscope::app {

/// Each answers the program's exit code; what went wrong is one line on standard error.
int run_analyze(const AnalyzeCommand& command);
int run_live(const LiveCommand& command);
int run_table(const TableCommand& command);
int run_interfaces();

}  // namespace rtmpscope::app
