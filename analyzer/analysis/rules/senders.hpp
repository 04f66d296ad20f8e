// Directions by who sends, as the rules about conduct see them.
#pragma once

#include "base/bytes.hpp"

namespace rtmpscope::analysis {

inline constexpr Direction client = Direction::to_server;
inline constexpr Direction server = Direction::to_client;

}  // namespace rtmpscope::analysis
