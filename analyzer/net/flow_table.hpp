// All TCP connections of one shard.
#pragma once

#include <limits>
#include <vector>

#include "net/capture_clock.hpp"
#include "net/tcp_connection.hpp"

namespace rtmpscope::net {

/// Sorts segments to their connections. Single-threaded. Segments of one connection come in capture order.
///
/// Time is that of the ticks (capture_clock.hpp): activity is dated by the last one, so that what ends when
/// depends neither on the other flows of the table nor on clocks that step back between two ticks. The caller
/// has to call `on_tick` at capture times that do not depend on how flows are spread over tables, for example
/// at each full second, before the first packet of that second or later. Tick::clock does not go back.
class FlowTable {
 public:
  FlowTable(const FlowLimits& limits, FlowObserver& observer);
  FlowTable(const FlowTable&) = delete;
  FlowTable& operator=(const FlowTable&) = delete;

  void on_segment(const TcpSegment& segment);

  /// Loads what `on_segment` will need for a segment with that TcpSegment::hash: first the table's slot, some
  /// segments ahead; then, nearer, the flow itself.
  void prefetch(std::uint32_t hash) const { __builtin_prefetch(&slots_[hash & mask_]); }
  void prefetch_flow(std::uint32_t hash) const;
  /// Still nearer, for a segment that brings the handler something: the handler. Answers whether it does.
  bool prefetch_handler(const TcpSegment& segment) const;
  /// And then what the handler loads at each of its steps.
  void prefetch_handler(const TcpSegment& segment, unsigned step) const;

  /// Ends what has timed out at `tick`. Flows end in the order in which they began.
  void on_tick(const Tick& tick);

  /// The capture is over: ends all flows (EndCause::capture_end), in the order in which they began.
  void finish(PacketRef last);

  [[nodiscard]] const FlowCounters& counters() const { return counters_; }
  /// Flows in the table, tombstones included.
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Out-of-order payload that waits, and how many gaps were given up because there was too much of it.
  [[nodiscard]] const HeldMemory& held() const { return held_; }

 private:
  using Index = std::uint32_t;
  static constexpr Index no_flow = std::numeric_limits<Index>::max();
  static constexpr std::size_t flows_per_slab = 32;
  static constexpr Timestamp before_ticks = std::numeric_limits<Timestamp>::min();

  struct Flow {
    TcpConnection connection;
    Timestamp last_active =
        before_ticks;  // time of the tick before the last packet; a tombstone: before its end
    Index previous = no_flow;
    Index next = no_flow;
    std::uint32_t hash = 0;
    TcpConnection::Phase list{};  // the list that it is in
  };
  static_assert(sizeof(Flow) <= 376, "an idle connection has to be cheap");

  /// Places for flows; the memory is freed when there are none.
  struct Slab {
    std::unique_ptr<Flow[]> flows;
    std::uint32_t used = 0;  ///< a bit for each
    bool vacant = false;     ///< is in `vacant_`
  };
  static_assert(flows_per_slab == 32, "Slab::used has a bit for each");

  struct Slot {
    std::uint32_t hash = 0;
    Index flow = no_flow;
  };
  /// Flows of one phase, least recently active first.
  struct List {
    Index first = no_flow;
    Index last = no_flow;
    std::size_t size = 0;
  };

  [[nodiscard]] Flow& flow(Index index) {
    return slabs_[index / flows_per_slab].flows[index % flows_per_slab];
  }
  [[nodiscard]] const Flow& flow(Index index) const {
    return slabs_[index / flows_per_slab].flows[index % flows_per_slab];
  }
  [[nodiscard]] List& list_of(TcpConnection::Phase phase) { return lists_[static_cast<std::size_t>(phase)]; }
  [[nodiscard]] Index find(const TcpSegment& segment) const;
  [[nodiscard]] Index add(const TcpSegment& segment);
  void remove(Index index);
  void evict_one(PacketRef packet);
  [[nodiscard]] Index take_place();
  void free_place(Index index);
  void resize_slots(std::size_t size);
  void insert_slot(std::uint32_t hash, Index index);
  void link(Index index, TcpConnection::Phase phase);
  void unlink(Index index);
  void touch(Index index);
  void expire(TcpConnection::Phase phase, Timestamp timeout, std::vector<Index>& expired);
  [[nodiscard]] TcpConnection::Environment environment() { return {limits_, observer_, held_, counters_}; }

  FlowLimits limits_;
  FlowObserver& observer_;
  HeldMemory held_;
  FlowCounters counters_;
  std::vector<Slot> slots_;  // open addressing with linear probing; size is a power of two
  std::uint32_t mask_ = 0;
  std::size_t size_ = 0;
  std::vector<Slab> slabs_;
  std::vector<Index> vacant_;    ///< numbers of slabs with free places
  std::size_t empty_slabs_ = 0;  ///< of these, without a flow but with memory
  std::array<List, 4> lists_;
  std::vector<Index> scratch_;
  Timestamp first_tick_ = before_ticks;
  Timestamp last_tick_ = before_ticks;
};

}  // namespace rtmpscope::net
