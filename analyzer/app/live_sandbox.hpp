// What a live run gives up before it reads packets of strangers.
#pragma once

#include "app/command_line.hpp"
#include "app/live_output.hpp"
#include "app/live_watchers.hpp"

namespace rtmpscope::app {

/// To be called when all is open and no other thread runs. What cannot be confined is said on standard error.
[[nodiscard]] Expected<void> enter_sandbox(const LiveCommand& command, const capture::PacketSource& source,
                                           const LiveOutput& output, const LiveWatchers& watchers);

}  // namespace rtmpscope::app
