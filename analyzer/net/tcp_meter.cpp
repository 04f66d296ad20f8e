#include "net/tcp_meter.hpp"

#include <utility>

#include "net/limits.hpp"
#include "net/sequence.hpp"

namespace rtmpscope::net {
namespace {

/// What an acknowledgement may take beyond the round trip: RFC 9293, section 3.8.6.3, lets a receiver wait
/// for half a second; usual systems wait for 200 ms at most, which is also the least retransmission timeout.
constexpr Timestamp acknowledgement_delay = 250 * millisecond;
/// Round trips of more than twice the least and that are long.
constexpr Timestamp long_round_trip = 50 * millisecond;
/// A burst may pause for so long whatever the round trip is: timers of usual systems.
constexpr Timestamp least_pause = 2 * millisecond;
/// How often a half round trip is measured by acknowledgements alone.
constexpr Timestamp between_clock_probes = 100 * millisecond;
/// How well such a half has to be known.
constexpr Timestamp echo_error = millisecond;
constexpr int echo_error_share = 8;
/// Another copy of a segment from a second capture point or interface comes within that time.
constexpr Timestamp copy_delay = millisecond;
/// Duplicate acknowledgements that show a loss (RFC 5681, section 3.2).
constexpr std::uint8_t loss_duplicates = 3;
/// In flight, an acknowledgement is not delayed: the second segment has come already.
constexpr std::uint32_t undelayed_segments = 4;
/// Flights in a row of one size that are no accident.
constexpr std::uint8_t steady_flights = 3;
/// Payload of the largest segment that Ethernet carries, where the SYN does not say.
constexpr std::uint32_t usual_mss = 1460;
/// Above that share of bytes not captured (in percent), nothing is known of the limit.
constexpr std::uint64_t capture_loss_percent = 1;

constexpr std::uint32_t microseconds(Timestamp time) {
  return static_cast<std::uint32_t>(std::clamp<Timestamp>(time / microsecond, 1, UINT32_MAX));
}

/// Milliseconds of `time`, which keeps the rest: sums over seconds are exact.
std::uint64_t take_milliseconds(Timestamp& time) {
  const Timestamp whole = time / millisecond;
  time -= whole * millisecond;
  return static_cast<std::uint64_t>(whole);
}

}  // namespace

TcpMeter::TcpMeter(const Opening& opening, const FlowTotals& totals, Timestamp now)
    : now_(std::max(now, opening.first_packet)),
      first_packet_(opening.first_packet),
      second_end_(opening.first_packet + second),
      patience_(acknowledgement_delay),
      burst_pause_(least_pause) {
  const auto& [client, server] = opening.syns;
  const bool scale_known = client.seen && server.seen;
  const bool scaled =
      client.window_scale != SynOptions::no_scale && server.window_scale != SynOptions::no_scale;
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    const SynOptions& receiver = opening.syns[index_of(opposite(direction))];
    Side& to = side(direction);
    to.limit_since = first_packet_;
    to.limit = SenderLimit::application;  // nothing to send so far
    to.mss = receiver.seen ? receiver.mss : 0;
    // RFC 7323, section 2.3: 14 at most.
    if (scale_known) to.scale = scaled ? std::min<std::uint8_t>(receiver.window_scale, 14) : std::uint8_t{0};
    if (const auto& acknowledged = opening.acknowledged[index_of(direction)]) {
      to.receiver_seen = true;
      to.acknowledged = acknowledged->offset;
      to.acknowledgement = acknowledged->sequence;
    }
    to.was_active = totals[index_of(direction)].packets != 0;
  }
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    const Timestamp half = opening.half_round_trips[index_of(direction)];
    if (half != 0) add_round_trip(side(direction), half, false);
  }
}

void TcpMeter::on_packet(Direction direction, const TcpSegment& segment) {
  note_time(segment.packet.time);
  Side& sender = side(direction);
  Side& other = side(opposite(direction));
  if (other.probe.kind == Probe::Kind::clock) take_echo(other, sender, segment);
  other.repeats = 0;
  sender.last_packet = now_;
  sender.was_active = true;
  if (segment.wire_length != 0 || sender.probe.kind != Probe::Kind::none) return;
  // While bytes before it wait for their acknowledgement, the receiver may echo those (RFC 7323,
  // section 4.3).
  if (in_flight(sender) != 0) return;
  if (now_ - sender.last_clock_probe < between_clock_probes) return;
  sender.last_clock_probe = now_;
  if (const auto clock = segment.sender_clock()) {
    sender.probe = {.time = now_, .clock = *clock, .kind = Probe::Kind::clock};
  }
}

