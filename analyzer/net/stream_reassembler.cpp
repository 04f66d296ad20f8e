#include "net/stream_reassembler.hpp"

#include <algorithm>

namespace rtmpscope::net {

void StreamReassembler::release(HeldMemory& held) {
  discard(held);
  out_of_order_.reset();
}

void StreamReassembler::reset(HeldMemory& held) {
  release(held);
  next_ = acknowledged_ = fin_ = 0;
  start_ = 0;
  start_state_ = Start::awaited;
  end_state_ = End::open;
  acknowledgement_known_ = false;
}

void StreamReassembler::start_at(std::uint32_t first_sequence) {
  if (started() && (!untouched() || start_state_ == Start::midstream)) return;
  const bool acknowledged = acknowledgement_known_ && !started();
  const auto acknowledgement = static_cast<std::uint32_t>(acknowledged_);
  start_ = first_sequence;
  start_state_ = Start::syn;
  end_state_ = End::open;
  acknowledgement_known_ = acknowledged && sequence_distance(acknowledgement, first_sequence) > 0;
  acknowledged_ = acknowledgement_known_ ? acknowledgement - first_sequence : 0;
}

void StreamReassembler::start_midstream(std::uint32_t sequence, std::uint32_t wire_length,
                                        Delivery& delivery) {
  std::uint32_t first = sequence;
  if (acknowledgement_known_ && wire_length == 1 &&
      static_cast<std::uint32_t>(acknowledged_) == sequence + 1) {
    ++first;  // the receiver has that byte already: a keep-alive probe, no part of the stream
  }
  start_at(first);
  start_state_ = Start::midstream;
  if (delivery.handler == nullptr) return;
  delivery.handler->on_gap(delivery.direction,
                           {0, std::nullopt, GapCause::start_not_captured, delivery.packet});
  ask_interest(delivery);
}

std::optional<std::uint64_t> StreamReassembler::acknowledged() const {
  if (!started() || !acknowledgement_known_) return std::nullopt;
  // The FIN counts as a byte. If it was not captured, the byte too many is all that tells of it.
  return fin_seen() ? std::min(acknowledged_, fin_) : acknowledged_;
}

std::int64_t StreamReassembler::distance(std::uint32_t sequence) const {
  const std::uint64_t here = reference();
  return unwrap_sequence(sequence, start_, here) - static_cast<std::int64_t>(here);
}

void StreamReassembler::on_other_payload(std::uint32_t sequence, Bytes captured, std::uint32_t wire_length,
                                         Delivery& delivery) {
  if (!started()) start_midstream(sequence, wire_length, delivery);
  FlowDirectionTotals& totals = delivery.totals;
  std::int64_t signed_offset = unwrap_sequence(sequence, start_, reference());
  if (delivery.handler == nullptr) return count_only(signed_offset, wire_length, delivery);

  if (wire_length == 1 && signed_offset + 1 == static_cast<std::int64_t>(next_)) {
    ++totals.keep_alives;
    return;
  }
  if (signed_offset < 0) {
    const auto before = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(static_cast<std::uint64_t>(-signed_offset), wire_length));
    totals.discarded_bytes += before;
    wire_length -= before;
    captured = captured.subspan(std::min<std::size_t>(before, captured.size()));
    signed_offset = 0;
  }
  auto offset = static_cast<std::uint64_t>(signed_offset);
  if (fin_seen()) {
    // Nothing can follow the FIN; repeated bytes from before it can.
    const std::uint64_t limit = ended() ? next_ : std::max(next_, fin_);
    const std::uint64_t allowed = limit > offset ? limit - offset : 0;
    if (wire_length > allowed) {
      totals.discarded_bytes += wire_length - allowed;
      wire_length = static_cast<std::uint32_t>(allowed);
      captured = captured.first(std::min<std::size_t>(wire_length, captured.size()));
    }
  }
  if (wire_length == 0) return;
  const std::uint64_t retransmitted = totals.retransmitted_bytes;
  const std::uint32_t lost = delivery.losses == nullptr ? 0 : delivery.losses->before;
  accept(offset, captured, wire_length, delivery);
  if (totals.retransmitted_bytes == retransmitted) return;
  ++totals.retransmitted_segments;
  if (delivery.losses != nullptr && delivery.losses->before == lost)
    count_loss(offset + wire_length, wire_length, delivery);
}

