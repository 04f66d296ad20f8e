#include "net/tcp_connection.hpp"

#include <algorithm>
#include <cstdlib>

namespace rtmpscope::net {
namespace {

bool is_well_known(std::uint16_t port) {
  constexpr std::array<std::uint16_t, 4> ports{80, 443, 1935, 8080};
  return std::find(ports.begin(), ports.end(), port) != ports.end();
}

/// Which side of a connection without a captured SYN is the client.
bool guess_client_is_low(const TcpSegment& segment) {
  const FlowKey& key = segment.key;
  const bool low_known = is_well_known(key.low_port);
  const bool high_known = is_well_known(key.high_port);
  if (low_known != high_known) return high_known;
  if (key.low_port != key.high_port) return key.low_port > key.high_port;
  return segment.from_low;
}

}  // namespace

void TcpConnection::begin(const TcpSegment& first, HeldMemory& held) {
  key_ = first.key;
  handler_.reset();
  syn_seen_ = first.has(tcp_flag::syn);
  if (syn_seen_) {
    client_is_low_ = first.has(tcp_flag::ack) ? !first.from_low : first.from_low;
  } else {
    client_is_low_ = guess_client_is_low(first);
  }
  interested_ = false;
  repeated_ = false;
  syn_again_ = false;
  syn_repeated_ = false;
  phase_ = Phase::half_open;
  for (StreamReassembler& stream : streams_) stream.reset(held);
  totals_ = {};
  ends_.reset();
  meter_.reset();
  icmp_.reset();
  syns_ = {};
  first_packet_ = first.packet;
  round_trip_us_ = 0;
  server_half_us_ = 0;
}

void TcpConnection::begin_another(const TcpSegment& first, const Environment& environment) {
  const bool repeated = has_same_start(first);
  close(EndCause::port_reuse, first.packet, environment);
  begin(first, environment.held);
  repeated_ = repeated;
  ++environment.counters.flows;
}

/// Whether a first segment is that of this connection, by its sequence number.
bool TcpConnection::has_same_start(const TcpSegment& segment) const {
  const StreamReassembler& sender = streams_[index_of(direction_of(segment))];
  const bool syn = segment.has(tcp_flag::syn);
  return sender.started() && sender.started_by_syn() == syn &&
         sender.start_sequence() == segment.sequence + (syn ? 1 : 0);
}

/// Whether the first segment of a connection without a SYN comes again with its own time, behind later ones:
/// a second copy of a capture that begins in mid-stream.
bool TcpConnection::is_first_again(const TcpSegment& segment, const FlowLimits& limits) const {
  return segment.packet.time == first_packet_.time && segment.wire_length > 0 && !syn_seen_ &&
         phase_ != Phase::half_open && last_time() - first_packet_.time >= limits.syn_again &&
         has_same_start(segment);
}

bool TcpConnection::begins_another(const TcpSegment& segment, const FlowLimits& limits) const {
  if (!segment.has(tcp_flag::syn) || segment.has(tcp_flag::rst) || segment.has(tcp_flag::fin)) return false;
  const Direction direction = direction_of(segment);
  const StreamReassembler& sender = streams_[index_of(direction)];
  const StreamReassembler& receiver = streams_[index_of(opposite(direction))];
  const std::uint32_t start = segment.sequence + 1;
  if (!segment.has(tcp_flag::ack)) {
    if (sender.started()) {
      return sender.start_sequence() != start || judge_syn_again(segment, limits) == SynAgain::another;
    }
    // Both sides may send a SYN at the same time (RFC 9293, section 3.5), but not after payload.
    return !receiver.started_by_syn() || !receiver.untouched();
  }
  if (sender.started() && sender.start_sequence() != start) {
    // A server that keeps no state (SYN cookies) may answer a repeated SYN with another number.
    const bool nothing_sent = sender.started_by_syn() && sender.untouched();
    const bool answers = receiver.started() && receiver.start_sequence() == segment.acknowledgement;
    return !(nothing_sent && answers && phase_ != Phase::closed);
  }
  if (!receiver.started()) return false;
  const std::int32_t distance = sequence_distance(segment.acknowledgement, receiver.start_sequence());
  return std::abs(static_cast<std::int64_t>(distance)) > static_cast<std::int64_t>(limits.reset_distance);
}

/// Whether a SYN with the sequence number of the connection's own belongs to it: sent again because no answer
/// came, or captured at a second place.
TcpConnection::SynAgain TcpConnection::judge_syn_again(const TcpSegment& segment,
                                                       const FlowLimits& limits) const {
  const Timestamp now = segment.packet.time;
  const Timestamp first = first_packet_.time;
  const Timestamp last = last_time();
  // A copy of a capture behind it begins with its first time again.
  if (phase_ == Phase::closed) {
    return now >= last && now - first < limits.syn_again ? SynAgain::same_connection : SynAgain::another;
  }
  // A client without an answer sends its SYN again for minutes, and clocks are set.
  if (phase_ == Phase::half_open) return SynAgain::same_connection;
  // Nobody sends it again after payload.
  const Timestamp pause = now - last;
  if (pause >= limits.syn_again || pause <= -limits.syn_again) return SynAgain::another;
  const Timestamp apart = now - first;
  const bool second_point = apart != 0 && apart < limits.syn_again && apart > -limits.syn_again;
  return second_point ? SynAgain::same_connection : SynAgain::unclear;
}

void TcpConnection::note_syn_again(const TcpSegment& segment, Direction direction, const FlowLimits& limits) {
  if (syn_again_ || handler_ == nullptr || segment.has(tcp_flag::ack) || !has_same_start(segment)) return;
  if (judge_syn_again(segment, limits) != SynAgain::unclear) return;
  syn_again_ = true;
  handler_->on_syn_again(direction, segment.packet);
}

// long: one step for each flag, in the order in which receivers take them
void TcpConnection::on_other_segment(const TcpSegment& segment, const Environment& environment) {
  if (segment.has(tcp_flag::quoted)) [[unlikely]]
    return on_icmp(segment, environment.limits);
  if (phase_ == Phase::closed) {
    if (is_first_again(segment, environment.limits)) {
      begin_another(segment, environment);
      return on_other_segment(segment, environment);
    }
    count_late(segment, environment.counters);
    return;
  }
  if (meter_ != nullptr && meter_->leaves_second(segment.packet.time)) tell_samples(segment.packet);
  const Direction direction = direction_of(segment);
  StreamReassembler& sender = stream(direction);
  StreamReassembler& receiver = stream(opposite(direction));
  totals_[index_of(direction)].note_packet(segment.packet.time);

  std::uint32_t sequence = segment.sequence;
  if (segment.has(tcp_flag::syn | tcp_flag::fin | tcp_flag::rst)) [[unlikely]] {
    if (segment.has(tcp_flag::syn)) {
      if (!on_syn(segment, direction, environment.limits)) {
        ++environment.counters.invalid_segments;
        return;
      }
      note_syn_again(segment, direction, environment.limits);
      ++sequence;  // the SYN has a number of its own
    }
    if (segment.has(tcp_flag::rst)) return on_reset(segment, direction, environment);
  }
  totals_[index_of(direction)].hop_limit = segment.hop_limit;
  if (segment.has(tcp_flag::ack)) {
    // The answer to a SYN-ACK shows its sequence number, in case the SYN-ACK was not captured.
    const bool answers_syn =
        sender.started_by_syn() && sender.untouched() && sequence == sender.start_sequence();
    if (answers_syn && !receiver.started()) receiver.start_at(segment.acknowledgement);
    if (phase_ == Phase::half_open) [[unlikely]]
      note_round_trip(segment);
    receiver.on_acknowledgement(segment.acknowledgement, environment.limits);
  }
  if (phase_ == Phase::half_open && segment.wire_length > 0) open(segment, environment);
  if (meter_ != nullptr) measure_head(segment, direction);
  if (segment.wire_length > 0) {
    Delivery to = delivery(direction, segment.packet, environment);
    if (sender.holding() || (sender.started() && sequence != sender.next_sequence())) [[unlikely]] {
      if (is_first_again(segment, environment.limits)) {
        --totals_[index_of(direction)].packets;
        begin_another(segment, environment);
        return on_other_segment(segment, environment);
      }
      to.sender_clock = segment.sender_clock();
      to.is_copy = meter_ != nullptr && meter_->is_copy(direction, segment);
    }
    sender.on_payload(sequence, {segment.payload, segment.payload_length}, segment.wire_length, to);
    if (meter_ != nullptr) measure_payload(segment, direction, sequence);
    if (to.handler == nullptr) note_interest(to, environment);
  }
  if (segment.has(tcp_flag::fin)) [[unlikely]] {
    Delivery to = delivery(direction, segment.packet, environment);
    if (sender.on_fin(sequence + segment.wire_length, to)) note_fin(segment, direction);
    note_interest(to, environment);
  }
  if (sender.holding()) {
    Delivery to = delivery(direction, segment.packet, environment);
    sender.check_gaps(to);
    note_interest(to, environment);
  }
  if (receiver.holding()) {
    Delivery to = delivery(opposite(direction), segment.packet, environment);
    receiver.check_gaps(to);
    note_interest(to, environment);
  }
  if (sender.fin_seen() || receiver.fin_seen()) check_end(segment.packet, environment);
}

/// After a reset the other side's segments may still be on their way.
void TcpConnection::count_late(const TcpSegment& segment, FlowCounters& counters) const {
  ++counters.tombstone_segments;
  const StreamReassembler& sender = streams_[index_of(direction_of(segment))];
  if (segment.wire_length == 0 || !interested_ || !sender.started()) return;
  const std::int32_t beyond =
      sequence_distance(segment.sequence + segment.wire_length, sender.next_sequence());
  if (beyond <= 0) return;
  ++counters.late_segments;
  counters.late_bytes += std::min(static_cast<std::uint32_t>(beyond), segment.wire_length);
}

void TcpConnection::on_measured_acknowledgement(const TcpSegment& segment, Direction direction,
                                                const Environment& environment) {
  if (meter_->leaves_second(segment.packet.time)) tell_samples(segment.packet);
  totals_[index_of(direction)].note_packet(segment.packet.time);
  totals_[index_of(direction)].hop_limit = segment.hop_limit;
  StreamReassembler& receiver = stream(opposite(direction));
  receiver.on_acknowledgement(segment.acknowledgement, environment.limits);
  meter_->on_packet(direction, segment);
  meter_->on_acknowledgement(opposite(direction), receiver.acknowledged_offset(), segment);
}

void TcpConnection::begin_measuring() {
  TcpMeter::Opening opening;
  opening.first_packet = first_packet_.time;
  opening.syns = syns_;
  if (!syn_repeated_ && server_half_us_ != 0 && round_trip_us_ > server_half_us_) {
    opening.half_round_trips = {Timestamp{server_half_us_} * microsecond,
                                Timestamp{round_trip_us_ - server_half_us_} * microsecond};
  }
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    const StreamReassembler& from = stream(direction);
    if (!from.started() || !from.has_acknowledgement()) continue;
    const std::uint64_t offset = from.acknowledged_offset();
    opening.acknowledged[index_of(direction)] = {offset,
                                                 from.start_sequence() + static_cast<std::uint32_t>(offset)};
  }
  meter_ = std::make_unique<TcpMeter>(opening, totals_, last_time());
}

