// The session table for a caller who has datagrams, but none of `net`: the Wireshark plugin.
#pragma once

#include "net/capture_clock.hpp"
#include "rtmfp/datagram_filter.hpp"
#include "rtmfp/session_table.hpp"

namespace rtmpscope::rtmfp {

/// A UDP datagram, and where it goes.
struct Datagram {
  Endpoint source;
  Endpoint destination;
  PacketRef packet;
  Bytes bytes;            ///< what was captured
  std::uint32_t cut = 0;  ///< bytes behind them that were not
};

/// Packets come in the order of the capture. One thread at a time.
class SessionFeed {
 public:
  /// As SessionTable's.
  SessionFeed(rtmp::EventSink& sink, const SessionOptions& options, const keys::KeyView& keys,
              std::uint32_t& opened)
      : table_(sink, options, keys, opened) {}

  /// For every packet, whatever it is: time passes, and sessions end in silence.
  void on_packet(PacketRef packet);
  /// Nothing: it belongs to no session. Calls on_packet itself.
  std::optional<Taken> on_datagram(const Datagram& datagram);

 private:
  SessionTable table_;
  DatagramFilter filter_;
  net::CaptureClock clock_;
};

}  // namespace rtmpscope::rtmfp
