// Estimates timestamps of one direction's audio and video behind a loss.
//
// If a sender sends media as it is produced, timestamps follow the capture's clock, except for jitter. If it
// sends a file as fast as it can, or first what a player has missed, they do not: there timestamps grow with
// the bytes. What was sent last shows which one it is.
#pragma once

#include "base/bytes.hpp"

namespace rtmpscope::rtmp {

/// Times are milliseconds modulo 2^32, as timestamps are.
class TimestampEstimator {
 public:
  /// Of one chunk stream.
  struct StreamClock {
    std::uint32_t seen = 0;   ///< capture time of the last message
    std::uint32_t lead = 0;   ///< usual distance from capture time to timestamp
    std::uint32_t added = 0;  ///< milliseconds of the timestamp that are estimated
    bool known = false;       ///< there was a message
    bool anchored = false;    ///< `lead` goes back to an absolute timestamp
  };

  /// A message of audio or video begins. `offset` is that of its first byte in the stream, `time` that of its
  /// packet.
  void add_media(StreamClock& clock, std::uint32_t timestamp, bool exact, std::uint64_t offset,
                 Timestamp time) {
    const std::uint32_t now = milliseconds(time);
    const std::uint32_t lead = timestamp - now;
    if (!clock.known || lead - clock.lead + farthest >= 2 * farthest) [[unlikely]] {
      // The first one, or the sender has set its clock: configuration may come at time 0, whatever follows.
      clock.lead = lead;
      clock.known = true;
    } else {
      // Estimates come from this clock, so they must hardly move it.
      const std::int32_t weight = exact ? exact_weight : estimate_weight;
      clock.lead += static_cast<std::uint32_t>(static_cast<std::int32_t>(lead - clock.lead) / weight);
    }
    clock.seen = now;
    clock.anchored = clock.anchored || exact;
    if (clock.anchored) {
      lead_ = clock.lead;
      anchored_ = true;
    }
    const std::uint32_t progress = timestamp - newer_.timestamp + span;
    if (progress >= 2 * span) [[unlikely]] {
      older_ = progress < span + farthest ? newer_ : Mark{};
      newer_ = {timestamp, now, offset, true};
    }
  }

  /// A message begins that follows no clock: commands and the like, before audio and video begin.
  void add_control(Timestamp time) { start_ = milliseconds(time); }

  /// The last message of a chunk stream that came before a loss, and the first one behind it.
  struct Loss {
    std::uint32_t timestamp = 0;  ///< of the last message
    std::uint64_t offset = 0;     ///< of its first byte
    std::uint32_t step = 0;       ///< delta of the header behind the loss: the usual distance of messages
    std::uint64_t offset_behind = 0;
    Timestamp time_behind = 0;
  };
  /// Estimates what the lost messages of the chunk stream have added to the timestamp. A multiple of the
  /// step.
  [[nodiscard]] std::uint32_t lost_time(StreamClock& clock, const Loss& loss) const;

  /// By how much a timestamp that follows an estimated one is too late: media is not sent before it is
  /// produced. That happens if sending stopped at the loss. A multiple of the step, at most what was added;
  /// mostly 0.
  [[nodiscard]] std::uint32_t excess_estimate(StreamClock& clock, std::uint32_t timestamp, std::uint32_t step,
                                              Timestamp time) const;

  /// The direction has had an absolute timestamp. Its chunk streams share a clock.
  [[nodiscard]] bool anchored() const { return anchored_; }
  /// For a chunk stream without a known absolute timestamp: it follows the clock of the others.
  [[nodiscard]] std::uint32_t anchor(StreamClock& clock, Timestamp time) const {
    clock.lead = lead_;
    clock.added = longest_estimate;
    clock.known = clock.anchored = true;
    return milliseconds(time) + lead_;
  }
  /// The same if the direction has no absolute timestamp: most senders begin at 0 when the commands are done.
  [[nodiscard]] std::uint32_t since_start(Timestamp time) const {
    return start_ == 0 ? 0 : milliseconds(time) - start_;
  }

 private:
  struct Mark {
    std::uint32_t timestamp = 0x80000000;  ///< far from where streams begin
    std::uint32_t seen = 0;
    std::uint64_t offset = 0;
    bool set = false;
  };

  static constexpr std::int32_t exact_weight = 8;
  static constexpr std::int32_t estimate_weight = 64;
  static constexpr std::uint32_t longest_estimate = 3'600'000;
  static constexpr std::uint32_t span = 1000;  ///< between two marks
  static constexpr std::uint32_t farthest =
      2000;  ///< by which a lead changes without the sender setting its clock

  /// What was sent since an earlier mark.
  struct Pace {
    std::int64_t media = 0;    ///< milliseconds
    std::int64_t capture = 0;  ///< milliseconds
    const Mark* since = nullptr;

    [[nodiscard]] bool is_significant() const;
    [[nodiscard]] bool follows_clock() const;
  };
  [[nodiscard]] Pace pace(const StreamClock& clock, std::uint32_t timestamp) const;

  [[nodiscard]] static std::uint32_t milliseconds(Timestamp time) {
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(time) / nanoseconds_per_millisecond);
  }

  Mark older_;
  Mark newer_;
  std::uint32_t lead_ = 0;   ///< of the chunk stream with an anchor that was seen last
  std::uint32_t start_ = 0;  ///< capture time of the last message without a clock
  bool anchored_ = false;
};

}  // namespace rtmpscope::rtmp
