#include "analysis/finding/number_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

namespace rtmpscope::analysis {

std::string plain(double value) {
  // Half a thousandth less the error of a sum, so that 1.0005 goes up everywhere.
  const double rounded = std::floor(value * 1000 + 0.5 + 1e-9) / 1000;
  std::string text = fmt::format("{:.3f}", rounded);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string seconds_text(double seconds) {
  if (seconds < 0) seconds = 0;
  if (seconds < 1) return fmt::format("{} ms", static_cast<std::int64_t>(seconds * 1000 + 0.5));
  if (seconds < 120) return fmt::format("{} s", plain(std::floor(seconds * 10 + 0.5) / 10));
  const auto minutes = static_cast<std::int64_t>(seconds / 60 + 0.5);
  if (minutes < 120) return fmt::format("{} min", minutes);
  return minutes % 60 == 0 ? fmt::format("{} h", minutes / 60)
                           : fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

}  // namespace rtmpscope::analysis