/// All of a packet but its payload.
void TcpConnection::measure_head(const TcpSegment& segment, Direction direction) {
  meter_->on_packet(direction, segment);
  const StreamReassembler& receiver = stream(opposite(direction));
  // The window of a SYN is not scaled (RFC 7323, section 2.2).
  if (!segment.has(tcp_flag::ack) || segment.has(tcp_flag::syn) || !receiver.started()) return;
  meter_->on_acknowledgement(opposite(direction), receiver.acknowledged_offset(), segment);
}

/// After the stream has taken it. Interest may be lost by now.
void TcpConnection::measure_payload(const TcpSegment& segment, Direction direction, std::uint32_t sequence) {
  const StreamReassembler& sender = stream(direction);
  if (totals_[index_of(direction)].last_data.number == segment.packet.number) {
    const std::int64_t end = sender.offset_of(sequence + segment.wire_length);
    if (end > 0) meter_->on_data(direction, static_cast<std::uint64_t>(end), segment);
  }
  meter_->on_other_data(direction, segment);
}

void TcpConnection::tell_samples(PacketRef packet) {
  if (!handler_->takes_samples()) return meter_->put_off(packet.time);
  tell_icmp();
  tell(meter_->cut(packet.time, totals_), packet);
}

void TcpConnection::tell(const TcpMeter::Parts& parts, PacketRef packet) {
  for (const auto* part : {&parts.second, &parts.silence}) {
    for (const Direction direction : {Direction::to_server, Direction::to_client}) {
      std::optional<TcpSample> sample = (*part)[index_of(direction)];
      if (!sample) continue;
      sample->waiting = stream(direction).waiting_bytes();
      handler_->on_sample(direction, *sample, packet);
    }
  }
}

