// How much work all searches of one direction may do.
#pragma once

#include <algorithm>
#include <cstdint>

namespace rtmpscope::rtmp {

/// Steps for each byte that was added, and what one direction, and one search, may take in any case.
inline constexpr std::uint64_t work_per_byte = 8;
inline constexpr std::uint64_t least_work = 1 << 15;
inline constexpr std::uint64_t least_search_work = 1 << 8;
/// Each byte of a direction may be examined once for repeated lengths, and so many more: a search from the
/// middle of a stream examines what it has as often as that has doubled, up to repetition_bytes.
inline constexpr std::uint64_t freely_guessed_bytes = 32 << 10;
/// In one step so many places are passed over by their first bytes, or so many bytes are moved.
inline constexpr std::uint64_t places_a_step = 8;
inline constexpr std::uint64_t moved_bytes_a_step = 256;

/// Work in proportion to the bytes that came. Without a budget, bytes made to look like headers, or gaps
/// without end, would take more time than their number allows.
struct WorkBudget {
  std::uint64_t steps = 0;          ///< headers read, and groups of places or bytes looked at
  std::uint64_t bytes = 0;          ///< that searches were given, also those that were dropped since
  std::uint64_t limit = 0;          ///< of `steps`, for the search at hand
  std::uint64_t new_bytes = 0;      ///< of `bytes`, those that no search before was given
  std::uint64_t given_until = 0;    ///< offset in the stream
  std::uint64_t guessed_bytes = 0;  ///< that were examined for repeated lengths

  [[nodiscard]] std::uint64_t allowance() const { return least_work + work_per_byte * bytes; }
  /// A search begins.
  void set_limit() { limit = std::max(steps + least_search_work, allowance()); }
  [[nodiscard]] bool exhausted() const { return steps > limit; }

  /// A search is given `count` bytes, up to the offset `end`. Where borders are lost again and again, each
  /// search is given the same.
  void give(std::uint64_t count, std::uint64_t end) {
    bytes += count;
    new_bytes += std::min(count, end - std::min(end, given_until));
    given_until = std::max(given_until, end);
  }
  /// Whether so many bytes may be examined for repeated lengths; if so, they count.
  [[nodiscard]] bool take_guess(std::uint64_t count) {
    if (guessed_bytes + count > freely_guessed_bytes + new_bytes) return false;
    guessed_bytes += count;
    return true;
  }
};

}  // namespace rtmpscope::rtmp