std::uint64_t StreamReassembler::waiting_bytes() const {
  if (!holding()) return 0;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < out_of_order_->buffer.size(); ++i) sum += out_of_order_->buffer[i].length;
  return sum;
}

/// Of a segment that was sent again and ends at `end`.
void StreamReassembler::count_loss(std::uint64_t end, std::uint32_t wire_length, Delivery& delivery) const {
  if (delivery.losses == nullptr || delivery.is_copy) return;
  delivery.losses->resent_bytes += wire_length;
  ++(acknowledged_beyond(end - 1) ? delivery.losses->spurious : delivery.losses->behind);
}

void StreamReassembler::count_only(std::int64_t offset, std::uint32_t wire_length, Delivery& delivery) {
  FlowDirectionTotals& totals = delivery.totals;
  const std::int64_t end = offset + wire_length;
  const auto next = static_cast<std::int64_t>(next_);
  if (offset < next) {
    ++totals.retransmitted_segments;
    count_loss(static_cast<std::uint64_t>(std::max<std::int64_t>(end, 1)), wire_length, delivery);
  }
  if (end <= next) {
    totals.retransmitted_bytes += wire_length;
    return;
  }
  const auto fresh = static_cast<std::uint64_t>(std::min<std::int64_t>(end - next, wire_length));
  totals.bytes += fresh;
  totals.retransmitted_bytes += wire_length - fresh;
  totals.last_data = delivery.packet;
  next_ = static_cast<std::uint64_t>(end);
}

void StreamReassembler::accept(std::uint64_t offset, Bytes captured, std::uint32_t wire_length,
                               Delivery& delivery) {
  if (offset > next_) {
    if (!holding() && acknowledged_beyond(offset - 1) &&
        delivery.held.expects_no_late_bytes(delivery.limits)) {
      give_up_gap(offset, GapCause::not_captured, delivery);
    } else {
      make_room(offset, captured.size(), wire_length, delivery);
    }
    if (delivery.handler == nullptr) return;
  }
  if (offset < next_) {
    const std::uint64_t end = std::min(next_, offset + wire_length);
    count_repeated(offset, end, delivery);
    const auto repeated = static_cast<std::uint32_t>(end - offset);
    wire_length -= repeated;
    captured = captured.subspan(std::min<std::size_t>(repeated, captured.size()));
    offset = end;
    if (wire_length == 0) return;
  }
  if (offset > next_) {
    if (holding()) count_fill(offset, wire_length, delivery);
    hold(offset, captured, wire_length, delivery);
    return;
  }
  if (holding()) {
    count_fill(offset, wire_length, delivery);
    // What is held may lie within this segment, and came first: let the buffer sort it out.
    out_of_order_->last_fill = {delivery.flow_packet, delivery.packet.time, {}};
    if (acknowledged_beyond(next_)) delivery.held.late = true;
    hold(offset, captured, wire_length, delivery);
    drain(delivery, true);
  } else {
    delivery.totals.last_data = delivery.packet;
    if (!captured.empty()) deliver(captured, delivery);
    const auto cut = static_cast<std::uint32_t>(wire_length - captured.size());
    if (cut > 0) deliver_gap(cut, GapCause::snap_length, delivery.packet, delivery);
  }
  end_if_complete(delivery);
}

void StreamReassembler::count_repeated(std::uint64_t begin, std::uint64_t end, Delivery& delivery) const {
  std::uint64_t late = 0;
  if (out_of_order_ != nullptr) {
    for (const Gap& gap : out_of_order_->recent_gaps) {
      const std::uint64_t from = std::max(begin, gap.begin);
      const std::uint64_t to = std::min(end, gap.end);
      if (to > from) late += to - from;
    }
  }
  FlowDirectionTotals& totals = delivery.totals;
  totals.discarded_bytes += late;
  totals.retransmitted_bytes += end - begin - late;
  if (late == 0) return;
  delivery.held.late = true;
  if (acknowledgement_known_) {
    ++totals.out_of_order_segments;  // the receiver had these bytes long ago: the capture brings them late
  } else {
    totals.retransmitted_bytes += late;
  }
}

