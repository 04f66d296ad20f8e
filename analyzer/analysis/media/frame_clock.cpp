#include "analysis/media/frame_clock.hpp"

#include <algorithm>

#include "analysis/media/whole_numbers.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::int64_t least_run = 10'000;  // milliseconds

}  // namespace

std::optional<FrameClock::Sum> FrameClock::run() const {
  if (!running_ || last_ - begin_ < least_run) return std::nullopt;
  // Whole seconds and the rest apart, so that days of samples fit.
  const std::uint64_t samples = frames_ * length_.samples;
  const std::uint64_t microseconds =
      samples / length_.rate * 1'000'000 + divide_rounded(samples % length_.rate * 1'000'000, length_.rate);
  return Sum{static_cast<std::uint64_t>(last_ - begin_), microseconds, 1U + jitter_};
}

void FrameClock::add(std::int64_t time, const FrameLength& length) {
  if (running_ && length == length_) {
    const std::int64_t distance = time - last_;
    const auto usual =
        static_cast<std::int64_t>((std::uint64_t{length.samples} * 1000 + length.rate / 2) / length.rate);
    const std::int64_t off = distance > usual ? distance - usual : usual - distance;
    if (off <= std::max<std::int64_t>(usual / 2, 2)) {
      // Rounding makes 1 ms; the rest is jitter of the sender's timestamps.
      jitter_ = std::max(jitter_, static_cast<std::uint32_t>(std::max<std::int64_t>(off - 1, 0)));
      ++frames_;
      last_ = time;
      return;
    }
  }
  cut();
  running_ = length.known();
  length_ = length;
  begin_ = last_ = time;
}

void FrameClock::cut() {
  if (const auto sum = run(); sum) {
    done_.milliseconds += sum->milliseconds;
    done_.microseconds += sum->microseconds;
    done_.error += sum->error;
  }
  running_ = false;
  frames_ = 0;
  jitter_ = 0;
}

std::optional<FrameClockFigures> FrameClock::figures() const {
  Sum sum = done_;
  if (const auto open = run(); open) {
    sum.milliseconds += open->milliseconds;
    sum.microseconds += open->microseconds;
    sum.error += open->error;
  }
  if (sum.microseconds == 0) return std::nullopt;
  FrameClockFigures figures;
  const auto ahead = static_cast<std::int64_t>(sum.milliseconds * 1000) -
                     static_cast<std::int64_t>(sum.microseconds);                        // microseconds
  const auto lasts = static_cast<std::int64_t>(divide_rounded(sum.microseconds, 1000));  // milliseconds
  // Microseconds a millisecond are thousands of ppm.
  figures.drift = static_cast<std::int32_t>(
      std::clamp<std::int64_t>(divide_rounded(ahead * 10'000, lasts), -2'000'000'000, 2'000'000'000));
  figures.error = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(divide_rounded(sum.error * 10'000'000, sum.milliseconds), 2'000'000'000));
  figures.milliseconds = sum.milliseconds;
  figures.made = divide_rounded(ahead, 1000);
  return figures;
}

}  // namespace rtmpscope::analysis
