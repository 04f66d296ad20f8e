// Carries out `rtmpscope check`.
#pragma once

#include "app/command_line.hpp"

namespace rtmpscope::app {

/// Returns the exit code.
[[nodiscard]] int run_check(const CheckCommand& command);

}  // namespace rtmpscope::app
