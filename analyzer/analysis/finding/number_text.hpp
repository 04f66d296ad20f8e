// Numbers in texts of findings.
#pragma once

#include <string>

namespace rtmpscope::analysis {

/// At most three decimals, rounded half up, without zeros at the end: "2", "0.5", "29.97". Never a comma.
[[nodiscard]] std::string plain(double value);

/// Seconds: "250 ms", "2.5 s", "4 min", "3 h 12 min".
[[nodiscard]] std::string seconds_text(double seconds);

}  // namespace rtmpscope::analysis
