// Carries out `rtmpscope export`.
#pragma once

#include "app/command_line.hpp"

namespace rtmpscope::app {

/// Answers the program's exit code; what went wrong is one line on standard error.
int run_export(const ExportCommand& command);

}  // namespace rtmpscope::app
