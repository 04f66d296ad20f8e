// A list that only grows, for many short ones and a few long ones at the same time.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <memory>
#include <vector>

namespace rtmpscope::recording {

/// Elements never move. Blocks double from 8 elements to 128, so that a short list takes little and a long
/// one wastes little; an empty one takes none.
template <typename T>
class GrowingList {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] T& operator[](std::size_t index) {
    const Place place = place_of(index);
    return blocks_[place.block][place.element];
  }
  [[nodiscard]] const T& operator[](std::size_t index) const {
    const Place place = place_of(index);
    return blocks_[place.block][place.element];
  }
  T& push_back(T value) {
    const Place place = place_of(size_);
    if (place.block == blocks_.size()) blocks_.push_back(std::make_unique<T[]>(block_size(place.block)));
    ++size_;
    return blocks_[place.block][place.element] = std::move(value);
  }

 private:
  struct Place {
    std::size_t block;
    std::size_t element;
  };

  static constexpr std::size_t first_bits = 3;
  static constexpr std::size_t last_bits = 7;
  static constexpr std::size_t first = std::size_t{1} << first_bits;
  static constexpr std::size_t last = std::size_t{1} << last_bits;

  static std::size_t block_size(std::size_t block) {
    return std::size_t{1} << std::min(first_bits + block, last_bits);
  }
  /// Blocks before the first of full size hold last - first elements together.
  static Place place_of(std::size_t index) {
    const std::size_t shifted = index + first;
    if (shifted >= last) return {last_bits - first_bits + (shifted - last) / last, (shifted - last) % last};
    const std::size_t begin = std::bit_floor(shifted);
    return {static_cast<std::size_t>(std::bit_width(begin)) - 1 - first_bits, shifted - begin};
  }

  std::vector<std::unique_ptr<T[]>> blocks_;
  std::size_t size_ = 0;
};

}  // namespace rtmpscope::recording
