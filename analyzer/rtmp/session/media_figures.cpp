#include "rtmp/session/media_figures.hpp"

namespace rtmpscope::rtmp {

bool jumps_on(const FrameTiming& timing, std::uint32_t step, Timestamp time) {
  if (step > jump_on_ms) return true;
  const double usual = frame_length(timing);
  if (step <= (usual == 0 ? unusual_first_step_ms : usual * unusual_steps)) return false;
  // A sender that had nothing to send for a while has let as much time pass.
  const Timestamp passed = (time - timing.time) / nanoseconds_per_millisecond;
  return passed < static_cast<Timestamp>(step) / 2;
}

}  // namespace rtmpscope::rtmp
