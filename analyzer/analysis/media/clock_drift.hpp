// How much faster or slower a track's clock is than the clock of the capture.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace rtmpscope::analysis {

/// Tenths of parts per million. Above 0: the track is slower, its messages come later and later.
struct DriftFigures {
  std::int32_t slope = 0;
  std::int32_t low = 0, high = 0;  ///< 95 % interval
  std::uint32_t seconds = 0;       ///< of media that it is about

  /// Whether the interval is narrow enough to say anything: within 50 ppm of the slope on both sides.
  [[nodiscard]] bool usable() const { return slope - low <= 500 && high - slope <= 500; }
};

/// Queues only add delay, so that the least delay of a second is nearest to the clocks. The slope is the
/// median of the slopes between all pairs of such minima (Theil and Sen), the interval comes from Kendall's
/// statistic. At most 48 minima are kept: of two neighbours the smaller one, when they become too many.
class ClockDrift {
 public:
  /// A message: `time` in milliseconds of media, `delay` in microseconds, both since the same beginning.
  void add(std::int64_t time, std::int64_t delay) {
    if (any_ && delay >= least_.delay) return;
    any_ = true;
    least_ = {time, delay};
  }
  /// Ends the second.
  void next();
  void cut() { *this = {}; }

  /// Nothing below 60 s of media: the first seconds of a session would make up any slope.
  [[nodiscard]] std::optional<DriftFigures> figures() const;

 private:
  struct Point {
    std::int64_t time = 0, delay = 0;
  };
  struct Kept {
    std::uint32_t time = 0;  ///< milliseconds since the first one
    std::int32_t delay = 0;  ///< microseconds more than the first one
  };

  void keep(Kept point);

  std::array<Kept, 48> points_{};
  Point first_, least_;
  Kept pair_;                  ///< the least of the seconds that make up the next point
  std::uint32_t seconds_ = 0;  ///< in it
  std::uint32_t each_ = 1;     ///< seconds a point
  std::uint8_t used_ = 0;
  bool any_ = false;  ///< there was a message in this second
  bool begun_ = false;
};

}  // namespace rtmpscope::analysis