/// Whether a segment that fills a gap was sent before the one that showed the gap. If not, it was sent again:
/// its first copy was lost before the capture point.
bool StreamReassembler::was_overtaken(const OutOfOrderBuffer::Noticed& noticed,
                                      const Delivery& delivery) const {
  const FlowLimits& limits = delivery.limits;
  const Timestamp round_trip = delivery.round_trip != 0 ? delivery.round_trip : limits.unknown_round_trip;
  const Timestamp passed = delivery.packet.time - noticed.time;
  if (delivery.sender_clock && noticed.sender_clock) {
    const std::int32_t later = sequence_distance(*delivery.sender_clock, *noticed.sender_clock);
    if (later != 0) return later < 0;
    // Sent within one tick of the clock: long before the sender could know of a loss, if that takes longer.
    // Where nobody knows how long it takes, a loss would be an invention.
    if (delivery.round_trip == 0 || round_trip >= limits.sender_clock_tick) return true;
  }
  // It takes the sender a round trip to learn of a loss. The one that was measured may have been a long one.
  return passed < round_trip / 4 * 3;
}

/// Of a segment with bytes that precede what is held.
void StreamReassembler::count_fill(std::uint64_t offset, std::uint32_t wire_length,
                                   Delivery& delivery) const {
  const OutOfOrderBuffer::Piece* behind = out_of_order_->buffer.first_behind(offset);
  if (behind == nullptr) return;  // the furthest so far
  FlowDirectionTotals& totals = delivery.totals;
  // Where the receiver has the bytes already, it is the capture that brings them late.
  if (acknowledged_beyond(offset) || was_overtaken(behind->noticed, delivery)) {
    ++totals.out_of_order_segments;
    if (delivery.losses != nullptr) ++delivery.losses->reordered;
    return;
  }
  if (delivery.losses != nullptr) {
    ++delivery.losses->before;
    delivery.losses->resent_bytes += wire_length;
  }
  // What is held already is counted when it comes to the buffer.
  totals.retransmitted_bytes += std::min<std::uint64_t>(wire_length, behind->offset - offset);
}

void StreamReassembler::make_room(std::uint64_t offset, std::size_t size, std::uint32_t wire_length,
                                  Delivery& delivery) {
  const FlowLimits& limits = delivery.limits;
  OutOfOrderBuffer& buffer = out_of_order().buffer;
  // As soon as the segment is in order, it is drained at once and no limit stands in its way.
  while (offset > next_ && delivery.handler != nullptr) {
    const OutOfOrderBuffer::Cost cost = buffer.cost_of(offset, size, wire_length);
    if (buffer.charge() + cost.bytes <= limits.held_bytes &&
        buffer.size() + cost.pieces <= limits.held_pieces &&
        delivery.held.bytes + cost.bytes <= limits.held_bytes_total) {
      return;
    }
    ++delivery.held.limit_reached;
    give_up_gap(holding() ? std::min(offset, buffer.front().offset) : offset, GapCause::buffer_limit,
                delivery);
  }
}

void StreamReassembler::hold(std::uint64_t offset, Bytes captured, std::uint32_t wire_length,
                             Delivery& delivery) {
  OutOfOrderBuffer& buffer = out_of_order().buffer;
  const std::size_t before = buffer.charge();
  const OutOfOrderBuffer::Inserted inserted =
      buffer.insert(offset, captured, wire_length,
                    {delivery.flow_packet, delivery.packet.time, delivery.sender_clock}, delivery.packet);
  delivery.held.bytes += buffer.charge() - before;
  delivery.totals.retransmitted_bytes += inserted.duplicate_bytes;
  if (inserted.duplicate_bytes < wire_length) delivery.totals.last_data = delivery.packet;
  holding_ = true;
  if (inserted.conflict_length > 0) {
    delivery.handler->on_overlap_conflict(delivery.direction, inserted.conflict_offset,
                                          inserted.conflict_length, delivery.packet);
    ask_interest(delivery);
  }
}

