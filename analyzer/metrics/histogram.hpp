// How often values fell into each of a few ranges.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace rtmpscope::metrics {

/// `bounds` rise; a value belongs to the first range whose bound it does not exceed. The sum is exact, so
/// that it does not depend on the order of additions.
template <const auto& bounds>
class Histogram {
 public:
  static constexpr std::size_t size = bounds.size() + 1;

  void add(std::int64_t value) {
    const auto at = std::lower_bound(bounds.begin(), bounds.end(), value);
    ++counts_[static_cast<std::size_t>(at - bounds.begin())];
    sum_ += value;
  }
  void add(const Histogram& other) {
    for (std::size_t i = 0; i < size; ++i) counts_[i] += other.counts_[i];
    sum_ += other.sum_;
  }

  /// Of the ranges; the last one is for values above all bounds.
  [[nodiscard]] const std::array<std::uint64_t, size>& counts() const { return counts_; }
  [[nodiscard]] std::int64_t sum() const { return sum_; }

 private:
  std::array<std::uint64_t, size> counts_{};
  std::int64_t sum_ = 0;
};

}  // namespace rtmpscope::metrics
