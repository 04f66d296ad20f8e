// The connections of one shard, served segment by segment.
#pragma once

#include <memory>

#include "api/public_events.hpp"
#include "net/flow_table.hpp"
#include "pipeline/connection.hpp"
#include "rtmfp/session_table.hpp"
#include "rtmpscope/analyzer.hpp"

namespace rtmpscope::api {

class Shard final : private net::FlowObserver {
 public:
  /// `options`, `keys` and `opened`, which counts the connections of all shards, outlive the shard.
  Shard(const v1::Options& options, const keys::KeyStore& keys, std::uint32_t& opened);

  /// Before anything else; valid until the next call.
  void set_observer(v1::Observer& observer) { events_.set_observer(observer); }
  void serve(const net::TcpSegment& segment) { flows_.on_segment(segment); }
  /// Of one shard only, which has all RTMFP sessions.
  void serve(const net::UdpDatagram& datagram);
  /// From the next packet on, keys up to that version are seen.
  void set_keys(keys::KeyVersion version) { context_.keys.set_version(version); }
  void set_memory_scarce(bool scarce) { memory_.set_scarce(scarce); }
  [[nodiscard]] std::size_t shared_bytes() const { return memory_.bytes(); }
  /// Ends what has timed out. At full seconds of capture time.
  void tick(const net::Tick& tick);
  /// The capture is over.
  void finish(PacketRef last);

 private:
  std::unique_ptr<net::FlowHandler> on_open(const net::FlowInfo& info, PacketRef packet) override;

  PublicEvents events_;
  rtmp::SharedMemory memory_;
  pipeline::ConnectionContext context_;
  net::FlowTable flows_;
  std::unique_ptr<rtmfp::SessionTable> rtmfp_;  ///< null until the first datagram comes
  Timestamp clock_ = 0;                         ///< of the last tick
};

}  // namespace rtmpscope::api