/// An acknowledgement without data is answered by whatever echoes its timestamp. Its sender may have had
/// nothing to send for a while: how long, the packet before it tells.
void TcpMeter::take_echo(Side& side, const Side& answering, const TcpSegment& segment) {
  const auto clocks = segment.timestamps();
  if (!clocks || sequence_distance(clocks->echo, side.probe.clock) < 0) return;
  const Timestamp half = now_ - side.probe.time;
  const Timestamp error = now_ - std::max(answering.last_packet, side.probe.time);
  side.probe.kind = Probe::Kind::none;
  if (error <= std::max(echo_error, half / echo_error_share)) add_round_trip(side, half, true);
}

void TcpMeter::on_acknowledgement(Direction direction, std::uint64_t offset, const TcpSegment& segment) {
  Side& to = side(direction);
  if (offset > to.acknowledged || !to.receiver_seen) {
    const std::uint64_t before = in_flight(to);
    to.acknowledged = offset;
    to.receiver_seen = true;
    to.acknowledgement = segment.acknowledgement;
    to.duplicates_running = 0;
    if (to.probe.kind == Probe::Kind::data && offset >= to.probe.end) take_answer(to, before, segment);
    if (to.recovering && offset >= to.recovery_end) to.recovering = false;
  } else if (segment.wire_length == 0 && to.sent > offset && segment.window == to.window &&
             segment.acknowledgement == to.acknowledgement && !segment.has(tcp_flag::fin | tcp_flag::syn)) {
    ++to.duplicates;
    if (to.duplicates_running < loss_duplicates && ++to.duplicates_running == loss_duplicates)
      begin_recovery(to);
  }
  if (segment.window != to.window || !to.window_seen) change_window(to, segment.window);
  if (to.scale != SynOptions::no_scale) to.edge = offset + (std::uint64_t{segment.window} << to.scale);
  judge(to);
}

void TcpMeter::take_answer(Side& side, std::uint64_t was_in_flight, const TcpSegment& segment) {
  Probe& probe = side.probe;
  probe.kind = Probe::Kind::none;
  if (probe.repeated) {
    const auto clocks = segment.timestamps();
    if (!side.has_clock || !clocks || clocks->echo != probe.clock) return;
  }
  add_round_trip(side, now_ - probe.time, was_in_flight >= std::uint64_t{undelayed_segments} * side.largest);
}

/// `tells_of_queues`: neither a receiver that waits for more nor a program is part of it.
void TcpMeter::add_round_trip(Side& side, Timestamp half, bool tells_of_queues) {
  const std::uint32_t us = microseconds(half);
  side.round_trip.add(us);
  side.totals.round_trip_us.add(us);
  side.half_us = us;
  side.least_half_us = side.least_half_us == 0 ? us : std::min(side.least_half_us, us);
  const Timestamp whole = (Timestamp{sides_[0].half_us} + sides_[1].half_us) * microsecond;
  const Timestamp least = (Timestamp{sides_[0].least_half_us} + sides_[1].least_half_us) * microsecond;
  patience_ = whole + acknowledgement_delay;
  burst_pause_ = std::max(whole / 4, least_pause);
  const bool inflated = whole > 2 * least && whole > least + long_round_trip;
  if (inflated && !tells_of_queues) return;
  for (Side& each : sides_) each.inflated = inflated;
}

void TcpMeter::change_window(Side& side, std::uint16_t window) {
  side.window = window;
  side.window_min = side.window_seen ? std::min(side.window_min, window) : window;
  side.window_max = side.window_seen ? std::max(side.window_max, window) : window;
  side.window_seen = true;
  const bool closed = window == 0;
  if (closed == side.closed_window) return;
  side.closed_window = closed;
  if (closed) {
    ++side.zero_windows;
    side.zero_begin = side.zero_since = now_;
    return;
  }
  side.zero_time += now_ - side.zero_since;
  side.longest_zero = std::max(side.longest_zero, now_ - side.zero_begin);
}

void TcpMeter::on_data(Direction direction, std::uint64_t end, const TcpSegment& segment) {
  Side& to = side(direction);
  const std::uint32_t length = segment.wire_length;
  if (length > to.largest) note_segment_size(to, length);
  if (now_ - to.last_data > burst_pause_) end_flight(to);
  to.last_data = now_;
  // A stream that has just begun in mid-stream has no hole.
  if (to.sent != 0 && end > to.sent + length && to.hole_end <= to.acknowledged) {
    to.hole_end = end - length;
    to.hole_since = now_;
  }
  to.sent = std::max(to.sent, end);
  ++to.data_segments;
  to.had_room = length < to.largest || segment.has(tcp_flag::psh);
  std::optional<std::uint32_t> clock;
  if (to.has_clock || to.data_segments == 1) {
    clock = segment.sender_clock();
    to.has_clock = clock.has_value();
    if (clock) to.newest_clock = *clock;
  }
  to.in_flight_max = std::max(to.in_flight_max, in_flight(to));
  if (to.probe.kind != Probe::Kind::data && end == to.sent) {
    to.probe = {.time = now_, .end = end, .clock = clock.value_or(0), .kind = Probe::Kind::data};
  }
  judge(to);
}

