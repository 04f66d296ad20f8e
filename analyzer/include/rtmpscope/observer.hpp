// Whom an analysis calls.
#pragma once

#include "rtmpscope/events.hpp"

namespace rtmpscope::v1 {

/// All calls come on the thread that runs the analysis. Order: on_open once for each connection, then the
/// other calls with it, on_close once and last. Calls of one connection are in the order of the capture; so
/// are those of several connections, but that an event may be dated earlier than the one before it, because
/// it had to wait for proof.
///
/// What a call throws ends the analysis and passes through to its caller.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_open(const Connection&) {}
  virtual void on_message(const Connection&, const Message&) {}
  virtual void on_finding(const Connection&, const Finding&) {}
  virtual void on_gap(const Connection&, const Gap&) {}
  /// Once for each second of capture time in which there are packets; live, also where there are none.
  virtual void on_tick(Time) {}
  virtual void on_close(const Connection&, const Report&) {}
};

}  // namespace rtmpscope::v1
