// Times on the command line.
#pragma once

#include <optional>
#include <string>

#include "output/factory/renderer_factory.hpp"

namespace rtmpscope::app {

/// "2026-11-22T20:13:05.5Z" (an offset such as +01:00 in place of Z, and a blank for T, are fine), or "+2.5":
/// seconds after the first packet.
[[nodiscard]] std::optional<output::TimeBound> parse_time_bound(const std::string& text);

}  // namespace rtmpscope::app
