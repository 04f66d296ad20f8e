// Arithmetic of whole numbers that is the same on every machine.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <utility>

namespace rtmpscope::analysis {

/// Half is rounded up.
[[nodiscard]] constexpr std::uint64_t divide_rounded(std::uint64_t value, std::uint64_t by) {
  return (value + by / 2) / by;
}
/// Half is rounded up, also below zero: -1.5 becomes -1.
[[nodiscard]] constexpr std::int64_t divide_rounded(std::int64_t value, std::int64_t by) {
  const std::int64_t twice = 2 * value + by;
  const std::int64_t quotient = twice / (2 * by);
  return twice % (2 * by) < 0 ? quotient - 1 : quotient;
}
/// Rounded down.
[[nodiscard]] constexpr std::int64_t divide_down(std::int64_t value, std::int64_t by) {
  const std::int64_t quotient = value / by;
  return value % by < 0 ? quotient - 1 : quotient;
}
/// The nearest value that fits.
template <std::integral To>
[[nodiscard]] constexpr To saturate(std::integral auto value) {
  if (std::cmp_less(value, std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
  if (std::cmp_greater(value, std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
  return static_cast<To>(value);
}
/// Rounded down.
[[nodiscard]] constexpr std::uint64_t square_root(std::uint64_t value) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 62; bit > 0; bit >>= 2) {
    if (value >= root + bit) {
      value -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  return root;
}
static_assert(square_root(99) == 9 && square_root(100) == 10 && divide_rounded(std::int64_t{-3}, 2) == -1);

}  // namespace rtmpscope::analysis
