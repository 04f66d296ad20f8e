#include "analysis/media/bit_rate.hpp"

#include <algorithm>

#include "analysis/media/whole_numbers.hpp"

namespace rtmpscope::analysis {

void ByteSeconds::push(std::uint32_t bytes) {
  newest_ = newest_ + 1U < bytes_.size() ? static_cast<std::uint8_t>(newest_ + 1) : std::uint8_t{0};
  bytes_[newest_] = bytes;
  filled_ = static_cast<std::uint8_t>(std::min<std::size_t>(filled_ + 1U, bytes_.size()));
}

std::uint64_t ByteSeconds::mean() const {
  if (filled_ == 0) return 0;
  std::uint64_t sum = 0;
  for (const std::uint32_t bytes : bytes_) sum += bytes;
  return divide_rounded(sum * 8, filled_);
}

std::optional<std::uint32_t> ByteSeconds::peak_ratio() const {
  if (filled_ < bytes_.size()) return std::nullopt;
  std::array<std::uint32_t, 10> sorted = bytes_;
  std::sort(sorted.begin(), sorted.end());
  const std::uint64_t median = (std::uint64_t{sorted[4]} + sorted[5]) * 50;                  // hundredths
  const std::uint64_t peak = std::uint64_t{sorted[8]} * 45 + std::uint64_t{sorted[9]} * 55;  // rank 8.55
  if (median == 0) return std::nullopt;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(divide_rounded(peak * 1000, median), 1'000'000));
}

void BitRate::start_media_second(std::int64_t media_time) {
  if (media_second_end_ == INT64_MIN) {
    media_second_end_ = media_time + 1000;
    return;
  }
  produced_.push(produced_now_);
  count(produced_now_);
  produced_now_ = 0;
  media_second_end_ += 1000;
  for (int empty = 0; media_time >= media_second_end_ && empty < 10; ++empty) {
    produced_.push(0);
    count(0);
    media_second_end_ += 1000;
  }
  if (media_time >= media_second_end_)
    media_second_end_ += (media_time - media_second_end_) / 1000 * 1000 + 1000;
}

void BitRate::count(std::uint32_t bytes) {
  if (waiting_) {
    const std::uint64_t rate = divide_rounded(std::uint64_t{*waiting_} * 8, 1000);
    sketch_.add(static_cast<std::uint32_t>(rate));
    sum_ += rate;
    sum_of_squares_ += rate * rate;
    ++counted_;
  }
  if (produced_.seconds() == 10)
    windows_.add(static_cast<std::uint32_t>(divide_rounded(produced_.mean(), 1000)));
  waiting_.reset();
  if (!first_) waiting_ = bytes;
  first_ = false;
}

void BitRate::next() {
  arrived_.push(arrived_now_);
  arrived_now_ = 0;
}

void BitRate::cut() {
  produced_.clear();
  arrived_.clear();
  produced_now_ = 0;
  media_second_end_ = INT64_MIN;
  waiting_.reset();
  first_ = true;
}

std::optional<std::uint32_t> BitRate::variation() const {
  if (counted_ < 3 || sum_ == 0) return std::nullopt;
  // sqrt(n * sum of squares - sum^2) / sum; divided by n before the root so that it fits.
  const std::uint64_t mean_of_squares = sum_of_squares_ / counted_;
  const std::uint64_t mean = sum_ / counted_;
  const std::uint64_t variance = mean_of_squares > mean * mean ? mean_of_squares - mean * mean : 0;
  if (mean == 0) return std::nullopt;
  return static_cast<std::uint32_t>(divide_rounded(square_root(variance * 1'000'000), mean));
}

}  // namespace rtmpscope::analysis
