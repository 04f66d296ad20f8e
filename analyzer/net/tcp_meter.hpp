// How a connection's TCP goes: round trips, windows, losses, and what keeps each sender from sending more.
#pragma once

#include <limits>

#include "base/tcp_facts.hpp"
#include "net/flow_handler.hpp"
#include "net/tcp_segment.hpp"

namespace rtmpscope::net {

/// Measures both directions of one connection from its first payload on. Everything is in memory of fixed
/// size, and in integers.
///
/// The capture point cuts a round trip in two. What is measured of a direction is the half on its receiver's
/// side: from one of its packets here to the receiver's answer here. The answer to data is the first
/// acknowledgement of their last byte (Karn: not of bytes that were repeated, unless the timestamps of RFC
/// 7323 tell which copy it answers). Where a direction carries acknowledgements only, the answer is the first
/// packet that echoes their timestamp, as long as its sender was just sending: then the half is known to a
/// millisecond or an eighth. The opening of the connection gives the first value of each half.
///
/// The limit of a sender is one of SenderLimit at any time, decided in this order:
///   unknown      its receiver was never captured; or an acknowledgement is overdue by a quarter of a second,
///   and
///                nothing has been sent again: the capture may lack it;
///   receiver     the window is closed, or less than two segments of it are left;
///   network      a hole is open for longer than a quarter of a round trip; from three duplicate
///                acknowledgements, or a repeated or late segment, until all that was sent by then is
///                acknowledged; round trips are more than twice the least, and 50 ms more, while bytes are
///                on their way;
///   application  the last segment was short or pushed: there was nothing more to send;
///   otherwise the sender had more to send. For a quarter of a round trip it is within a burst of the
///   application; then it is `sender` if its last flights have one size, else `unknown`. Where segments are
///   larger than the path takes (offloaded), or their sizes cannot be judged, it is `unknown` at once.
/// Seconds in which more than 1 % of the bytes were not captured are `unknown` as a whole.
///
/// Seconds are counted from the connection's first packet. Time that goes back stands still.
///
/// Order of calls for each packet: `cut` and `take` if it leaves the second, then `on_packet`, then the
/// others that apply; `finish` at the end.
class TcpMeter {
 public:
  /// What is known when the first payload comes.
  struct Opening {
    Timestamp first_packet = 0;
    SideSyns syns{};  ///< one a sender
    /// Nanoseconds from the SYN to its answer, and from there to the client's; 0: not known.
    std::array<Timestamp, 2> half_round_trips{};
    /// By direction of the data: what their receiver has acknowledged, if anything of it was captured.
    struct Acknowledged {
      std::uint64_t offset = 0;
      std::uint32_t sequence = 0;
    };
    std::array<std::optional<Acknowledged>, 2> acknowledged{};
  };
  TcpMeter(const Opening& opening, const FlowTotals& totals, Timestamp now);

  [[nodiscard]] bool leaves_second(Timestamp time) const { return time >= second_end_; }

  /// A packet that is no reset, of the sender of `direction`; before its other parts.
  void on_packet(Direction direction, const TcpSegment& segment);
  /// The receiver of `direction` has acknowledged `offset` so far; `segment` is its packet.
  void on_acknowledgement(Direction direction, std::uint64_t offset, const TcpSegment& segment);
  /// New bytes of `direction`; they end at offset `end`.
  void on_data(Direction direction, std::uint64_t end, const TcpSegment& segment);
  /// To be called after payload that did not come in order and once, when losses() has it.
  void on_other_data(Direction direction, const TcpSegment& segment);
  /// Where such payload is counted.
  [[nodiscard]] SegmentLosses& losses(Direction direction) { return sides_[index_of(direction)].losses; }
  /// Whether a segment whose bytes all came before was captured twice, and not sent twice.
  [[nodiscard]] bool is_copy(Direction direction, const TcpSegment& segment) const;

  /// What is over at `time`: the second, and silent ones behind it. `totals` are those before the packet.
  struct Parts {
    std::array<std::optional<TcpSample>, 2> second;
    std::array<std::optional<TcpSample>, 2> silence;
  };
  [[nodiscard]] Parts cut(Timestamp time, const FlowTotals& totals);
  /// Instead of `cut`: what is over goes to the next sample, which is about more than one second.
  void put_off(Timestamp time);
  /// The last, shorter second. `time` is that of the connection's last packet.
  [[nodiscard]] Parts finish(Timestamp time, const FlowTotals& totals);
  /// After `finish`.
  [[nodiscard]] TcpTotals totals(Direction direction) const;

