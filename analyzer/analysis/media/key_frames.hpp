// Key frames of a video track: how far apart, whether they are what the flag says, and open groups of
// pictures.
#pragma once

#include <cstdint>
#include <optional>

#include "analysis/media/quantile_sketch.hpp"
#include "analysis/record/record.hpp"

namespace rtmpscope::analysis {

class KeyFrames {
 public:
  /// What a frame has shown that a rule wants to know at once.
  struct Outcome {
    bool is_key = false;
    bool contradicts = false;  ///< the flag and the NAL units say two things
    bool opens_group = false;  ///< the first picture that makes its group of pictures an open one
    std::optional<std::uint32_t> distance;  ///< milliseconds to the key frame before, in one run
  };

  /// A coded frame. `time`: milliseconds, unwrapped.
  Outcome add(const MediaRecord& frame, std::int64_t time);
  /// Something is missing, or the timeline is another one: the distance to the next key frame is not known.
  void cut() {
    known_ = false;
    last_distance_ = 0;
  }

  [[nodiscard]] const QuantileSketch& distances() const { return distances_; }  ///< milliseconds
  [[nodiscard]] const QuantileSketch& frames() const { return frame_distances_; }
  [[nodiscard]] std::uint32_t longest() const { return longest_; }  ///< milliseconds
  /// The largest value that two distances running both had, milliseconds; 0: there were no two.
  [[nodiscard]] std::uint32_t longest_two() const { return longest_two_; }
  /// Whether composition times differ, so that there are B pictures. Nothing before 30 pictures.
  [[nodiscard]] std::optional<bool> reorders() const {
    if (reorders_ || pictures_ >= enough_pictures) return reorders_;
    return std::nullopt;
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t contradictions() const { return contradictions_; }
  [[nodiscard]] std::uint64_t open_groups() const { return open_groups_; }
  /// Milliseconds of media since the last key frame. Nothing without one in this run.
  [[nodiscard]] std::optional<std::uint32_t> open_for(std::int64_t time) const;

 private:
  static constexpr std::uint32_t enough_pictures = 30;

  QuantileSketch distances_, frame_distances_;
  std::int64_t last_time_ = 0;          ///< of the last key frame
  std::int64_t last_presentation_ = 0;  ///< the same with its composition time
  std::uint64_t count_ = 0, contradictions_ = 0, open_groups_ = 0;
  std::uint32_t frames_since_ = 0;
  std::uint32_t longest_ = 0, longest_two_ = 0;
  std::uint32_t last_distance_ = 0;  ///< 0: not known
  std::uint32_t pictures_ = 0;
  std::int32_t composition_time_ = 0;  ///< of the first picture
  bool reorders_ = false;
  bool known_ = false;  ///< there was a key frame in this run
  bool open_ = false;   ///< its group of pictures is open
};

}  // namespace rtmpscope::analysis
