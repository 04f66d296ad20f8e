// The least, the middle and the most of many values, in little memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace rtmpscope {

/// Keeps values of a sequence at even distances, which doubles when there is no more room. So the median is
/// exact for the first 16 values, and that of 8 to 16 of them beyond.
class SpacedValues {
 public:
  void add(std::uint32_t value) {
    least_ = count_ == 0 ? value : std::min(least_, value);
    most_ = count_ == 0 ? value : std::max(most_, value);
    if ((count_++ & (distance_ - 1)) != 0) return;
    if (kept_ == values_.size()) {
      for (std::size_t i = 0; i < values_.size() / 2; ++i) values_[i] = values_[2 * i];
      kept_ = static_cast<std::uint32_t>(values_.size() / 2);
      distance_ *= 2;
    }
    values_[kept_++] = value;
  }

  [[nodiscard]] std::uint32_t count() const { return count_; }
  // The following are 0 without a value.
  [[nodiscard]] std::uint32_t least() const { return least_; }
  [[nodiscard]] std::uint32_t most() const { return most_; }
  /// The lower one of two in the middle.
  [[nodiscard]] std::uint32_t median() const {
    if (kept_ == 0) return 0;
    std::array<std::uint32_t, 16> sorted = values_;
    const auto middle = sorted.begin() + (kept_ - 1) / 2;
    std::nth_element(sorted.begin(), middle, sorted.begin() + kept_);
    return *middle;
  }

 private:
  std::array<std::uint32_t, 16> values_{};
  std::uint32_t count_ = 0;
  std::uint32_t distance_ = 1;  ///< a power of two
  std::uint32_t least_ = 0;
  std::uint32_t most_ = 0;
  std::uint32_t kept_ = 0;
};

}  // namespace rtmpscope
