// Quantiles of a long series of numbers in little memory.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace rtmpscope::analysis {

/// Keeps at most 40 groups of values that are close to each other, each with the first value that came and a
/// count. Values below 128 have a group each; larger ones share one if their leading 7 bits are the same, so
/// that a quantile is at most 1/64 off. If the groups are too many, a bit is dropped, and the error doubles.
/// A series of equal values is exact at any length.
class QuantileSketch {
 public:
  void add(std::uint32_t value);
  [[nodiscard]] bool empty() const { return groups_.empty(); }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// With linear interpolation between the values to its left and right. `per_mille` 0 to 1000.
  [[nodiscard]] std::optional<std::uint32_t> quantile(std::uint32_t per_mille) const;
  /// A quantile is at most 1 part in so many off.
  [[nodiscard]] std::uint32_t precision() const { return 1U << bits_; }
  [[nodiscard]] std::size_t memory() const { return groups_.capacity() * sizeof(Group); }

 private:
  struct Group {
    std::uint32_t value;
    std::uint32_t count;
  };

  [[nodiscard]] std::uint32_t group_of(std::uint32_t value) const;
  void coarsen();
  [[nodiscard]] std::uint32_t at_rank(std::uint64_t rank) const;

  std::vector<Group> groups_;  ///< by value
  std::uint64_t count_ = 0;
  std::uint8_t bits_ = 6;  ///< that tell a group from the next one, behind the first one
};

}  // namespace rtmpscope::analysis
