// The clock by which connections grow old: that of the packets, without its jumps.
#pragma once

#include <optional>

#include "net/limits.hpp"

namespace rtmpscope::net {

/// A moment between two packets at which timeouts are decided.
struct Tick {
  PacketRef packet;     ///< the packet behind it
  Timestamp clock = 0;  ///< capture time since the first packet, jumps left out
};

/// Says where ticks are: where a packet is the first of a full second or later. They never go back, whatever
/// times packets have.
///
/// One packet with a wrong time changes nothing. Where ClockLimits::packets in a row agree on another time,
/// it is the clock that has jumped: it goes on from there, and nothing grows older by the jump.
class CaptureClock {
 public:
  /// Capture time between two ticks.
  static constexpr Timestamp tick_interval = second;

  /// To be called with the time of each packet: whether `on_other_second` has to be.
  [[nodiscard]] bool leaves_second(Timestamp time) {
    if (static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(earliest_) >= span_) return true;
    if (time > latest_) latest_ = time;
    return false;
  }
  /// Answers the tick before the packet, if there is one.
  [[nodiscard]] std::optional<Tick> on_other_second(PacketRef packet);

  /// The latest time since the clock has jumped; 0 before the first packet.
  [[nodiscard]] Timestamp latest() const { return latest_; }
  [[nodiscard]] std::uint64_t jumps() const { return jumps_; }

 private:
  void set(Timestamp time);

  Timestamp earliest_ = 0;  ///< times from here on …
  std::uint64_t span_ = 0;  ///< … for so long are those of the current second
  Timestamp latest_ = 0;
  Timestamp last_tick_ = 0;  ///< or where the clock has jumped to since
  Timestamp clock_ = 0;
  Timestamp other_ = 0;  ///< time of the last packet that did not fit
  std::uint32_t others_ = 0;
  std::uint64_t jumps_ = 0;
  bool started_ = false;
};

}  // namespace rtmpscope::net
