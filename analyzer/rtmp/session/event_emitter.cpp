#include "rtmp/session/event_emitter.hpp"

#include <algorithm>

namespace rtmpscope::rtmp {

void EventEmitter::open(PacketRef packet) {
  summary_.first_time = packet.time;
  summary_.last_time = packet.time;
  ConnectionOpenEvent event(summary_.info);
  emit(event, packet);
  if (summary_.info.proxy_header == 0) return;
  FindingEvent finding(FindingId::proxy_header);
  finding.direction = Direction::to_server;
  finding.a = summary_.info.proxy_header;
  emit_finding(finding, packet);
}

void EventEmitter::emit(Event& event, PacketRef packet) {
  note_time(packet);
  send(event, packet);
}

void EventEmitter::send(Event& event, PacketRef packet) {
  event.packet = packet;
  event.connection = connection_;
  event.about = &summary_.info;
  sink_.on_event(event);
}

void EventEmitter::emit_finding(FindingEvent& event, PacketRef packet) {
  ++summary_.findings[static_cast<std::size_t>(event.severity())];
  const auto found = std::find_if(finding_counts_.begin(), finding_counts_.end(),
                                  [&](const auto& entry) { return entry.first == event.id; });
  const std::uint32_t seen = found == finding_counts_.end() ? 0 : found->second;
  if (found == finding_counts_.end()) {
    finding_counts_.emplace_back(event.id, 1);
  } else {
    ++found->second;
  }
  if (seen < maximum_finding_events) emit(event, packet);
}

void EventEmitter::close(EndCause cause, PacketRef packet, const std::array<DirectionTotals, 2>& totals) {
  for (const auto& [id, seen] : finding_counts_) {
    if (seen <= maximum_finding_events) continue;
    FindingEvent event(id);
    event.suppressed = seen - maximum_finding_events;
    emit(event, packet);
  }
  summary_.end = cause;
  // The connection may be long over when that is noticed.
  const Timestamp last_time = std::max(totals[0].last_time, totals[1].last_time);
  summary_.last_time = last_time != 0 ? last_time : std::max(summary_.last_time, packet.time);
  ConnectionCloseEvent event(summary_, totals);
  send(event, packet);
}

}  // namespace rtmpscope::rtmp
