// The limits of the judge by name, from schema/tables/thresholds.def. All are known when the program is
// compiled; rules compare whole numbers, so that results do not depend on the machine.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace rtmpscope::analysis {

enum class ThresholdId : std::uint8_t {
#define THRESHOLD(identifier, value, unit, what, source) identifier,
#include "schema/tables/thresholds.def"
#undef THRESHOLD
};

/// One row of thresholds.def.
struct ThresholdInfo {
  std::string_view name;
  double value;
  std::string_view unit;
  std::string_view what;    ///< what it limits
  std::string_view source;  ///< who says so
};

/// In the order of the table: indexed by ThresholdId.
inline constexpr auto thresholds = std::to_array<ThresholdInfo>({
#define THRESHOLD(identifier, value, unit, what, source) {#identifier, value, unit, what, source},
#include "schema/tables/thresholds.def"
#undef THRESHOLD
});

[[nodiscard]] constexpr const ThresholdInfo& info(ThresholdId id) {
  return thresholds[static_cast<std::size_t>(id)];
}
[[nodiscard]] constexpr double limit(ThresholdId id) {
  return info(id).value;
}
/// The limit in units of 1 / `scale`, rounded: limit(0.95) with scale 1000 is 950.
[[nodiscard]] constexpr std::int64_t limit(ThresholdId id, std::int64_t scale) {
  return static_cast<std::int64_t>(info(id).value * static_cast<double>(scale) + 0.5);
}

}  // namespace rtmpscope::analysis
