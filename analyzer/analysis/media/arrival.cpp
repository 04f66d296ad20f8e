#include "analysis/media/arrival.hpp"

#include <algorithm>
#include <limits>

#include "analysis/media/whole_numbers.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::int64_t step = 500;  // microseconds

std::uint32_t microseconds(std::int64_t steps) {
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(steps * step, 0, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

void Arrival::add(std::int64_t delay) {
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max() / 4;
  delays_.add(static_cast<std::int32_t>(std::clamp(divide_down(delay, step), -most, most)));
  if (any_) {
    const std::int64_t difference = delay > last_ ? delay - last_ : last_ - delay;
    rfc3550_ += difference - ((rfc3550_ + 8) >> 4);
  }
  any_ = true;
  last_ = delay;
}

void Arrival::next() {
  const HistogramSum sum = delays_.sum();
  seconds_ = static_cast<std::uint8_t>(std::min(seconds_ + 1, 10));
  figures_.reset();
  if (sum.total == 0) return delays_.next(std::numeric_limits<std::int32_t>::min());
  const std::int64_t median = *sum.quantile(500);
  figures_ = {microseconds(*sum.quantile(950) - *sum.quantile(50)),
              microseconds(*sum.quantile(1000) - median),
              static_cast<std::uint32_t>(
                  std::min<std::int64_t>((rfc3550_ + 8) >> 4, std::numeric_limits<std::uint32_t>::max()))};
  delays_.next(*sum.quantile(0));
}

void Arrival::cut() {
  delays_.clear();
  figures_.reset();
  seconds_ = 0;
  any_ = false;
  rfc3550_ = 0;
}

}  // namespace rtmpscope::analysis
