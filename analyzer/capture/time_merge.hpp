// Packets of several interfaces in the order of their times.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "capture/packet.hpp"

namespace rtmpscope::capture {

/// Each interface hands its packets over in order, but later or earlier than the others. So each has a queue.
class TimeMerge {
 public:
  explicit TimeMerge(std::size_t interfaces) : queues_(interfaces) {}

  /// Copies the packet; its `interface_id` says which queue.
  void add(const Packet& packet);

  /// Hands over what is in order: packets up to `settled`, before which no interface brings anything any
  /// more, and those after which each interface has one. The `data` is valid during the call.
  void release(Timestamp settled, const std::function<void(const Packet&)>& to);

 private:
  struct Queue {
    std::vector<Packet> packets;
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
