// How much work all searches of one direction may do.
#pragma once

#include <algorithm>
#include <cstdint>

namespace rtmpscope::rtmp {

/// Steps for each byte that was added, and what one direction, and one search, may take in any case.
inline constexpr std::uint64_t work_per_byte = 8;
inline constexpr std::uint64_t least_work = 1 << 15;
inline constexpr std::uint64_t least_search_work = 1 << 8;
/// In one step so many places are passed over by their first bytes, or so many bytes are moved.
inline constexpr std::uint64_t places_a_step = 8;
inline constexpr std::uint64_t moved_bytes_a_step = 256;

/// Work in proportion to the bytes that came. Without a budget, bytes made to look like headers, or gaps
/// without end, would take more time than their number allows.
struct WorkBudget {
  std::uint64_t steps = 0;  ///< headers read, and groups of places or bytes looked at
  std::uint64_t bytes = 0;  ///< that searches were given, also those that were dropped since
  std::uint64_t limit = 0;  ///< of `steps`, for the search at hand

  [[nodiscard]] std::uint64_t allowance() const { return least_work + work_per_byte * bytes; }
  /// A search begins.
  void set_limit() { limit = std::max(steps + least_search_work, allowance()); }
  [[nodiscard]] bool exhausted() const { return steps > limit; }
};

}  // namespace rtmpscope::rtmp
