#include "net/flow_table.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/prefetch.hpp"

namespace rtmpscope::net {
namespace {

constexpr std::size_t first_slots = 1024;

/// Slabs without a flow whose memory is kept for the next ones.
constexpr std::size_t kept_slabs = 8;
/// The table of slots shrinks when so few of them are in use.
constexpr std::size_t sparse = 16;

}  // namespace

FlowTable::FlowTable(const FlowLimits& limits, FlowObserver& observer)
    : limits_(limits), observer_(observer), slots_(first_slots), mask_(first_slots - 1) {
  limits_.flows = std::max(limits_.flows, 1U);
}

void FlowTable::on_segment(const TcpSegment& segment) {
  ++counters_.segments;
  Index index = find(segment);
  if (index == no_flow) {
    if (!TcpConnection::can_begin(segment)) {
      ++counters_.stray_segments;
      return;
    }
    if (size_ >= limits_.flows) evict_one(segment.packet);
    index = add(segment);
  } else if (segment.has(tcp_flag::syn) && flow(index).connection.begins_another(segment, limits_)) {
    flow(index).connection.begin_another(segment, environment());
  }
  Flow& entry = flow(index);
  const bool was_closed = entry.connection.phase() == TcpConnection::Phase::closed;
  entry.connection.on_segment(segment, environment());
  if (entry.connection.phase() != entry.list) {
    unlink(index);
    link(index, entry.connection.phase());
  } else if (entry.last_active != last_tick_ && !was_closed) {
    touch(index);
  }
}

void FlowTable::prefetch_flow(std::uint32_t hash) const {
  const Slot& slot = slots_[hash & mask_];
  if (slot.flow == no_flow) return;
  rtmpscope::prefetch(&flow(slot.flow), sizeof(Flow));
}

bool FlowTable::prefetch_handler(const TcpSegment& segment) const {
  const Slot& slot = slots_[segment.hash & mask_];
  if (slot.flow == no_flow) return false;
  const TcpConnection& connection = flow(slot.flow).connection;
  if (!connection.delivers(segment)) return false;
  rtmpscope::prefetch(connection.handler(), 2 * cache_line);
  return true;
}

void FlowTable::prefetch_handler(const TcpSegment& segment, unsigned step) const {
  const Slot& slot = slots_[segment.hash & mask_];
  if (slot.flow == no_flow) return;
  flow(slot.flow).connection.prefetch(segment, step);
}

FlowTable::Index FlowTable::find(const TcpSegment& segment) const {
  for (std::uint32_t at = segment.hash & mask_;; at = (at + 1) & mask_) {
    const Slot& slot = slots_[at];
    if (slot.flow == no_flow) return no_flow;
    if (slot.hash == segment.hash && flow(slot.flow).connection.key() == segment.key) return slot.flow;
  }
}

FlowTable::Index FlowTable::add(const TcpSegment& segment) {
  if ((size_ + 1) * 2 > slots_.size()) resize_slots(slots_.size() * 2);
  const Index index = take_place();
  Flow& entry = flow(index);
  entry.connection.begin(segment, held_);
  entry.hash = segment.hash;
  insert_slot(segment.hash, index);
  link(index, TcpConnection::Phase::half_open);
  ++size_;
  ++counters_.flows;
  return index;
}

void FlowTable::remove(Index index) {
  Flow& entry = flow(index);
  std::uint32_t vacant = entry.hash & mask_;
  while (slots_[vacant].flow != index) vacant = (vacant + 1) & mask_;
  // Move later entries of the run into the vacant place, so that no lookup stops short of them.
  for (std::uint32_t at = (vacant + 1) & mask_; slots_[at].flow != no_flow; at = (at + 1) & mask_) {
    const std::uint32_t home = slots_[at].hash & mask_;
    if (((at - home) & mask_) >= ((at - vacant) & mask_)) {
      slots_[vacant] = slots_[at];
      vacant = at;
    }
  }
  slots_[vacant] = {};
  unlink(index);
  free_place(index);
  --size_;
}

FlowTable::Index FlowTable::take_place() {
  if (vacant_.empty()) {
    vacant_.push_back(static_cast<Index>(slabs_.size()));
    slabs_.emplace_back().vacant = true;
  }
  const Index number = vacant_.back();
  Slab& slab = slabs_[number];
  if (slab.flows == nullptr) {
    slab.flows = std::make_unique<Flow[]>(flows_per_slab);
  } else if (slab.used == 0) {
    --empty_slabs_;
  }
  const int place = std::countr_one(slab.used);
  slab.used |= 1U << place;
  if (slab.used == ~0U) {
    vacant_.pop_back();
    slab.vacant = false;
  }
  return static_cast<Index>(number * flows_per_slab) + static_cast<Index>(place);
}

void FlowTable::free_place(Index index) {
  const Index number = static_cast<Index>(index / flows_per_slab);
  Slab& slab = slabs_[number];
  slab.used &= ~(1U << index % flows_per_slab);
  if (!slab.vacant) vacant_.push_back(number);
  slab.vacant = true;
  if (slab.used != 0) return;
  if (empty_slabs_ < kept_slabs) {
    ++empty_slabs_;
  } else {
    slab.flows.reset();
  }
}

void FlowTable::evict_one(PacketRef packet) {
  using Phase = TcpConnection::Phase;
  for (const Phase phase : {Phase::closed, Phase::half_open, Phase::closing, Phase::open}) {
    const Index index = list_of(phase).first;
    if (index == no_flow) continue;
    if (phase == Phase::half_open) {
      ++counters_.half_open_dropped;
      ++counters_.half_open_pushed_out;
    }
    flow(index).connection.close(EndCause::evicted, packet, environment());
    remove(index);
    return;
  }
}

void FlowTable::resize_slots(std::size_t size) {
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(size));
  mask_ = static_cast<std::uint32_t>(slots_.size() - 1);
  for (const Slot& slot : old) {
    if (slot.flow != no_flow) insert_slot(slot.hash, slot.flow);
  }
}