void StreamReassembler::drain(Delivery& delivery, bool filled) {
  if (!holding()) return;
  OutOfOrderBuffer& buffer = out_of_order_->buffer;
  std::size_t used = 0;
  while (used < buffer.size() && buffer[used].offset == next_) {
    const OutOfOrderBuffer::Piece& piece = buffer[used];
    ++used;
    if (piece.bytes.size() == 0) {
      deliver_gap(piece.length, GapCause::snap_length, filled ? delivery.packet : piece.packet, delivery);
    } else if (filled) {
      deliver(piece.bytes, delivery);
    } else {
      deliver_held(piece, delivery);
    }
    if (delivery.handler == nullptr) return;  // and nothing is held any more
  }
  const std::size_t before = buffer.charge();
  buffer.drop_front(used);
  delivery.held.bytes -= before - buffer.charge();
  if (buffer.empty()) holding_ = false;
}

/// Delivers the bytes of each packet separately.
void StreamReassembler::deliver_held(const OutOfOrderBuffer::Piece& piece, Delivery& delivery) {
  PacketRef packet = piece.packet;
  std::uint32_t begin = 0;
  for (std::size_t i = 0; i <= piece.later.size(); ++i) {
    const std::uint32_t end = i < piece.later.size() ? piece.later[i].begin : piece.length;
    deliver(Bytes(piece.bytes).subspan(begin, end - begin), packet, delivery);
    if (delivery.handler == nullptr || end == piece.length) return;  // without a handler the piece is gone
    packet = piece.later[i].packet;
    begin = end;
  }
}

void StreamReassembler::give_up_gap(std::uint64_t end, GapCause cause, Delivery& delivery) {
  OutOfOrder& state = out_of_order();
  state.recent_gaps[state.next_gap] = {next_, end};
  state.next_gap = (state.next_gap + 1) % state.recent_gaps.size();
  const bool held = holding() && state.buffer.front().offset == end;
  deliver_gap(end - next_, cause, held ? state.buffer.front().packet : delivery.packet, delivery);
  if (delivery.handler != nullptr) drain(delivery, false);
}

void StreamReassembler::deliver_gap(std::uint64_t length, GapCause cause, const PacketRef& packet,
                                    Delivery& delivery) {
  const StreamGap gap{next_, length, cause, packet};
  next_ += length;
  delivery.totals.missing_bytes += length;
  if (delivery.losses != nullptr && cause != GapCause::snap_length) delivery.losses->not_captured += length;
  if (delivery.handler == nullptr) return;
  delivery.handler->on_gap(delivery.direction, gap);
  ask_interest(delivery);
}

void StreamReassembler::check_gaps(Delivery& delivery) {
  const Timestamp now = delivery.packet.time;
  while (holding()) {
    OutOfOrderBuffer::Piece& first = out_of_order_->buffer.front();
    OutOfOrderBuffer::Noticed& noticed = first.noticed;
    if (noticed.time > now) noticed.time = now;  // the clock may step back
    OutOfOrderBuffer::Noticed since = noticed;
    const bool one_way = !acknowledgement_known_;
    if (one_way) {
      OutOfOrderBuffer::Noticed& last_fill = out_of_order_->last_fill;
      last_fill.time = std::min(last_fill.time, now);
      if (last_fill.packet > since.packet) since = last_fill;
    } else if (!acknowledged_beyond(first.offset - 1)) {
      return;  // lost before the receiver, who still waits for it
    }
    if (!grace_is_over(since, delivery)) return;
    if (!one_way) ++delivery.held.gaps;
    give_up_gap(first.offset, GapCause::not_captured, delivery);
    end_if_complete(delivery);
  }
}

