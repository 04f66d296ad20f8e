// One TCP connection: handshake, both streams, end.
#pragma once

#include <vector>

#include "net/stream_reassembler.hpp"
#include "net/tcp_meter.hpp"
#include "net/tcp_segment.hpp"

namespace rtmpscope::net {

struct FlowCounters {
  std::uint64_t segments = 0;
  std::uint64_t stray_segments = 0;             ///< of no known flow, and not able to begin one
  std::uint64_t tombstone_segments = 0;         ///< late, of a flow that has ended
  std::uint64_t late_segments = 0;              ///< of these, with bytes that a handler would have wanted
  std::uint64_t late_bytes = 0;                 ///< of the late segments, on the wire
  std::uint64_t invalid_segments = 0;           ///< with flags that contradict each other
  std::uint64_t resets_ignored = 0;             ///< FlowLimits::reset_distance
  std::uint64_t flows = 0;                      ///< connections seen
  std::uint64_t flows_opened = 0;               ///< of these, with payload: the observer was called
  std::array<std::uint64_t, 6> flows_closed{};  ///< of the opened ones, by EndCause
  std::uint64_t half_open_dropped = 0;          ///< flows without payload, timed out or pushed out by others
  std::uint64_t half_open_pushed_out = 0;       ///< of these, because of FlowLimits::flows
};

class TcpConnection {
 public:
  /// What the connection needs from its table.
  struct Environment {
    const FlowLimits& limits;
    FlowObserver& observer;
    HeldMemory& held;
    FlowCounters& counters;
  };
  /// Where the connection stands, as far as timeouts are concerned.
  enum class Phase : std::uint8_t {
    half_open,  ///< no payload yet
    open,
    closing,  ///< both FINs were seen, but bytes before one of them or its acknowledgement are missing
    closed,   ///< a tombstone
  };

  /// Whether a segment of an unknown connection begins one: a SYN, or payload. Others have nothing to
  /// deliver.
  [[nodiscard]] static bool can_begin(const TcpSegment& segment) {
    if (segment.has(tcp_flag::rst | tcp_flag::quoted)) return false;
    return segment.has(tcp_flag::syn) ? !segment.has(tcp_flag::fin) : segment.wire_length > 0;
  }
  /// Takes the roles and the key from the first segment, which is to be given to `on_segment` next.
  void begin(const TcpSegment& first, HeldMemory& held);
  /// The same between the same endpoints, in place of the connection that was: ends that, and counts.
  void begin_another(const TcpSegment& first, const Environment& environment);

  /// Whether `segment` is the SYN of another connection between the same endpoints.
  [[nodiscard]] bool begins_another(const TcpSegment& segment, const FlowLimits& limits) const;

  void on_segment(const TcpSegment& segment, const Environment& environment) {
    // Acknowledgements without payload are half of all segments.
    const Direction direction = direction_of(segment);
    StreamReassembler& receiver = stream(opposite(direction));
    if (phase_ == Phase::open && segment.wire_length == 0 &&
        (segment.flags & ~tcp_flag::psh) == tcp_flag::ack && stream(direction).flowing() &&
        receiver.flowing()) {
      if (meter_ != nullptr) return on_measured_acknowledgement(segment, direction, environment);
      totals_[index_of(direction)].note_packet(segment.packet.time);
      totals_[index_of(direction)].hop_limit = segment.hop_limit;
      receiver.on_acknowledgement(segment.acknowledgement, environment.limits);
      return;
    }
    on_other_segment(segment, environment);
  }

  /// Ends the connection: delivers what is held and calls the handler. Has no effect on a closed one.
  void close(EndCause cause, PacketRef packet, const Environment& environment);

  [[nodiscard]] const FlowKey& key() const { return key_; }
  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] const PacketRef& first_packet() const { return first_packet_; }
  [[nodiscard]] const FlowTotals& totals() const { return totals_; }
  /// Null before the first payload, or if the flow is of no interest.
  [[nodiscard]] const FlowHandler* handler() const { return handler_.get(); }
  /// Loads what `on_segment` will need beyond this object, at each of three steps what the one before leads
  /// to.
  void prefetch(const TcpSegment& segment, unsigned step) const {
    const std::optional<Direction> direction = delivers(segment);
    if (!direction) return;
    streams_[index_of(*direction)].prefetch(step);
    if (handler_ != nullptr) handler_->prefetch(*direction, step);
  }
  /// The direction of which the handler is likely to get bytes: the segment's own, or the other one, where
  /// what is held waits for its acknowledgement.
  [[nodiscard]] std::optional<Direction> delivers(const TcpSegment& segment) const {
    const Direction direction = direction_of(segment);
    if (segment.wire_length > 0) return direction;
    return streams_[index_of(opposite(direction))].holding() ? std::optional(opposite(direction))
                                                             : std::nullopt;
  }
  [[nodiscard]] Direction direction_of(const TcpSegment& segment) const {
    return segment.from_low == client_is_low_ ? Direction::to_server : Direction::to_client;
  }