void TcpMeter::note_segment_size(Side& side, std::uint32_t length) const {
  side.largest = length;
  side.offloaded = length > (side.mss != 0 ? side.mss : usual_mss);
}

/// A flight ends where the sender pauses. Only one that ends with a full segment may have been longer.
void TcpMeter::end_flight(Side& side) const {
  const std::uint64_t size = side.sent - side.flight_begin;
  const std::uint64_t apart = size > side.flight_size ? size - side.flight_size : side.flight_size - size;
  const bool equal = !side.had_room && apart <= side.largest;
  side.equal_flights =
      !equal ? std::uint8_t{0} : std::min<std::uint8_t>(side.equal_flights + 1, steady_flights);
  side.flight_size = size;
  side.flight_begin = side.sent;
}

void TcpMeter::on_other_data(Direction direction, const TcpSegment& segment) {
  Side& to = side(direction);
  // The sender takes a spurious one for lost, too.
  const std::uint32_t lost = to.losses.lost() + to.losses.spurious;
  if (lost == to.losses_seen) return;
  to.losses_seen = lost;
  to.probe.repeated = true;
  begin_recovery(to);
  if (to.receiver_seen && to.repeats++ == 0) to.first_repeat = segment.packet.time;
  to.last_repeat = segment.packet.time;
  judge(to);
}

bool TcpMeter::is_copy(Direction direction, const TcpSegment& segment) const {
  const Side& from = sides_[index_of(direction)];
  const auto clock = segment.sender_clock();
  const std::int32_t newer = clock && from.has_clock ? sequence_distance(*clock, from.newest_clock) : 0;
  if (newer != 0) return newer < 0;
  return segment.packet.time - from.last_data < copy_delay && from.duplicates_running == 0;
}

void TcpMeter::begin_recovery(Side& side) const {
  side.recovering = true;
  side.recovery_end = side.sent;
}

/// What limits the sender from now on.
void TcpMeter::judge(Side& side) const {
  using enum SenderLimit;
  if (!side.receiver_seen) return set_limit(side, unknown, never, unknown);
  const bool waiting = side.sent > side.acknowledged;
  if (side.closed_window || (waiting && side.sent + 2 * std::uint64_t{side.largest} > side.edge))
    return set_limit(side, receiver, never, receiver);
  if (side.recovering || (side.inflated && (waiting || !side.had_room)))
    return set_limit(side, network, never, network);
  if (side.hole_end > side.acknowledged) {
    const Timestamp until = side.hole_since + burst_pause_;
    if (now_ >= until) return set_limit(side, network, never, network);
    return set_limit(side, application, until, network);
  }
  if (side.had_room || (side.offloaded && !waiting)) {
    return set_limit(side, application, waiting ? now_ + patience_ : never, unknown);
  }
  if (side.offloaded) return set_limit(side, unknown, never, unknown);
  const SenderLimit pausing = side.equal_flights >= steady_flights ? sender : unknown;
  const Timestamp until = side.last_data + burst_pause_;
  if (now_ >= until) return set_limit(side, pausing, never, pausing);
  set_limit(side, application, until, pausing);
}

void TcpMeter::set_limit(Side& side, SenderLimit limit, Timestamp until, SenderLimit after) const {
  if (now_ >= side.limit_until || limit != side.limit) {
    pass(side, now_);
    side.limit = limit;
  }
  side.limit_until = until;
  side.limit_after = after;
}

/// Adds up what limited the sender until `to`.
void TcpMeter::pass(Side& side, Timestamp to) {
  if (to >= side.limit_until) {
    side.limit_time[static_cast<std::size_t>(side.limit)] += side.limit_until - side.limit_since;
    side.limit_since = side.limit_until;
    side.limit = side.limit_after;
    side.limit_until = never;
  }
  side.limit_time[static_cast<std::size_t>(side.limit)] += to - side.limit_since;
  side.limit_since = to;
}