 private:
  /// The half round trip that is being measured.
  struct Probe {
    enum class Kind : std::uint8_t { none, data, clock };
    Timestamp time = 0;
    std::uint64_t end = 0;    ///< data: offset behind them
    std::uint32_t clock = 0;  ///< TSval, if the sender has one
    Kind kind = Kind::none;
    bool repeated = false;  ///< data were sent again since
  };
  /// One direction: what its sender sends and its receiver answers.
  struct Side {
    // long-lived
    std::uint64_t sent = 0;          ///< offset behind the furthest byte
    std::uint64_t acknowledged = 0;  ///< by the receiver
    std::uint64_t edge = no_edge;    ///< offset up to which the receiver's window goes
    Timestamp last_packet = 0;       ///< of the sender
    Timestamp last_data = 0;
    Timestamp limit_since = 0;
    Timestamp limit_until = never;  ///< when `limit` becomes `limit_after`
    Timestamp zero_since = 0;       ///< while the window is closed: not yet added up
    Timestamp zero_begin = 0;       ///< when it was closed
    Timestamp longest_zero = 0;
    Timestamp first_repeat = 0;
    Timestamp last_repeat = 0;
    Timestamp last_clock_probe = 0;
    std::uint64_t hole_end = 0;  ///< bytes before that were missing when those behind it came
    Timestamp hole_since = 0;
    std::uint64_t recovery_end = 0;  ///< recovery is over when that is acknowledged
    std::uint64_t flight_begin = 0;
    std::uint64_t flight_size = 0;  ///< of the last one that was over
    Probe probe;
    std::uint32_t acknowledgement = 0;  ///< as sent
    std::uint32_t newest_clock = 0;     ///< TSval
    std::uint32_t half_us = 0;          ///< latest half of the round trip; 0: not known
    std::uint32_t least_half_us = 0;
    std::uint32_t largest = 0;  ///< payload of the largest segment
    std::uint32_t losses_seen = 0;
    std::uint32_t repeats = 0;  ///< since the receiver's last packet
    std::uint32_t mss = 0;      ///< that the receiver takes; 0: not known
    std::uint16_t window = 0;   ///< as sent
    std::uint8_t scale = SynOptions::no_scale;
    std::uint8_t equal_flights = 0;
    std::uint8_t duplicates_running = 0;  ///< acknowledgements since one that went on
    SenderLimit limit = SenderLimit::unknown;
    SenderLimit limit_after = SenderLimit::unknown;
    bool receiver_seen = false;
    bool closed_window = false;
    bool recovering = false;
    bool inflated = false;    ///< round trips are long
    bool had_room = true;     ///< the last segment was short or pushed
    bool offloaded = false;   ///< segments are larger than the path takes
    bool has_clock = false;   ///< its sender sends timestamps
    bool was_active = false;  ///< had a packet
    // of the current second
    std::uint64_t packets_before = 0;
    std::uint64_t bytes_before = 0;
    std::uint32_t data_segments = 0;
    std::uint64_t in_flight_max = 0;
    std::uint16_t window_min = 0;
    std::uint16_t window_max = 0;
    bool window_seen = false;
    std::uint32_t zero_windows = 0;
    std::uint32_t duplicates = 0;
    Timestamp zero_time = 0;  ///< a rest below a millisecond is carried over
    std::array<Timestamp, sender_limits> limit_time{};
    SegmentLosses losses;
    SpacedValues round_trip;
    // of the connection, but for the current second
    TcpTotals totals;
  };
  static constexpr std::uint64_t no_edge = ~std::uint64_t{0};
  static constexpr Timestamp never = std::numeric_limits<Timestamp>::max();

  [[nodiscard]] Side& side(Direction direction) { return sides_[index_of(direction)]; }
  void note_time(Timestamp time) { now_ = std::max(now_, time); }
  void take_answer(Side& side, std::uint64_t was_in_flight, const TcpSegment& segment);
  void take_echo(Side& side, const Side& answering, const TcpSegment& segment);
  void add_round_trip(Side& side, Timestamp half, bool tells_of_queues);
  void change_window(Side& side, std::uint16_t window);
  void end_flight(Side& side) const;
  void note_segment_size(Side& side, std::uint32_t length) const;
  void begin_recovery(Side& side) const;
  void judge(Side& side) const;
  void set_limit(Side& side, SenderLimit limit, Timestamp until, SenderLimit after) const;
  static void pass(Side& side, Timestamp to);
  [[nodiscard]] TcpSample take(Side& side, Timestamp end, const FlowDirectionTotals& totals) const;
  [[nodiscard]] std::uint32_t second_of(Timestamp time) const;
  /// Bytes sent that the receiver has not acknowledged.
  [[nodiscard]] static std::uint64_t in_flight(const Side& side) {
    return side.receiver_seen && side.sent > side.acknowledged ? side.sent - side.acknowledged : 0;
  }
  [[nodiscard]] std::optional<std::uint64_t> scaled(const Side& side, std::uint16_t window) const;

  std::array<Side, 2> sides_;
  Timestamp now_;
  Timestamp first_packet_;
  Timestamp second_end_;
  Timestamp patience_;     ///< how long an acknowledgement may take
  Timestamp burst_pause_;  ///< a quarter of a round trip
  std::uint32_t second_ = 0;
};

}  // namespace rtmpscope::net
