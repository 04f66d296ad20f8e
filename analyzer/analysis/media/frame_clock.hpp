// Whether timestamps advance as the frames themselves do, which have a length of their own.
#pragma once

#include <cstdint>
#include <optional>

namespace rtmpscope::analysis {

/// The length of a frame: `samples` / `rate` seconds. Audio: samples of a frame and Hz. Video at a fixed
/// rate: 1000 and thousandths of frames a second.
struct FrameLength {
  std::uint32_t samples = 0;
  std::uint32_t rate = 0;
  bool inferred = false;  ///< the stream does not say it: the usual length of the codec that fits best

  [[nodiscard]] bool known() const { return samples > 0 && rate > 0; }
  friend bool operator==(const FrameLength&, const FrameLength&) = default;
};

/// Tenths of parts per million. Above 0: timestamps advance faster than the frames last.
struct FrameClockFigures {
  std::int32_t drift = 0;
  std::uint32_t error = 0;  ///< by which it may be off: a millisecond of rounding a run, and its jitter
  std::uint64_t milliseconds = 0;  ///< of the runs that it is of
  std::int64_t made = 0;           ///< milliseconds that the timestamps are ahead after these runs
};

/// Runs are frames without one missing. Only those of 10 s and more count, joined by their lengths.
class FrameClock {
 public:
  /// A frame at `time` (milliseconds, unwrapped); its length must be known, and the same as long as the run
  /// goes on.
  void add(std::int64_t time, const FrameLength& length);
  void cut();
  [[nodiscard]] std::optional<FrameClockFigures> figures() const;

 private:
  struct Sum {
    std::uint64_t milliseconds = 0;  ///< of timestamps
    std::uint64_t microseconds = 0;  ///< that the frames last
    std::uint64_t error = 0;         ///< milliseconds
  };

  [[nodiscard]] std::optional<Sum> run() const;

  Sum done_;
  FrameLength length_;
  std::int64_t begin_ = 0, last_ = 0;
  std::uint64_t frames_ = 0;  ///< of the run, without its first one
  std::uint32_t jitter_ = 0;  ///< milliseconds that a distance was off at most
  bool running_ = false;
};

}  // namespace rtmpscope::analysis
