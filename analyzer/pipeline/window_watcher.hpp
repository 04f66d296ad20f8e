// Who sees all packets of a run besides the analysis.
#pragma once

#include "capture/packet.hpp"
#include "keys/key_store.hpp"
#include "net/tcp_segment.hpp"

namespace rtmpscope::pipeline {

/// Called window by window, in the order of the capture, from any thread, one at a time: the packets of a
/// window with TCP, then (by the assembler) what came out of it, then end_window().
class WindowWatcher {
 public:
  virtual ~WindowWatcher() = default;
  /// Before all others; `store` lives until the last end_window().
  virtual void on_keys(const keys::KeyStore& /*store*/) {}
  virtual void on_packet(const capture::Packet& packet, const net::TcpSegment& segment) = 0;
  virtual void end_window() = 0;
};

}  // namespace rtmpscope::pipeline
