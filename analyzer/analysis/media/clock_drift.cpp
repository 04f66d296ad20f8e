#include "analysis/media/clock_drift.hpp"

#include <algorithm>
#include <limits>

#include "analysis/media/whole_numbers.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::uint32_t least_time = 60'000;  // milliseconds

}  // namespace

void ClockDrift::next() {
  if (any_) {
    if (!begun_) first_ = least_;
    begun_ = true;
    constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
    const Kept point = {
        static_cast<std::uint32_t>(std::clamp<std::int64_t>(least_.time - first_.time, 0, most)),
        static_cast<std::int32_t>(std::clamp(least_.delay - first_.delay, -most, most))};
    if (seconds_ == 0 || point.delay < pair_.delay) pair_ = point;
    ++seconds_;
  }
  any_ = false;
  if (seconds_ < each_) return;
  keep(pair_);
  seconds_ = 0;
}

void ClockDrift::keep(Kept point) {
  if (used_ == points_.size()) {
    for (std::size_t i = 0; i < points_.size() / 2; ++i) {
      const Kept& a = points_[2 * i];
      const Kept& b = points_[2 * i + 1];
      points_[i] = b.delay < a.delay ? b : a;
    }
    used_ = static_cast<std::uint8_t>(points_.size() / 2);
    each_ *= 2;
  }
  points_[used_++] = point;
}

std::optional<DriftFigures> ClockDrift::figures() const {
  if (used_ < 3 || points_[used_ - 1U].time - points_[0].time < least_time) return std::nullopt;
  std::array<std::int32_t, 48 * 47 / 2> slopes;  // NOLINT(*-member-init): filled below
  std::size_t count = 0;
  for (std::size_t i = 0; i < used_; ++i) {
    for (std::size_t j = i + 1; j < used_; ++j) {
      if (points_[j].time <= points_[i].time) continue;
      const std::int64_t slope = divide_rounded((std::int64_t{points_[j].delay} - points_[i].delay) * 10'000,
                                                std::int64_t{points_[j].time} - points_[i].time);
      slopes[count++] =
          static_cast<std::int32_t>(std::clamp<std::int64_t>(slope, -2'000'000'000, 2'000'000'000));
    }
  }
  if (count == 0) return std::nullopt;
  const auto begin = slopes.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(count);
  std::sort(begin, end);
  // 1.96 sqrt(n (n - 1) (2 n + 5) / 18), the number of slopes that the interval holds.
  const std::uint64_t n = used_;
  const std::uint64_t deviation = square_root(n * (n - 1) * (2 * n + 5) * 10'000 / 18);  // hundredths
  const std::uint64_t held = std::min<std::uint64_t>(divide_rounded(deviation * 196, 10'000), count);
  DriftFigures figures;
  figures.slope = count % 2 == 1 ? slopes[count / 2]
                                 : static_cast<std::int32_t>(divide_rounded(
                                       std::int64_t{slopes[count / 2 - 1]} + slopes[count / 2], 2));
  figures.low = slopes[(count - held) / 2];
  figures.high = slopes[std::min<std::size_t>((count + held) / 2, count - 1)];
  figures.seconds = (points_[used_ - 1U].time - points_[0].time) / 1000;
  return figures;
}

}  // namespace rtmpscope::analysis
