// The two sides of a connection in words and in time.
#pragma once

#include <string_view>

#include "analysis/record/record.hpp"

namespace rtmpscope::analysis {

/// The side that sends in the direction: "client", "server".
[[nodiscard]] constexpr std::string_view noun(Direction side) {
  return side == Direction::to_server ? "client" : "server";
}

/// 0 where `to` is the earlier one.
[[nodiscard]] inline double seconds_between(const Moment& from, const Moment& to) {
  return to.time > from.time ? static_cast<double>(to.time - from.time) / 1e9 : 0;
}

}  // namespace rtmpscope::analysis
