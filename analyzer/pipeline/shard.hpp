// A part of the connections, with everything that belongs to them. Single-threaded: one thread at a time.
#pragma once

#include <memory>

#include "net/flow_table.hpp"
#include "output/observer.hpp"
#include "pipeline/connection.hpp"
#include "pipeline/window.hpp"

namespace rtmpscope::pipeline {

struct ShardOptions {
  rtmp::SessionOptions session;
  std::vector<std::uint16_t> rtmp_ports;
};

/// What became of the capture's TCP connections.
struct ConnectionCounts {
  std::uint32_t opened = 0;         ///< sessions
  std::uint64_t not_rtmp = 0;       ///< of these, on an RTMP port with something else
  std::uint64_t other = 0;          ///< connections without a session
  std::uint64_t late_segments = 0;  ///< came after their connection had been reset
  std::uint64_t late_bytes = 0;
};

class Shard final : private net::FlowObserver {
 public:
  Shard(const ShardOptions& options, std::unique_ptr<output::Observer> observer);

  /// The shard's segments of the window, and at the last window the end of all connections. What comes out is
  /// put into the window; nothing else of it is changed.
  void process(Window& window, std::size_t own_index);

  /// Adds what was counted so far, but for the number of sessions, which is the merger's.
  void add_counts(ConnectionCounts& counts) const;

 private:
  std::unique_ptr<net::FlowHandler> on_open(const net::FlowInfo& info, PacketRef packet) override;
  void process_part(const Window& window, std::span<const std::uint32_t> part);
  void mark_spans(std::uint64_t frame);

  std::vector<std::uint16_t> rtmp_ports_;
  std::unique_ptr<output::Observer> observer_;
  output::Output& output_;  ///< of the observer
  ConnectionContext context_;
  net::FlowTable flows_;
  std::size_t marked_ = 0;  ///< spans of the current output that have their sort key
};

}  // namespace rtmpscope::pipeline