 private:
  void count_late(const TcpSegment& segment, FlowCounters& counters) const;
  [[nodiscard]] StreamReassembler& stream(Direction direction) { return streams_[index_of(direction)]; }
  [[nodiscard]] Delivery delivery(Direction direction, PacketRef packet, const Environment& environment) {
    return {interested_ ? handler_.get() : nullptr,
            direction,
            packet,
            totals_[0].packets + totals_[1].packets,
            environment.limits,
            environment.held,
            totals_[index_of(direction)],
            Timestamp{round_trip_us_} * microsecond,
            meter_ == nullptr ? nullptr : &meter_->losses(direction)};
  }
  /// After a delivery: the handler may have lost interest.
  void note_interest(const Delivery& after, const Environment& environment);
  void on_measured_acknowledgement(const TcpSegment& segment, Direction direction,
                                   const Environment& environment);
  void on_other_segment(const TcpSegment& segment, const Environment& environment);
  void begin_measuring();
  void measure_head(const TcpSegment& segment, Direction direction);
  void measure_payload(const TcpSegment& segment, Direction direction, std::uint32_t sequence);
  void tell_samples(PacketRef packet);
  void tell(const TcpMeter::Parts& parts, PacketRef packet);
  void on_icmp(const TcpSegment& segment, const FlowLimits& limits);
  void tell_icmp();
  void tell_unopened(EndCause cause, PacketRef packet, const Environment& environment);
  [[nodiscard]] FlowInfo info() const;
  bool on_syn(const TcpSegment& segment, Direction direction, const FlowLimits& limits);
  void on_reset(const TcpSegment& segment, Direction direction, const Environment& environment);
  void open(const TcpSegment& segment, const Environment& environment);
  void check_end(PacketRef packet, const Environment& environment);
  SideEnd& end_of(Direction direction);
  void note_fin(const TcpSegment& segment, Direction direction);
  [[nodiscard]] bool answers_syn(const TcpSegment& segment, Direction direction) const;
  void note_reset(const TcpSegment& segment, Direction direction, bool in_window);
  void fill_ends(SideEnds& ends) const;
  void note_round_trip(const TcpSegment& segment);
  [[nodiscard]] bool has_same_start(const TcpSegment& segment) const;
  [[nodiscard]] bool is_first_again(const TcpSegment& segment, const FlowLimits& limits) const;
  enum class SynAgain : std::uint8_t { same_connection, another, unclear };
  [[nodiscard]] SynAgain judge_syn_again(const TcpSegment& segment, const FlowLimits& limits) const;
  void note_syn_again(const TcpSegment& segment, Direction direction, const FlowLimits& limits);
  [[nodiscard]] Timestamp last_time() const { return std::max(totals_[0].last_time, totals_[1].last_time); }

  FlowKey key_;
  std::unique_ptr<FlowHandler> handler_;
  bool client_is_low_ = false;
  bool interested_ = false;  ///< the handler wants data; of a closed connection: did so to the end
  bool syn_seen_ : 1 = false;
  bool repeated_ : 1 = false;      ///< FlowInfo::repeated
  bool syn_again_ : 1 = false;     ///< on_syn_again was called
  bool syn_repeated_ : 1 = false;  ///< before payload: times of the opening say nothing of round trips
  Phase phase_ = Phase::half_open;
  std::uint32_t round_trip_us_ = 0;   ///< from the SYN to the answer to its answer; 0: not known
  std::uint32_t server_half_us_ = 0;  ///< of these, from the SYN to its answer; 0: not known
  SideSyns syns_;                     ///< with FlowLimits::measure
  std::array<StreamReassembler, 2> streams_;
  FlowTotals totals_;
  PacketRef first_packet_;
  std::unique_ptr<TcpMeter> meter_;  ///< null: nothing is measured
  /// ICMP errors that wait for somebody who takes them, and how many there were.
  struct Icmp {
    std::vector<DirectedIcmp> waiting;
    std::array<std::uint32_t, 2> count{};  ///< by direction of the quoted packet
  };
  std::unique_ptr<Icmp> icmp_;      ///< null: there were none
  std::unique_ptr<SideEnds> ends_;  ///< null: neither side has sent a FIN or a reset
};

}  // namespace rtmpscope::net
