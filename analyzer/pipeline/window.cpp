#include "pipeline/window.hpp"

#include <algorithm>

namespace rtmpscope::pipeline {

void WindowReader::read(Window& window) {
  for (auto& segments : window.segments) segments.clear();
  window.ticks.clear();
  window.last = !source_.read(window.batch, window_packets);
  net::TcpSegment segment;
  for (const capture::Packet& packet : window.batch.packets) {
    const PacketRef ref = packet.ref();
    if (ref.time >= next_tick_) {
      window.ticks.push_back(ref);
      next_tick_ = (ref.time / tick_interval + 1) * tick_interval;
    }
    last_packet_ = {ref.number, std::max(last_packet_.time, ref.time)};
    if (decoder_.decode(packet.bytes(), packet.wire_length, packet.link_type, ref, segment) ==
        net::DecodeResult::tcp) {
      window.segments[segment.host_pair_hash % shard_count].push_back(segment);
    }
  }
  window.datagrams = decoder_.take_buffers();
  window.last_packet = last_packet_;
}

}  // namespace rtmpscope::pipeline
