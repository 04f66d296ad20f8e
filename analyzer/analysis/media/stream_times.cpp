#include "analysis/media/stream_times.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::int64_t bits_24 = std::int64_t{1} << 24;
constexpr std::int64_t near_a_wrap = 10'000;  // milliseconds

std::uint8_t passed(std::uint32_t before, std::uint32_t now, std::int64_t step) {
  if (step <= 0 || step > near_a_wrap) return 0;
  if (now < before) return 32;
  if (before < (1U << 24) && now >= (1U << 24)) return 24;
  if (before < (1U << 31) && now >= (1U << 31)) return 31;
  return 0;
}

}  // namespace

void TrackTimes::start(std::uint32_t timestamp, std::uint32_t others_timestamp, std::int64_t others_time) {
  if (started_) return;
  time_ = others_time + static_cast<std::int32_t>(timestamp - others_timestamp);
  timestamp_ = timestamp;
  started_ = true;
}

TrackTimes::Step TrackTimes::add(std::uint32_t timestamp, std::uint32_t frozen_after) {
  if (!started_) {
    time_ = timestamp_ = timestamp;
    started_ = true;
  }
  Step step;
  std::int64_t distance = static_cast<std::int32_t>(timestamp - timestamp_);
  if (distance < 0 && timestamp_ < bits_24 && timestamp_ >= bits_24 - near_a_wrap &&
      timestamp < near_a_wrap) {
    distance += bits_24;
    step.wraps_24_bits = true;
    step.passed = 24;
  } else {
    step.passed = passed(timestamp_, timestamp, distance);
  }
  step.distance = distance;
  if (running_) {
    same_ = distance == 0 ? same_ + 1 : 1;
    step.kind = distance < 0 ? Kind::back : same_ >= frozen_after ? Kind::frozen : Kind::forward;
  } else {
    same_ = 1;
    step.passed = 0;
  }
  running_ = true;
  time_ += distance;
  timestamp_ = timestamp;
  return step;
}

}  // namespace rtmpscope::analysis
