// A run of packets on its way through the pipeline: read and decoded once, then handed to the shards.
#pragma once

#include <array>
#include <vector>

#include "capture/source.hpp"
#include "net/packet_decoder.hpp"
#include "pipeline/limits.hpp"

namespace rtmpscope::pipeline {

/// Packets of one step. Reused, so that steps do not allocate.
struct Window {
  capture::PacketBatch batch;
  net::DatagramBuffers datagrams;  ///< keep the payloads of defragmented segments alive
  std::array<std::vector<net::TcpSegment>, shard_count> segments;  ///< by shard, in capture order
  std::vector<PacketRef> ticks;    ///< before the segments of packets with that number or a higher one
  PacketRef last_packet;           ///< of all windows so far
  bool last = false;               ///< nothing comes after this window
};

/// Fills windows, one after the other, in capture order.
class WindowReader {
 public:
  explicit WindowReader(capture::PacketSource& source) : source_(source) {}

  void read(Window& window);
  [[nodiscard]] const net::DecodeCounters& counters() const { return decoder_.counters(); }
  /// Highest number and latest time so far.
  [[nodiscard]] PacketRef last_packet() const { return last_packet_; }

 private:
  capture::PacketSource& source_;
  net::PacketDecoder decoder_;
  PacketRef last_packet_;
  Timestamp next_tick_ = 0;
};

}  // namespace rtmpscope::pipeline
