// Packets of several interfaces in the order of their times.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "capture/packet.hpp"

namespace rtmpscope::capture {

/// By which it is decided what may still come: that of packets may be set.
using MergeClock = std::chrono::steady_clock;

/// Each interface hands its packets over in order, but later or earlier than the others. So each has a queue.
class TimeMerge {
 public:
  explicit TimeMerge(std::size_t queues) : queues_(queues) {}

  /// Copies the packet. Those of one queue come in order.
  void add(const Packet& packet, std::size_t queue, MergeClock::time_point arrival);

  /// Hands over what is in order: packets that have arrived up to `settled`, so that no queue brings an
  /// earlier one any more, and those after which each queue has one. The `data` is valid during the call.
  void release(MergeClock::time_point settled, const std::function<void(const Packet&)>& to);

 private:
  struct Queue {
    std::vector<Packet> packets;
    std::vector<MergeClock::time_point> arrivals;
    std::vector<std::uint8_t> storage;
    std::size_t first = 0;         ///< that has not been handed over
    std::size_t storage_used = 0;  ///< bytes before it

    [[nodiscard]] bool empty() const { return first == packets.size(); }
    void pop();
  };
  [[nodiscard]] Queue* earliest(bool& all_have_one);

  std::vector<Queue> queues_;
};

}  // namespace rtmpscope::capture
