// A connection that carries something else than RTMP: it is reported, and not decoded.
#pragma once

#include "rtmp/session/event_emitter.hpp"

namespace rtmpscope::rtmp {

/// Call order: open, then close once. Its bytes are nobody's.
class OpaqueConnection {
 public:
  /// `info.transport` says what it carries. `connection` is the number that the events carry; `sink` must
  /// outlive the object.
  OpaqueConnection(const ConnectionInfo& info, std::uint32_t connection, EventSink& sink)
      : events_(info, connection, sink) {}

  void open(PacketRef packet) {
    events_.open(packet);
    if (is_rtmp(events_.summary().info.transport))
      return;  // by its shape; its carrier says why it is not decoded
    FindingEvent finding(FindingId::not_rtmp);
    events_.emit_finding(finding, packet);
  }
  /// What a carrier has to tell: goes to the sink as it is.
  void add_event(Event& event, PacketRef packet) { events_.emit(event, packet); }
  void add_finding(FindingEvent& event, PacketRef packet) { events_.emit_finding(event, packet); }
  void close(EndCause cause, PacketRef packet, const std::array<DirectionTotals, 2>& totals) {
    events_.close(cause, packet, totals);
  }

 private:
  EventEmitter events_;
};

}  // namespace rtmpscope::rtmp
