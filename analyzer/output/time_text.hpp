// Times as RFC 3339 text.
#pragma once

#include <array>
#include <limits>
#include <string>

#include "base/bytes.hpp"

namespace rtmpscope::output {

/// Length of "2026-11-22T20:13:05.123456789Z".
inline constexpr std::size_t time_length = 30;

/// Writes capture times. Consecutive events mostly lie in the same second, so the part before the fraction is
/// kept.
class TimeWriter {
 public:
  using Second = std::array<char, 20>;  ///< "2026-11-22T20:13:05."

  /// time_length characters at `p`; returns the place after them.
  char* write(char* p, Timestamp time);

 private:
  std::int64_t second_ = std::numeric_limits<std::int64_t>::min();
  Second text_{};
};

[[nodiscard]] std::string time_text(Timestamp time);

/// An AMF date, milliseconds since 1970: "2026-11-22T20:13:05.123Z". Empty if it is no date of the years 0 to
/// 9999, which is all that RFC 3339 can say.
[[nodiscard]] std::string date_text(double milliseconds);

}  // namespace rtmpscope::output
