#include "rtmp/media_clock.hpp"

namespace rtmpscope::rtmp {
namespace {

/// Shorter than that, what was sent does not show how timestamps go on.
constexpr std::int64_t telling_span = 200;
/// Timestamps that go by this times faster or slower than the capture's clock go by bytes.
constexpr std::int64_t most_apart = 2;
constexpr std::int64_t longest_estimate = 3'600'000;

std::int64_t distance(std::uint32_t from, std::uint32_t to) { return static_cast<std::int32_t>(to - from); }

}  // namespace

std::uint32_t MediaClock::lost_time(const Hand& hand, const Loss& loss) const {
  std::int64_t passed = distance(loss.timestamp, milliseconds(loss.time_behind) + hand.lead);
  const Mark& mark = older_.set ? older_ : newer_;
  if (mark.set) {
    const std::int64_t media = distance(mark.timestamp, loss.timestamp);
    const std::int64_t capture = distance(mark.seen, hand.seen);
    const auto bytes = static_cast<std::int64_t>(loss.offset - mark.offset);
    const bool by_clock = media < telling_span || (media <= most_apart * capture && capture <= most_apart * media);
    if (!by_clock && bytes > 0) passed = static_cast<std::int64_t>(loss.offset_behind - loss.offset) * media / bytes;
  }
  const std::int64_t step = loss.step;
  const std::int64_t lost = passed - step;
  if (lost <= 0 || lost > longest_estimate) return 0;
  if (step == 0) return static_cast<std::uint32_t>(lost);
  return static_cast<std::uint32_t>((lost + step / 2) / step * step);
}

}  // namespace rtmpscope::rtmp