bool StreamReassembler::grace_is_over(const OutOfOrderBuffer::Noticed& since, Delivery& delivery) const {
  const FlowLimits& limits = delivery.limits;
  const Timestamp age = delivery.packet.time - since.time;
  const std::uint64_t packets = delivery.flow_packet - since.packet;
  const auto over = [&](std::uint32_t least_packets, Timestamp least_age, Timestamp age_alone) {
    return (packets >= least_packets && age >= least_age) || age >= age_alone;
  };
  if (!acknowledgement_known_) {
    return over(limits.one_way_grace_packets, limits.one_way_grace_time, limits.one_way_grace_time_alone);
  }
  if (delivery.held.expects_no_late_bytes(limits)) return true;
  return over(limits.gap_grace_packets, limits.gap_grace_time, limits.gap_grace_time_alone);
}

bool StreamReassembler::on_fin(std::uint32_t sequence, Delivery& delivery) {
  if (!started()) {
    // The stream ends with its first captured segment, which has no payload.
    start_at(sequence);
    start_state_ = Start::midstream;
  }
  if (ended()) return true;
  const std::int64_t offset = unwrap_sequence(sequence, start_, reference());
  if (offset < static_cast<std::int64_t>(next_)) return false;  // the FIN of another connection
  fin_ = static_cast<std::uint64_t>(offset);
  end_state_ = End::fin_seen;
  if (delivery.handler == nullptr) {
    end_state_ = End::ended_by_fin;  // gaps are of no interest, either
    return true;
  }
  end_if_complete(delivery);
  return true;
}

void StreamReassembler::end_if_complete(Delivery& delivery) {
  if (end_state_ != End::fin_seen || next_ < fin_) return;
  end_state_ = End::ended_by_fin;
  if (holding()) {  // beyond the FIN
    const OutOfOrderBuffer& buffer = out_of_order_->buffer;
    for (std::size_t i = 0; i < buffer.size(); ++i) delivery.totals.discarded_bytes += buffer[i].length;
  }
  discard(delivery.held);
  deliver_end(EndCause::fin, delivery);
}

void StreamReassembler::deliver_end(EndCause cause, Delivery& delivery) {
  if (delivery.handler == nullptr) return;
  delivery.handler->on_end(delivery.direction, {next_, cause, delivery.packet});
  ask_interest(delivery);
}

void StreamReassembler::finish(EndCause cause, Delivery& delivery) {
  if (ended()) return;
  while (holding() && delivery.handler != nullptr) {
    give_up_gap(out_of_order_->buffer.front().offset, GapCause::not_captured, delivery);
    end_if_complete(delivery);
    if (ended()) return;
  }
  discard(delivery.held);
  if (started() && delivery.handler != nullptr) {
    // Bytes missing at the end: only the FIN or an acknowledgement shows them. An acknowledgement that is one
    // ahead counts the FIN, which then was not captured.
    std::uint64_t end = next_;
    if (fin_seen() && fin_ - next_ <= delivery.limits.acknowledgement_step) {
      end = std::max(end, fin_);
    } else if (acknowledgement_known_ && acknowledged_ > next_ + 1) {
      end = acknowledged_;
    }
    if (end > next_) deliver_gap(end - next_, GapCause::not_captured, delivery.packet, delivery);
    end_if_complete(delivery);
    if (ended()) return;
  }
  end_state_ = fin_seen() ? End::ended_by_fin : End::ended_without_fin;
  deliver_end(cause, delivery);
}

void StreamReassembler::discard(HeldMemory& held) {
  if (!holding()) return;
  OutOfOrderBuffer& buffer = out_of_order_->buffer;
  held.bytes -= buffer.charge();
  buffer.drop_front(buffer.size());
  holding_ = false;
}

void StreamReassembler::lose_interest(Delivery& delivery) {
  delivery.handler = nullptr;
  discard(delivery.held);
  if (fin_seen()) end_state_ = End::ended_by_fin;
}

StreamReassembler::OutOfOrder& StreamReassembler::out_of_order() {
  if (!out_of_order_) out_of_order_ = std::make_unique<OutOfOrder>();
  return *out_of_order_;
}

}  // namespace rtmpscope::net