bool TcpConnection::on_syn(const TcpSegment& segment, Direction direction, const FlowLimits& limits) {
  if (segment.has(tcp_flag::fin | tcp_flag::rst)) return false;
  if (limits.measure && phase_ == Phase::half_open) {
    const bool again = stream(direction).started_by_syn();
    syn_repeated_ = syn_repeated_ || again;
    syns_[index_of(direction)] = segment.syn_options();
    if (direction == Direction::to_client && segment.has(tcp_flag::ack) && !again) {
      const Timestamp half = (segment.packet.time - first_packet_.time) / microsecond;
      server_half_us_ = static_cast<std::uint32_t>(std::clamp<Timestamp>(half, 1, UINT32_MAX));
    }
  }
  stream(direction).start_at(segment.sequence + 1);
  StreamReassembler& receiver = stream(opposite(direction));
  if (segment.has(tcp_flag::ack) && !receiver.started()) receiver.start_at(segment.acknowledgement);
  return true;
}

SideEnd& TcpConnection::end_of(Direction direction) {
  if (ends_ == nullptr) ends_ = std::make_unique<SideEnds>();
  return (*ends_)[index_of(direction)];
}

/// The stream knows of the FIN already.
void TcpConnection::note_fin(const TcpSegment& segment, Direction direction) {
  Closed& closed = totals_[index_of(direction)].closed;
  if (closed != Closed::no) return;
  const bool is_first = totals_[index_of(opposite(direction))].closed == Closed::no;
  closed = is_first ? Closed::as_first : Closed::as_second;
  end_of(direction).fin = {segment.packet, stream(direction).fin_offset()};
}