std::optional<std::uint64_t> TcpMeter::scaled(const Side& side, std::uint16_t window) const {
  if (!side.window_seen) return std::nullopt;
  if (window == 0) return 0;
  if (side.scale == SynOptions::no_scale) return std::nullopt;
  return std::uint64_t{window} << side.scale;
}

std::uint32_t TcpMeter::second_of(Timestamp time) const {
  return static_cast<std::uint32_t>(
      std::clamp<Timestamp>((time - first_packet_) / second, 0, std::numeric_limits<std::uint32_t>::max()));
}

void TcpMeter::put_off(Timestamp time) {
  second_end_ = first_packet_ + Timestamp{second_of(time)} * second + second;
}

TcpMeter::Parts TcpMeter::cut(Timestamp time, const FlowTotals& totals) {
  Parts parts;
  const std::uint32_t next = second_of(time);
  const Timestamp next_begin = first_packet_ + Timestamp{next} * second;
  const std::uint32_t over = second_of(second_end_);
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    Side& each = sides_[i];
    if (!each.was_active) continue;
    parts.second[i] = take(each, second_end_, totals[i]);
    parts.second[i]->seconds = over - second_;
    if (next <= over) continue;
    parts.silence[i] = take(each, next_begin, totals[i]);
    parts.silence[i]->second = over;
    parts.silence[i]->seconds = next - over;
  }
  note_time(next_begin);
  second_ = next;
  second_end_ = next_begin + second;
  return parts;
}

TcpMeter::Parts TcpMeter::finish(Timestamp time, const FlowTotals& totals) {
  Parts parts;
  note_time(time);
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    Side& each = sides_[i];
    if (!each.was_active) continue;
    parts.second[i] = take(each, now_, totals[i]);
    parts.second[i]->seconds = second_of(second_end_) - second_;
    if (each.closed_window) each.longest_zero = std::max(each.longest_zero, now_ - each.zero_begin);
  }
  return parts;
}

/// Takes what there is since the last call, up to `end`.
TcpSample TcpMeter::take(Side& side, Timestamp end, const FlowDirectionTotals& totals) const {
  pass(side, end);
  if (side.closed_window) {
    side.zero_time += end - side.zero_since;
    side.zero_since = end;
  }
  TcpSample sample;
  sample.second = second_;
  sample.packets = totals.packets - side.packets_before;
  sample.bytes = totals.bytes - side.bytes_before;
  sample.data_segments = side.data_segments;
  if (side.receiver_seen) sample.in_flight_max = side.in_flight_max;
  sample.window_min = scaled(side, side.window_min);
  sample.window_max = scaled(side, side.window_max);
  sample.zero_windows = side.zero_windows;
  sample.zero_window_ms = take_milliseconds(side.zero_time);
  sample.round_trip_us = side.round_trip;
  sample.losses = side.losses;
  sample.duplicate_acknowledgements = side.duplicates;
  for (std::size_t i = 0; i < sender_limits; ++i) sample.limit_ms[i] = take_milliseconds(side.limit_time[i]);
  if (side.losses.not_captured * 100 > (sample.bytes + side.losses.not_captured) * capture_loss_percent) {
    std::uint64_t all = 0;
    for (std::uint64_t& each : sample.limit_ms) all += std::exchange(each, 0);
    sample.limit_ms[static_cast<std::size_t>(SenderLimit::unknown)] = all;
  }
  side.totals.zero_windows += side.zero_windows;
  side.totals.zero_window_ms += sample.zero_window_ms;
  side.totals.losses.add(side.losses);
  side.totals.duplicate_acknowledgements += side.duplicates;
  side.packets_before = totals.packets;
  side.bytes_before = totals.bytes;
  side.data_segments = side.duplicates = side.zero_windows = 0;
  side.window_min = side.window_max = side.window;
  side.losses = {};
  side.losses_seen = 0;
  side.round_trip = {};
  side.in_flight_max = in_flight(side);
  return sample;
}

TcpTotals TcpMeter::totals(Direction direction) const {
  const Side& from = sides_[index_of(direction)];
  TcpTotals totals = from.totals;
  totals.longest_zero_window_ms = static_cast<std::uint64_t>(from.longest_zero / millisecond);
  if (from.closed_window) {
    totals.zero_window_at_end_ms = static_cast<std::uint64_t>((now_ - from.zero_begin) / millisecond);
  }
  totals.repeats_at_end = from.repeats;
  if (from.repeats != 0) {
    totals.unanswered_ms = static_cast<std::uint64_t>(
        std::max<Timestamp>(from.last_repeat - from.first_repeat, 0) / millisecond);
  }
  return totals;
}

}  // namespace rtmpscope::net
