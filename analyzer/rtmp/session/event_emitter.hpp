// The events that every connection has, RTMP or not: its opening, its findings, its close.
#pragma once

#include <vector>

#include "rtmp/session/events.hpp"
#include "rtmp/session/summary.hpp"

namespace rtmpscope::rtmp {

/// Findings of one id that a connection reports as events; further ones are counted, and their number is
/// reported at its end.
inline constexpr std::uint32_t maximum_finding_events = 10;

/// Sends the events of one connection to a sink, and keeps its summary.
///
/// Call order: open, then anything, then close once.
class EventEmitter {
 public:
  /// `connection` is the number that the events carry; `sink` must outlive the emitter.
  EventEmitter(const ConnectionInfo& info, std::uint32_t connection, EventSink& sink)
      : connection_(connection), sink_(sink) {
    summary_.info = info;
  }

  /// Tells that the connection began, and of a proxy header in front of its bytes.
  void open(PacketRef packet);
  /// Fills in the event's packet and connection. Its direction is the caller's.
  void emit(Event& event, PacketRef packet);
  /// The same, unless there were too many of the kind.
  void emit_finding(FindingEvent& event, PacketRef packet);
  /// Something happened in `packet` that has no event.
  void note_time(PacketRef packet) { summary_.last_time = std::max(summary_.last_time, packet.time); }
  /// Tells how many findings were left out, and what the connection amounts to. `totals` by
  /// index_of(Direction).
  void close(EndCause cause, PacketRef packet, const std::array<DirectionTotals, 2>& totals);

  [[nodiscard]] ConnectionSummary& summary() { return summary_; }
  [[nodiscard]] const ConnectionSummary& summary() const { return summary_; }

 private:
  void send(Event& event, PacketRef packet);

  ConnectionSummary summary_;
  std::uint32_t connection_;
  EventSink& sink_;
  std::vector<std::pair<FindingId, std::uint32_t>> finding_counts_;
};

}  // namespace rtmpscope::rtmp
