// How regularly the messages of a track arrive: capture time against the track's own time.
#pragma once

#include <cstdint>
#include <optional>

#include "analysis/media/sliding_histogram.hpp"

namespace rtmpscope::analysis {

/// Microseconds.
struct ArrivalFigures {
  std::uint32_t jitter = 0;   ///< 95th less 5th percentile of the delays of 10 s
  std::uint32_t latest = 0;   ///< the greatest delay less the median
  std::uint32_t rfc3550 = 0;  ///< interarrival jitter (RFC 3550, section 6.4.1)
};

/// Delays are capture time less media time since the beginning of the stream. They are kept in steps of half
/// a millisecond and groups that are at most 1/8 off (SlidingHistogram); a drift of the clocks within the 10
/// s is not taken off: 100 ppm are 1 ms.
class Arrival {
 public:
  /// `delay`: microseconds.
  void add(std::int64_t delay);
  /// Ends the second: what figures() gives is of the seconds up to here.
  void next();
  void cut();

  /// Of the last 10 s. Nothing if no message came in them.
  [[nodiscard]] const std::optional<ArrivalFigures>& figures() const { return figures_; }
  /// Seconds since the last cut, at most 10.
  [[nodiscard]] std::uint32_t seconds() const { return seconds_; }

 private:
  SlidingHistogram<10> delays_;
  std::optional<ArrivalFigures> figures_;
  std::int64_t last_ = 0;
  std::int64_t rfc3550_ = 0;  ///< sixteenths of a microsecond
  std::uint8_t seconds_ = 0;
  bool any_ = false;
};

}  // namespace rtmpscope::analysis
