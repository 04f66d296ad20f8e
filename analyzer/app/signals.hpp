// What signals do in live capture: SIGINT and SIGTERM end it, SIGHUP asks for a new output file.
#pragma once

#include "capture/source.hpp"

namespace rtmpscope::app {

/// While it lives, the signals act on `source`. One at a time; to be made before other threads start.
class LiveSignals {
 public:
  explicit LiveSignals(capture::PacketSource& source);
  LiveSignals(const LiveSignals&) = delete;
  LiveSignals& operator=(const LiveSignals&) = delete;
  ~LiveSignals();
};

/// Whether SIGHUP came since the last call.
[[nodiscard]] bool take_reopen_request();

}  // namespace rtmpscope::app
