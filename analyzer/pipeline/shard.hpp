// A part of the connections, with everything that belongs to them. Single-threaded: one thread at a time.
#pragma once

#include <exception>
#include <memory>

#include "net/flow_table.hpp"
#include "output/observer.hpp"
#include "pipeline/connection.hpp"
#include "pipeline/window.hpp"
#include "rtmfp/session_table.hpp"

namespace rtmpscope::pipeline {

struct ShardOptions {
  rtmp::SessionOptions session;
  std::vector<std::uint16_t> rtmp_ports;
  const keys::KeyStore* keys = nullptr;  ///< null: none
  /// Whether what only the judgement needs is found out: how TCP goes. It costs some time.
  bool analysis = false;
};

/// What became of the capture's TCP connections.
struct ConnectionCounts {
  std::uint32_t opened = 0;         ///< sessions
  std::uint64_t not_rtmp = 0;       ///< of these, on an RTMP port with something else
  std::uint64_t other = 0;          ///< connections without a session
  std::uint64_t late_segments = 0;  ///< came after their connection had been reset
  std::uint64_t late_bytes = 0;
  std::uint64_t half_open_pushed_out = 0;  ///< of `other`: forgotten because there were too many
  std::uint64_t unopened = 0;              ///< of `opened`: refused or not answered
  std::uint64_t unopened_left_out = 0;     ///< of `other`: refused or not answered, beyond a limit
  std::uint64_t rtmfp_datagrams = 0;       ///< of sessions that were opened
  std::uint64_t rtmfp_left_out = 0;        ///< attempts to open sessions, beyond rtmfp::Limits::unanswered
};

class Shard final : private net::FlowObserver {
 public:
  Shard(const ShardOptions& options, std::unique_ptr<output::Observer> observer);

  /// Whether all shards together hold too much.
  void set_memory_scarce(bool scarce) { memory_.set_scarce(scarce); }
  /// From the next segment on, keys up to that version are seen.
  void set_keys(keys::KeyVersion version) { context_.keys.set_version(version); }
  [[nodiscard]] std::size_t shared_bytes() const { return memory_.bytes(); }

  /// Segments and ticks come in the order of the capture; finish, which ends all connections, comes last.
  void on_segment(const net::TcpSegment& segment) {
    flows_.on_segment(segment);
    mark_spans(segment.packet.number);
  }
  /// May come before or behind segments of the same section. Of one shard only: pipeline::rtmfp_shard.
  void on_datagram(const net::UdpDatagram& datagram);
  void on_tick(const net::Tick& tick);
  void finish(PacketRef last);

  /// Each of these loads what the next one, or at last on_segment, looks at: to be called in this order, with
  /// something else in between.
  void prefetch(const net::TcpSegment& segment) const {
    flows_.prefetch(segment.hash);
    if (segment.wire_length > 0) __builtin_prefetch(segment.payload);
  }
  void prefetch_flow(const net::TcpSegment& segment) const { flows_.prefetch_flow(segment.hash); }
  /// Answers whether the segment brings its connection something; if not, the next ones are not needed.
  [[nodiscard]] bool prefetch_handler(const net::TcpSegment& segment) const {
    // Without gaps, an acknowledgement brings nothing.
    return (segment.wire_length != 0 || context_.gaps) && flows_.prefetch_handler(segment);
  }
  /// `step` from 0 to 2.
  void prefetch_handler(const net::TcpSegment& segment, unsigned step) const {
    if (step < 2 || context_.gaps) flows_.prefetch_handler(segment, step);
  }

  /// Calls one of these. If it throws, the shard's state is no longer certain.
  template <typename Call>
  void remember_failure(Call&& call) {
    try {
      call();
    } catch (...) {
      failed_ = true;
      throw;
    }
  }
  [[nodiscard]] bool failed() const { return failed_; }
  /// Calls it unless that has happened, and catches what it throws.
  template <typename Call>
  void unless_failed(Call&& call) {
    if (failed_) return;
    try {
      call(*this);
    } catch (const std::exception&) {
      failed_ = true;
    }
  }

  /// What came out since the last call replaces what is in `to`.
  void hand_over(output::Output& to);

  /// Adds what was counted so far, but for the number of sessions, which is the merger's.
  void add_counts(ConnectionCounts& counts) const;

 private:
  std::unique_ptr<net::FlowHandler> on_open(const net::FlowInfo& info, PacketRef packet) override;
  void on_unopened(const net::UnopenedFlow& flow) override { context_.on_unopened(flow); }
  /// An event may be about an earlier packet (a handshake part that was held until the protocol was decided).
  /// The merger orders by the packet that made it come out.
  void mark_spans(std::uint64_t frame) {
    auto& spans = output_.spans;
    for (; marked_ < spans.size(); ++marked_) spans[marked_].frame = frame;
  }

  std::vector<std::uint16_t> rtmp_ports_;
  std::unique_ptr<output::Observer> observer_;
  output::Output& output_;  ///< of the observer
  rtmp::SharedMemory memory_;
  ConnectionContext context_;
  net::FlowTable flows_;
  std::unique_ptr<rtmfp::SessionTable> rtmfp_;  ///< null until the first datagram comes
  Timestamp clock_ = 0;                         ///< of the last tick
  bool failed_ = false;
  std::size_t marked_ = 0;  ///< spans of the current output that have their sort key
};

}  // namespace rtmpscope::pipeline
