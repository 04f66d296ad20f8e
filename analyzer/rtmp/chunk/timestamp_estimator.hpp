// How the timestamps of one direction's audio and video go on, so that they can be estimated behind a loss.
//
// A sender that sends media as it comes up keeps timestamps and the capture's clock together but for jitter.
// One that sends a file as fast as it can, or first what a player has missed, does not: there timestamps go
// on with the bytes. Which one it is shows in what was sent last.
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
      // What was estimated by this clock shall not lead it away.
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

  /// A message begins that no clock drives: commands and their like, before audio and video begin.
  void add_control(Timestamp time) { start_ = milliseconds(time); }

  /// The last message of a chunk stream that came before a loss, and the first one behind it.
  struct Loss {
    std::uint32_t timestamp = 0;  ///< of the last message
    std::uint64_t offset = 0;     ///< of its first byte
    std::uint32_t step = 0;  ///< by which the header behind the loss goes on: the usual distance of messages
    std::uint64_t offset_behind = 0;
    Timestamp time_behind = 0;
  };
  /// What the lost messages of the chunk stream have added to the timestamp, as far as can be told: a number
  /// of steps.
  [[nodiscard]] std::uint32_t lost_time(StreamClock& clock, const Loss& loss) const;

  /// By how much a timestamp that follows an estimated one is later than can be: media is not sent before it
  /// is there. So it comes if sending stopped at the loss. A number of steps, of those that were added;
  /// mostly 0.
  [[nodiscard]] std::uint32_t excess_estimate(StreamClock& clock, std::uint32_t timestamp, std::uint32_t step,
                                              Timestamp time) const;

  /// The direction has had an absolute timestamp. Its chunk streams share a clock.
  [[nodiscard]] bool anchored() const { return anchored_; }
  /// For a chunk stream of which no absolute timestamp is known: makes it go with the others.
  [[nodiscard]] std::uint32_t anchor(StreamClock& clock, Timestamp time) const {
    clock.lead = lead_;
    clock.added = longest_estimate;
    clock.known = clock.anchored = true;
    return milliseconds(time) + lead_;
  }
  /// The same where no such timestamp is known at all: most senders begin at 0 when the commands are done.
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
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(time) / 1'000'000);
  }

  Mark older_;
  Mark newer_;
  std::uint32_t lead_ = 0;   ///< of the chunk stream with an anchor that was seen last
  std::uint32_t start_ = 0;  ///< capture time of the last message without a clock
  bool anchored_ = false;
};

}  // namespace rtmpscope::rtmp
