// Lines of the events that only RTMFP sessions have.
#pragma once

#include <optional>
#include <string>

#include "output/text/terminal_text.hpp"
#include "schema/tape.hpp"

namespace rtmpscope::output {

/// Nothing for an event of another kind. Safe for a terminal.
[[nodiscard]] std::optional<std::string> rtmfp_line(EventKind kind, const Tape& event, const Style& style);

}  // namespace rtmpscope::output
