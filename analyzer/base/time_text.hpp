// Capture times as RFC 3339 text.
#pragma once

#include <array>
#include <string>

#include "base/bytes.hpp"

namespace rtmpscope {

/// Length of "2026-11-22T20:13:05.123456789Z".
inline constexpr std::size_t time_length = 30;

/// "2026-11-22T20:13:05."
using SecondText = std::array<char, 20>;

/// `second` counts from 1970, and is one of the years 0 to 9999.
[[nodiscard]] SecondText second_text(std::int64_t second);

/// The second that a time lies in: rounds towards the past.
[[nodiscard]] std::int64_t second_of(Timestamp time);

/// time_length characters. Years are 0 to 9999, which holds for every Timestamp.
[[nodiscard]] std::string time_text(Timestamp time);

}  // namespace rtmpscope