void TcpConnection::note_reset(const TcpSegment& segment, Direction direction, bool in_window) {
  std::optional<ResetFacts>& known = end_of(direction).reset;
  if (known && (known->in_window || !in_window)) return;
  const StreamReassembler& sender = stream(direction);
  ResetFacts facts;
  facts.packet = segment.packet;
  if (sender.started()) facts.offset = sender.offset_of(segment.sequence);
  facts.after_own_fin = totals_[index_of(direction)].closed != Closed::no;
  facts.after_peer_fin = totals_[index_of(opposite(direction))].closed != Closed::no;
  facts.answers_data = facts.after_own_fin && stream(opposite(direction)).has_unacknowledged();
  facts.in_window = in_window;
  facts.hop_limit = segment.hop_limit;
  facts.usual_hop_limit = totals_[index_of(direction)].hop_limit;
  known = facts;
}

/// What is known of the ends once both streams are over.
void TcpConnection::fill_ends(SideEnds& ends) const {
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    const FlowDirectionTotals& totals = totals_[index_of(direction)];
    SideEnd& end = ends[index_of(direction)];
    if (totals.last_data.number != 0) end.last_data = totals.last_data;
    end.acknowledged = streams_[index_of(direction)].acknowledged();
    end.discarded_bytes = totals.discarded_bytes;
    end.keep_alives = totals.keep_alives;
    if (icmp_ != nullptr) end.icmp_errors = icmp_->count[index_of(direction)];
    if (meter_ != nullptr) end.tcp = meter_->totals(direction);
  }
}

