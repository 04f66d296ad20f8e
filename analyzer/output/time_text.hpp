// Times as RFC 3339 text, for many of them; see base/time_text.hpp for one.
#pragma once

#include <limits>
#include <string>

#include "base/time_text.hpp"

namespace rtmpscope::output {

/// Writes capture times. Consecutive events mostly lie in the same second, so the part before the fraction is
/// kept.
class TimeWriter {
 public:
  /// time_length characters at `p`; returns the place after them.
  char* write(char* p, Timestamp time);

 private:
  std::int64_t second_ = std::numeric_limits<std::int64_t>::min();
  SecondText text_{};
};

/// An AMF date, milliseconds since 1970: "2026-11-22T20:13:05.123Z". Empty if it is no date of the years 0 to
/// 9999, which is all that RFC 3339 can say.
[[nodiscard]] std::string date_text(double milliseconds);

}  // namespace rtmpscope::output
