#include "rtmp/session/media_figures.hpp"

namespace rtmpscope::rtmp {
namespace {

constexpr Timestamp nanoseconds_per_millisecond = 1'000'000;

/// Whether timestamps that go on by `step` have jumped.
bool jumps_on(const FrameTiming& timing, std::uint32_t step, Timestamp time) {
  if (step <= longest_usual_step_ms) return false;
  if (step > jump_on_ms) return true;
  const double usual = frame_length(timing);
  if (step <= (usual == 0 ? unusual_first_step_ms : usual * unusual_steps)) return false;
  // A sender that had nothing to send for a while has let as much time pass.
  const Timestamp passed = (time - timing.time) / nanoseconds_per_millisecond;
  return passed < static_cast<Timestamp>(step) / 2;
}

}  // namespace

void add_unusual_frame(FrameTiming& timing, const TimedFrame& frame) {
  const std::uint32_t step = frame.timestamp - timing.timestamp;
  const bool goes_on = step < 0x8000'0000U;
  if (timing.frames++ != 0) {
    const bool jumps = frame.exact != timing.exact ||
                       (goes_on ? jumps_on(timing, step, frame.time) : 0U - step > jump_back_ms);
    if (jumps) {
      ++timing.jumps;
      timing.timestamp = frame.timestamp;
    } else {
      const bool neighbours = frame.losses == timing.losses;
      const std::uint32_t on = goes_on ? step : 0;
      timing.span += on;
      if (neighbours) {
        timing.even_span += on;
        ++timing.intervals;
      }
      if (goes_on) timing.timestamp = frame.timestamp;
    }
    if (frame.losses != timing.losses) timing.estimated = true;
  } else {
    timing.timestamp = frame.timestamp;
  }
  timing.losses = frame.losses;
  timing.exact = frame.exact;
  timing.time = frame.time;
  if (!frame.exact || !frame.complete) timing.estimated = true;
  if (!frame.complete && frame.size == 0) return;
  ++timing.sized_frames;
  timing.sized_bytes += frame.size;
}

}  // namespace rtmpscope::rtmp
