// How large a player's buffer must be so that it never runs dry.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "analysis/media/quantile_sketch.hpp"

namespace rtmpscope::analysis {

/// A player that joins at a key frame with delay d and waits for its buffer b shows each message on time
/// whose delay is at most d + b. So it needs the greatest delay of all messages from there on, less d. The
/// greatest need of all key frames is exact; the median is that of at most 32 key frames, evenly spaced.
class BufferNeed {
 public:
  /// A message of any track. `delay`: microseconds, on one axis for all tracks.
  void add(std::int64_t delay) {
    if (!begun_) return;
    greatest_ = delay - least_join_ > greatest_ ? delay - least_join_ : greatest_;
    for (std::size_t i = used_; i > 0 && joins_[i - 1].greatest < delay; --i) joins_[i - 1].greatest = delay;
  }
  /// The same message, if players can join at it; after add().
  void join(std::int64_t delay);
  /// Players of before see nothing of what follows.
  void cut();

  /// Milliseconds. Nothing if nobody could join.
  [[nodiscard]] std::optional<std::uint32_t> greatest() const;
  [[nodiscard]] std::optional<std::uint32_t> median() const;

 private:
  struct Join {
    std::int64_t delay = 0, greatest = 0;
  };

  std::array<Join, 32> joins_{};
  QuantileSketch over_;  ///< milliseconds, of those before the last cut
  std::int64_t least_join_ = 0, greatest_ = 0;
  std::uint32_t every_ = 1;  ///< key frames a join that is kept
  std::uint32_t skipped_ = 0;
  std::uint8_t used_ = 0;
  bool begun_ = false, any_ = false;
};

/// What a player of some buffer has lived through.
struct PlayerFigures {
  std::uint32_t buffer = 0;  ///< milliseconds
  std::uint32_t stalls = 0;
  std::uint64_t stalled = 0;  ///< milliseconds
};

/// Players with buffers of 0.5, 1, 2, 5 and 10 s. Each joins at the first key frame, waits until its buffer
/// is full, and plays on; a frame that comes after its time is a stall, and the player waits until the buffer
/// is full again.
class Players {
 public:
  /// A message. Microseconds; `available`: media time up to which all tracks have come.
  void add(std::int64_t time, std::int64_t media_time, std::int64_t available) {
    if (!joined_ || (waiting_ == 0 && time - media_time <= least_offset_)) return;
    advance(time, media_time, available);
  }
  void join(std::int64_t media_time);
  [[nodiscard]] bool joined() const { return joined_; }
  void cut();
  /// `time`: of the last message, up to which a stall that goes on counts.
  [[nodiscard]] std::array<PlayerFigures, 5> figures(std::int64_t time) const;

 private:
  struct Player {
    std::int64_t offset = 0;    ///< of capture time to the media time that is shown
    std::int64_t position = 0;  ///< media time where it waits
    std::int64_t since = 0;     ///< of the stall
    std::uint64_t stalled = 0;  ///< microseconds
    std::uint32_t stalls = 0;
    bool waiting = true, stalling = false;
  };

  void advance(std::int64_t time, std::int64_t media_time, std::int64_t available);

  std::array<Player, 5> players_{};
  std::int64_t least_offset_ = 0;  ///< of those that play
  std::uint8_t waiting_ = 0;
  bool joined_ = false;
};

}  // namespace rtmpscope::analysis
