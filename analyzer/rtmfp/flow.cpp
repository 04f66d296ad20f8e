#include "rtmfp/flow.hpp"

#include <algorithm>

#include "rtmfp/limits.hpp"

namespace rtmpscope::rtmfp {

void Flow::add(const Fragment& fragment, PacketRef packet, FlowListener& listener) {
  if (ended()) return;
  if (!started_) {
    started_ = true;
    next_ = fragment.forward + 1;
    highest_ = fragment.forward;
    forward_ = fragment.forward;
  }
  forward_ = std::max(forward_, fragment.forward);
  if (fragment.final) final_ = fragment.sequence;
  if (fragment.sequence < next_ || waiting_.contains(fragment.sequence)) {
    ++totals_.repeated;
    totals_.repeated_bytes += fragment.data.size();
    if (timed_ && fragment.sequence <= *timed_) timed_.reset();  // which of the two is acknowledged?
    return settle(packet, listener);
  }
  if (!fragment.abandoned) {
    ++totals_.fragments;
    totals_.bytes += fragment.data.size();
    if (fragment.sequence < highest_) ++totals_.out_of_order;
  }
  if (!timed_ && fragment.sequence > highest_) {
    timed_ = fragment.sequence;
    timed_at_ = packet.time;
  }
  highest_ = std::max(highest_, fragment.sequence);
  if (fragment.sequence == next_ && !fragment.abandoned) {
    ++next_;
    missing_since_ = packet.time;
    take(packet, fragment.place, fragment.data, packet, listener);
    take_waiting(packet, listener);
  } else {
    keep(fragment, packet, listener);
  }
  settle(packet, listener);
}

/// The flow may be over its limits afterwards for the length of one fragment.
void Flow::keep(const Fragment& fragment, PacketRef packet, FlowListener& listener) {
  while (!waiting_.empty() && waiting_.size() >= held_fragments) skip_front_gap(packet, listener);
  if (fragment.sequence < next_) return;
  while (!held_->add(fragment.data.size())) {
    if (waiting_.empty()) return skip_to(fragment.sequence + 1, Why::not_captured, packet, listener);
    skip_front_gap(packet, listener);
    if (fragment.sequence < next_) return;
  }
  if (waiting_.empty()) missing_since_ = packet.time;
  waiting_.emplace(
      fragment.sequence,
      Waiting{fragment.place, fragment.abandoned, packet, {fragment.data.begin(), fragment.data.end()}});
  if (fragment.sequence == next_) take_waiting(packet, listener);
}

/// Gives up what will not come any more.
void Flow::settle(PacketRef packet, FlowListener& listener) {
  const auto arm = [&] {
    const std::uint64_t last = std::max(forward_, acknowledged_);
    if (overdue_since_ || last < next_) return;
    overdue_ = last;
    overdue_since_ = packet.time;
    overdue_because_ = forward_ >= next_ ? Why::abandoned : Why::not_captured;
  };
  arm();
  if (overdue_since_ && packet.time - *overdue_since_ >= gap_grace) {
    give_up_to(overdue_, overdue_because_, packet, listener);
  }
  if (next_ > overdue_) overdue_since_.reset();
  arm();
}

/// Of the fragments up to `last`, those that have not come.
void Flow::give_up_to(std::uint64_t last, Why why, PacketRef packet, FlowListener& listener) {
  while (next_ <= last) {
    const std::uint64_t come = waiting_.empty() ? last + 1 : waiting_.begin()->first;
    skip_to(std::min(come, last + 1), why, packet, listener);
    take_waiting(packet, listener);
  }
}

void Flow::on_acknowledgement(std::uint64_t cumulative, PacketRef packet, FlowListener& listener) {
  if (!started_ || ended() || cumulative > highest_ + acknowledgement_step) return;
  if (timed_ && cumulative >= *timed_) {
    ++totals_.round_trips;
    totals_.round_trip_sum += std::max<Timestamp>(packet.time - timed_at_, 0);
    timed_.reset();
  }
  acknowledged_ = std::max(acknowledged_, cumulative);
  settle(packet, listener);
}

void Flow::on_tick(PacketRef now, FlowListener& listener) {
  if (ended()) return;
  settle(now, listener);
  if (!waiting_.empty() && now.time - missing_since_ >= gap_timeout) skip_front_gap(now, listener);
}

void Flow::finish(PacketRef packet, FlowListener& listener) {
  while (!waiting_.empty()) skip_front_gap(packet, listener);
  break_message(packet, listener);
}

void Flow::skip_front_gap(PacketRef packet, FlowListener& listener) {
  skip_to(waiting_.begin()->first, Why::not_captured, packet, listener);
  take_waiting(packet, listener);
}

/// Fragments from `next_` up to `sequence` are missing.
void Flow::skip_to(std::uint64_t sequence, Why why, PacketRef packet, FlowListener& listener) {
  if (sequence <= next_) return;
  (why == Why::abandoned ? totals_.abandoned : totals_.not_captured) += sequence - next_;
  next_ = sequence;
  missing_since_ = packet.time;
  break_message(packet, listener);
}

void Flow::take_waiting(PacketRef packet, FlowListener& listener) {
  while (!waiting_.empty() && waiting_.begin()->first == next_) {
    const auto node = waiting_.extract(waiting_.begin());
    const Waiting& fragment = node.mapped();
    held_->remove(fragment.data.size());
    ++next_;
    missing_since_ = packet.time;
    if (fragment.abandoned) {
      ++totals_.abandoned;
      break_message(packet, listener);
    } else {
      take(fragment.packet, fragment.place, fragment.data, packet, listener);
    }
  }
}

/// The fragment before `next_`.
void Flow::take(PacketRef from, FragmentPlace place, Bytes data, PacketRef packet, FlowListener& listener) {
  if (place == FragmentPlace::whole || place == FragmentPlace::begin) {
    break_message(packet, listener);
    lost_begin_ = false;
    begin_message(from);
    message_.fragments = 1;
    message_.length = data.size();
    if (place == FragmentPlace::begin) return append(data);
    return deliver(true, data.first(std::min(data.size(), message_bytes)), packet, listener);
  }
  if (!open_) {
    if (!lost_begin_) ++totals_.incomplete;
    lost_begin_ = place == FragmentPlace::middle;
    return;
  }
  ++message_.fragments;
  message_.length += data.size();
  append(data);
  if (place == FragmentPlace::end) deliver_open(true, packet, listener);
}

void Flow::begin_message(PacketRef first) {
  message_ = {};
  message_.sequence = next_ - 1;
  message_.first = first;
  open_ = true;
}

void Flow::append(Bytes data) {
  const Bytes kept = data.first(std::min(data.size(), message_bytes - body_.size()));
  if (kept.empty() || message_.length - data.size() != body_.size() || !held_->add(kept.size())) return;
  body_.insert(body_.end(), kept.begin(), kept.end());
}

void Flow::deliver(bool complete, Bytes bytes, PacketRef packet, FlowListener& listener) {
  open_ = false;
  ++(complete ? totals_.messages : totals_.incomplete);
  message_.complete = complete;
  message_.bytes = bytes;
  listener.on_message(message_, packet);
}

void Flow::deliver_open(bool complete, PacketRef packet, FlowListener& listener) {
  deliver(complete, body_, packet, listener);
  held_->remove(body_.size());
  constexpr std::size_t reusable_capacity = 4096;
  body_.clear();
  if (body_.capacity() > reusable_capacity) body_.shrink_to_fit();
}

/// What is missing was a part of it.
void Flow::break_message(PacketRef packet, FlowListener& listener) {
  if (open_) {
    deliver_open(false, packet, listener);
    lost_begin_ = true;  // its other fragments are no further message
  }
}

void Flow::drop() {
  held_->remove(body_.size());
  for (const auto& [sequence, fragment] : waiting_) held_->remove(fragment.data.size());
}

}  // namespace rtmpscope::rtmfp