/// A reset of a side that has not sent anything so far is one if it acknowledges what the other side has sent
/// (RFC 9293, section 3.10.7.3). In mid-stream that is not known.
bool TcpConnection::answers_syn(const TcpSegment& segment, Direction direction) const {
  const StreamReassembler& peer = streams_[index_of(opposite(direction))];
  if (phase_ != Phase::half_open || !peer.started_by_syn() || !peer.untouched()) return true;
  return segment.has(tcp_flag::ack) && segment.acknowledgement == peer.start_sequence();
}

void TcpConnection::on_reset(const TcpSegment& segment, Direction direction, const Environment& environment) {
  const StreamReassembler& sender = stream(direction);
  const bool ignored = sender.started()
                           ? std::abs(sender.distance(segment.sequence)) > environment.limits.reset_distance
                           : !answers_syn(segment, direction);
  note_reset(segment, direction, !ignored && !sender.is_behind(segment.sequence));
  if (ignored) {
    ++environment.counters.resets_ignored;
    return;
  }
  totals_[index_of(direction)].reset = true;
  // Where nothing else of the peer's last bytes was captured, the reset may be all that tells of them.
  if (segment.has(tcp_flag::ack))
    stream(opposite(direction)).on_acknowledgement(segment.acknowledgement, environment.limits);
  // Payload of a reset explains it to people (RFC 9293, section 3.10.7) and is no part of the stream.
  close(EndCause::reset, segment.packet, environment);
}

FlowInfo TcpConnection::info() const {
  FlowInfo info;
  info.client = client_is_low_ ? key_.low() : key_.high();
  info.server = client_is_low_ ? key_.high() : key_.low();
  info.syn_seen = syn_seen_;
  info.first_packet = first_packet_;
  info.repeated = repeated_;
  info.syns = syns_;
  return info;
}

/// Errors can be forged: one that quotes what the sender has not sent, or sent long ago, is ignored (RFC
/// 5927, section 4).
void TcpConnection::on_icmp(const TcpSegment& segment, const FlowLimits& limits) {
  const Direction direction = direction_of(segment);
  const StreamReassembler& sender = stream(direction);
  if (!limits.measure || phase_ == Phase::closed || !sender.started()) return;
  if (std::abs(sender.distance(segment.sequence)) > limits.reset_distance) return;
  if (icmp_ == nullptr) icmp_ = std::make_unique<Icmp>();
  const std::uint32_t told = icmp_->count[0] + icmp_->count[1];
  ++icmp_->count[index_of(direction)];
  if (told >= limits.icmp_errors) return;
  icmp_->waiting.push_back({direction, segment.icmp_error()});
  if (handler_ != nullptr && handler_->takes_samples()) tell_icmp();
}

void TcpConnection::tell_icmp() {
  if (icmp_ == nullptr) return;
  for (const DirectedIcmp& each : icmp_->waiting) handler_->on_icmp(each.direction, each.error);
  icmp_->waiting.clear();
}

/// A connection without payload is over: says so if its SYN was seen, and has no answer but a reset.
void TcpConnection::tell_unopened(EndCause cause, PacketRef packet, const Environment& environment) {
  const FlowDirectionTotals& client = totals_[index_of(Direction::to_server)];
  const StreamReassembler& server = streams_[index_of(Direction::to_client)];
  if (!syn_seen_ || !streams_[index_of(Direction::to_server)].started_by_syn() || server.started()) return;
  const bool refused = cause == EndCause::reset && totals_[index_of(Direction::to_client)].reset;
  const bool silent = totals_[index_of(Direction::to_client)].packets == 0;
  const bool repeated = client.last_time - first_packet_.time >= environment.limits.syn_repeat_time;
  const bool long_enough = packet.time - first_packet_.time >= environment.limits.answer_time;
  if (!refused && !(silent && (repeated || long_enough))) return;
  SideEnds none;
  SideEnds& ends = ends_ == nullptr ? none : *ends_;
  fill_ends(ends);
  const std::span<const DirectedIcmp> icmp =
      icmp_ == nullptr ? std::span<const DirectedIcmp>() : std::span<const DirectedIcmp>(icmp_->waiting);
  environment.observer.on_unopened({info(), refused, cause, packet, totals_, ends, icmp});
}