void FlowTable::insert_slot(std::uint32_t hash, Index index) {
  std::uint32_t at = hash & mask_;
  while (slots_[at].flow != no_flow) at = (at + 1) & mask_;
  slots_[at] = {hash, index};
}

void FlowTable::link(Index index, TcpConnection::Phase phase) {
  Flow& entry = flow(index);
  List& list = list_of(phase);
  entry.list = phase;
  entry.last_active = last_tick_;
  entry.previous = list.last;
  entry.next = no_flow;
  (list.last == no_flow ? list.first : flow(list.last).next) = index;
  list.last = index;
  ++list.size;
}

void FlowTable::unlink(Index index) {
  Flow& entry = flow(index);
  List& list = list_of(entry.list);
  (entry.previous == no_flow ? list.first : flow(entry.previous).next) = entry.next;
  (entry.next == no_flow ? list.last : flow(entry.next).previous) = entry.previous;
  --list.size;
}

void FlowTable::touch(Index index) {
  const TcpConnection::Phase phase = flow(index).list;
  unlink(index);
  link(index, phase);
}

void FlowTable::expire(TcpConnection::Phase phase, Timestamp timeout, std::vector<Index>& expired) {
  for (Index index = list_of(phase).first; index != no_flow; index = flow(index).next) {
    if (last_tick_ - std::max(flow(index).last_active, first_tick_) <= timeout) return;
    expired.push_back(index);
  }
}

void FlowTable::on_tick(const Tick& tick) {
  if (first_tick_ == before_ticks) first_tick_ = tick.clock;
  last_tick_ = tick.clock;
  using Phase = TcpConnection::Phase;
  scratch_.clear();
  const bool crowded = list_of(Phase::half_open).size > limits_.usual_half_open;
  expire(Phase::half_open, crowded ? limits_.half_open_timeout_if_more : limits_.half_open_timeout, scratch_);
  counters_.half_open_dropped += scratch_.size();
  expire(Phase::closed, limits_.tombstone_time, scratch_);
  expire(Phase::closing, limits_.closing_timeout, scratch_);
  expire(Phase::open, limits_.idle_timeout, scratch_);
  std::sort(scratch_.begin(), scratch_.end(), [this](Index a, Index b) {
    return flow(a).connection.first_packet().number < flow(b).connection.first_packet().number;
  });
  for (const Index index : scratch_) {
    TcpConnection& connection = flow(index).connection;
    const bool closing = connection.phase() == Phase::closing;
    connection.close(closing ? EndCause::fin : EndCause::idle, tick.packet, environment());
    remove(index);
  }
  if (slots_.size() > first_slots && size_ * sparse < slots_.size()) resize_slots(slots_.size() / 4);
}

void FlowTable::finish(PacketRef last) {
  scratch_.clear();
  for (const List& list : lists_) {
    for (Index index = list.first; index != no_flow; index = flow(index).next) scratch_.push_back(index);
  }
  std::sort(scratch_.begin(), scratch_.end(), [this](Index a, Index b) {
    return flow(a).connection.first_packet().number < flow(b).connection.first_packet().number;
  });
  for (const Index index : scratch_) {
    TcpConnection& connection = flow(index).connection;
    const bool closing = connection.phase() == TcpConnection::Phase::closing;
    connection.close(closing ? EndCause::fin : EndCause::capture_end, last, environment());
    remove(index);
  }
}

}  // namespace rtmpscope::net
