// All figures of one track of a stream.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "analysis/history/history.hpp"
#include "analysis/media/arrival.hpp"
#include "analysis/media/bit_rate.hpp"
#include "analysis/media/clock_drift.hpp"
#include "analysis/media/frame_clock.hpp"
#include "analysis/media/frame_rate.hpp"
#include "analysis/media/key_frames.hpp"
#include "analysis/media/quantile_sketch.hpp"
#include "analysis/media/sample.hpp"

namespace rtmpscope::analysis {

/// The median of the last minute, from one value each 10 s.
class LastMinute {
 public:
  void push(std::uint32_t value);
  void clear() { *this = {}; }
  /// Nothing before the first value.
  [[nodiscard]] std::optional<std::uint32_t> median() const;

 private:
  std::array<std::uint32_t, 6> values_{};
  std::uint8_t newest_ = 0, filled_ = 0;
};

class TrackMedia {
 public:
  TrackMedia(MediaType type, std::uint8_t track_id);

  /// A coded frame. `time`: milliseconds since the stream's beginning, unwrapped; `delay`: capture time less
  /// `time`, microseconds. Returns what key frames show; of audio nothing.
  KeyFrames::Outcome add(const MediaRecord& frame, std::int64_t time, std::int64_t delay);
  /// A coded frame whose time is not the sender's.
  void add_without_time(const MediaRecord& frame);
  /// Ends the second. `judged`: it is behind the burst, so that delays count.
  void next(bool judged);
  /// Ends the last second, which may be a part of one.
  void finish() { frames_.next(); }
  /// Frames are missing: distances across here mean nothing.
  void cut_run();
  /// Another timeline: nothing of before fits what follows.
  void cut();
  /// The burst is over: delays of before do not count.
  void cut_arrival();
  /// The configuration may have changed.
  void take_configuration(const TrackHistory& track);

  [[nodiscard]] TrackSample sample() const;
  [[nodiscard]] TrackFigures figures() const;

  [[nodiscard]] MediaType type() const { return type_; }
  [[nodiscard]] std::uint8_t track_id() const { return track_id_; }
  [[nodiscard]] const BitRate& bit_rate() const { return bits_; }
  [[nodiscard]] const FrameRate& frame_rate() const { return frames_; }
  [[nodiscard]] const Arrival& arrival() const { return arrival_; }
  [[nodiscard]] const KeyFrames* key_frames() const { return keys_.get(); }
  [[nodiscard]] std::optional<DriftFigures> drift() const { return drift_.figures(); }
  [[nodiscard]] std::optional<FrameClockFigures> clock() const { return clock_.figures(); }
  [[nodiscard]] const FrameLength& frame_length() const { return length_; }
  [[nodiscard]] std::optional<std::uint32_t> usual_frame_rate() const { return usual_frame_rate_.median(); }
  [[nodiscard]] std::optional<std::uint32_t> usual_bit_rate() const { return usual_bit_rate_.median(); }
  /// The greatest distance of key frames that ended in the last second, milliseconds; 0: none ended.
  [[nodiscard]] std::uint32_t key_distance_of_second() const { return key_distance_of_second_; }

 private:
  MediaType type_;
  std::uint8_t track_id_;
  std::uint8_t codec_ = 0;
  bool running_ = false;  ///< the frame before belongs to the same run
  bool estimated_ = false;
  bool holes_ = false;
  std::uint8_t seconds_to_minute_ = 0;
  std::uint16_t keys_in_second_ = 0, keys_of_second_ = 0;
  std::uint32_t longest_key_in_second_ = 0, key_distance_of_second_ = 0;
  std::int64_t last_time_ = 0;
  std::uint64_t media_time_ = 0;  ///< milliseconds between frames
  BitRate bits_;
  FrameRate frames_;
  Arrival arrival_;
  ClockDrift drift_;
  FrameClock clock_;
  FrameLength said_, length_;
  std::unique_ptr<KeyFrames> keys_;  ///< of video
  QuantileSketch frame_rates_, jitters_;
  LastMinute usual_frame_rate_, usual_bit_rate_;
};

}  // namespace rtmpscope::analysis
