#include "capture/time_merge.hpp"

namespace rtmpscope::capture {

void TimeMerge::add(const Packet& packet, std::size_t number, MergeClock::time_point arrival) {
  Queue& queue = queues_[number];
  queue.packets.push_back(packet);
  queue.arrivals.push_back(arrival);
  queue.storage.insert(queue.storage.end(), packet.data, packet.data + packet.captured_length);
}

/// What was handed over goes when it is more than half.
void TimeMerge::Queue::pop() {
  storage_used += packets[first].captured_length;
  ++first;
  if (2 * first < packets.size()) return;
  packets.erase(packets.begin(), packets.begin() + static_cast<std::ptrdiff_t>(first));
  arrivals.erase(arrivals.begin(), arrivals.begin() + static_cast<std::ptrdiff_t>(first));
  storage.erase(storage.begin(), storage.begin() + static_cast<std::ptrdiff_t>(storage_used));
  first = storage_used = 0;
}

TimeMerge::Queue* TimeMerge::earliest(bool& all_have_one) {
  Queue* found = nullptr;
  all_have_one = true;
  for (Queue& queue : queues_) {
    if (queue.empty()) {
      all_have_one = false;
    } else if (found == nullptr || queue.packets[queue.first].time < found->packets[found->first].time) {
      found = &queue;
    }
  }
  return found;
}

void TimeMerge::release(MergeClock::time_point settled, const std::function<void(const Packet&)>& to) {
  bool all_have_one = false;
  while (Queue* queue = earliest(all_have_one)) {
    Packet packet = queue->packets[queue->first];
    if (!all_have_one && queue->arrivals[queue->first] > settled) return;
    packet.data = queue->storage.data() + queue->storage_used;
    to(packet);
    queue->pop();
  }
}

}  // namespace rtmpscope::capture