void TcpConnection::open(const TcpSegment& segment, const Environment& environment) {
  phase_ = Phase::open;
  handler_ = environment.observer.on_open(info(), segment.packet);
  interested_ = handler_ && handler_->wants_data();
  if (interested_ && environment.limits.measure) begin_measuring();
  ++environment.counters.flows_opened;
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    // A side that closed without having sent anything.
    if (interested_ && stream(direction).ended()) {
      handler_->on_end(direction, {stream(direction).next_offset(), EndCause::fin, segment.packet});
      interested_ = handler_->wants_data();
    }
  }
}

/// From the SYN to the client's first acknowledgement it is a round trip, wherever the capture point is.
void TcpConnection::note_round_trip(const TcpSegment& segment) {
  const bool syn_alone = syn_seen_ && streams_[index_of(Direction::to_server)].started_by_syn();
  if (!syn_alone || round_trip_us_ != 0 || segment.has(tcp_flag::syn)) return;
  if (direction_of(segment) != Direction::to_server) return;
  const Timestamp round_trip = (segment.packet.time - first_packet_.time) / microsecond;
  round_trip_us_ = static_cast<std::uint32_t>(std::clamp<Timestamp>(round_trip, 1, UINT32_MAX));
}

void TcpConnection::note_interest(const Delivery& after, const Environment& environment) {
  if (after.handler != nullptr || !interested_) return;
  interested_ = false;
  if (meter_ != nullptr && !handler_->takes_samples()) meter_.reset();
  for (StreamReassembler& stream : streams_) stream.discard(environment.held);
}

void TcpConnection::check_end(PacketRef packet, const Environment& environment) {
  const StreamReassembler& to_server = streams_[index_of(Direction::to_server)];
  const StreamReassembler& to_client = streams_[index_of(Direction::to_client)];
  if (!to_server.fin_seen() || !to_client.fin_seen()) return;
  if (to_server.ended() && to_client.ended() && to_server.fin_acknowledged() &&
      to_client.fin_acknowledged()) {
    close(EndCause::fin, packet, environment);
  } else if (phase_ == Phase::open) {
    phase_ = Phase::closing;
  }
}

void TcpConnection::close(EndCause cause, PacketRef packet, const Environment& environment) {
  if (phase_ == Phase::closed) return;
  if (phase_ == Phase::closing) cause = EndCause::fin;  // both sides have ended it already
  const bool told = phase_ != Phase::half_open;
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    Delivery to = delivery(direction, packet, environment);
    stream(direction).finish(cause, to);
    note_interest(to, environment);
    stream(direction).release(environment.held);
  }
  if (!told && environment.limits.measure) tell_unopened(cause, packet, environment);
  phase_ = Phase::closed;
  if (told) ++environment.counters.flows_closed[static_cast<std::size_t>(cause)];
  if (handler_) {
    if (handler_->takes_samples()) tell_icmp();
    if (meter_ != nullptr) {
      const TcpMeter::Parts last = meter_->finish(last_time(), totals_);
      if (handler_->takes_samples()) tell(last, packet);
    }
    SideEnds none;
    SideEnds& ends = ends_ == nullptr ? none : *ends_;
    fill_ends(ends);
    handler_->on_close(cause, packet, totals_, ends);
    handler_.reset();
  }
  ends_.reset();
  meter_.reset();
  icmp_.reset();
}

}  // namespace rtmpscope::net
