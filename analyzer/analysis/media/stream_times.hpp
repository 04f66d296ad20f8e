// The timestamps of a track on one axis, and where they are not what timestamps should be.
#pragma once

#include <cstdint>

namespace rtmpscope::analysis {

/// Unwraps timestamps: a step is less than 2^31 ms forward or back. A fall by about 2^24 where 2^24 is passed
/// is a sender that writes 24 bits alone, and counts as a step forward.
class TrackTimes {
 public:
  enum class Kind : std::uint8_t {
    first,    ///< of a run
    forward,  ///< by 0 or more
    back,
    frozen,  ///< the fifth or a further message with the same timestamp
  };
  struct Step {
    Kind kind = Kind::first;
    bool wraps_24_bits = false;  ///< the sender writes 24 bits alone
    std::uint8_t passed = 0;     ///< 24, 31 or 32: the power of two that is passed
    std::int64_t distance = 0;   ///< milliseconds
  };

  /// `frozen_after`: messages with one timestamp that are too many.
  Step add(std::uint32_t timestamp, std::uint32_t frozen_after);
  /// Begins the axis where another track of the stream is.
  void start(std::uint32_t timestamp, std::uint32_t others_timestamp, std::int64_t others_time);
  /// What comes next says nothing with what was before.
  void cut() { running_ = false; }

  [[nodiscard]] std::int64_t time() const { return time_; }  ///< milliseconds
  [[nodiscard]] std::uint32_t timestamp() const { return timestamp_; }

 private:
  std::int64_t time_ = 0;
  std::uint32_t timestamp_ = 0;
  std::uint32_t same_ = 1;  ///< messages with the last timestamp
  bool started_ = false, running_ = false;
};

}  // namespace rtmpscope::analysis
