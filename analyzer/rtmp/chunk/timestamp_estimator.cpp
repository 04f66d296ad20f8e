#include "rtmp/chunk/timestamp_estimator.hpp"

#include <algorithm>

namespace rtmpscope::rtmp {
namespace {

/// A shorter span does not show how timestamps grow.
constexpr std::int64_t telling_span = 200;
/// Timestamps that run so many times faster or slower than the capture's clock grow with the bytes.
constexpr std::int64_t most_apart = 2;
/// More bytes between two messages say nothing; times 2^31 ms they can still be counted.
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 31;
/// Milliseconds by which a message may be early.
constexpr std::int64_t most_early = 100;

std::int64_t distance(std::uint32_t from, std::uint32_t to) {
  return static_cast<std::int32_t>(to - from);
}

}  // namespace

bool TimestampEstimator::Pace::is_significant() const {
  return since->set && media >= telling_span;
}

bool TimestampEstimator::Pace::follows_clock() const {
  return media <= most_apart * capture && capture <= most_apart * media;
}

TimestampEstimator::Pace TimestampEstimator::pace(const StreamClock& clock, std::uint32_t timestamp) const {
  const Mark& mark = older_.set ? older_ : newer_;
  return {.media = distance(mark.timestamp, timestamp),
          .capture = distance(mark.seen, clock.seen),
          .since = &mark};
}

std::uint32_t TimestampEstimator::lost_time(StreamClock& clock, const Loss& loss) const {
  std::int64_t passed = distance(loss.timestamp, milliseconds(loss.time_behind) + clock.lead);
  const Pace before = pace(clock, loss.timestamp);
  if (before.is_significant() && !before.follows_clock()) {
    const auto bytes = static_cast<std::int64_t>(loss.offset - before.since->offset);
    const std::uint64_t between = std::min(loss.offset_behind - loss.offset, most_bytes);
    if (bytes > 0) passed = static_cast<std::int64_t>(between) * before.media / bytes;
  }
  const std::int64_t step = loss.step;
  const std::int64_t lost = passed - step;
  if (lost <= 0 || lost > longest_estimate) return 0;
  const auto added = static_cast<std::uint32_t>(step == 0 ? lost : (lost + step / 2) / step * step);
  clock.added = std::min(clock.added + added, longest_estimate);
  return added;
}

std::uint32_t TimestampEstimator::excess_estimate(StreamClock& clock, std::uint32_t timestamp,
                                                  std::uint32_t step, Timestamp time) const {
  const std::int64_t early = distance(milliseconds(time) + clock.lead, timestamp);
  if (early <= most_early || early > longest_estimate || step == 0) return 0;
  const Pace before = pace(clock, timestamp);
  if (!before.is_significant() || !before.follows_clock()) return 0;
  const auto back = static_cast<std::uint32_t>(std::min<std::int64_t>(early, clock.added) / step * step);
  clock.added -= back;
  return back;
}

}  // namespace rtmpscope::rtmp
