#include "rtmp/session/event_emitter.hpp"

#include <algorithm>

namespace rtmpscope::rtmp {
namespace {

/// Says how the connection ended from what the sides did: that a reset came when they had nothing more to say
/// to each other, or that the capture ended, is not what ended it.
void note_end(ConnectionSummary& summary, EndCause cause, const std::array<DirectionTotals, 2>& totals) {
  const DirectionTotals& client = totals[index_of(Direction::to_server)];
  const DirectionTotals& server = totals[index_of(Direction::to_client)];
  const bool is_closed = client.closed || server.closed;
  std::optional<Side> closed;
  if (client.closed_first) closed = Side::client;
  if (server.closed_first) closed = Side::server;
  std::optional<Side> reset;
  if (client.reset || server.reset) reset = client.reset ? Side::client : Side::server;
  // A side that has closed resets the connection if the other one says something more to it.
  const bool ends_by_closing =
      is_closed && (cause != EndCause::reset || (client.closed && server.closed) || reset == closed);
  summary.end = ends_by_closing ? EndCause::fin : cause;
  summary.ended_by = ends_by_closing ? closed : reset;
  summary.reset = reset.has_value();
  if (client.end.tcp && server.end.tcp)
    summary.captured_at = capture_point_of(server.end.tcp->round_trip_us, client.end.tcp->round_trip_us);
}

}  // namespace

void EventEmitter::open(PacketRef packet) {
  summary_.first_time = packet.time;
  summary_.last_time = packet.time;
  ConnectionOpenEvent event(summary_.info);
  emit(event, packet);
  for (const ProxyHeader& header : summary_.info.proxy_headers) {
    FindingEvent finding(FindingId::proxy_header);
    finding.direction = Direction::to_server;
    finding.a = header.length;
    emit_finding(finding, packet);
  }
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
  note_end(summary_, cause, totals);
  // The connection may be long over when that is noticed.
  const Timestamp last_time = std::max(totals[0].last_time, totals[1].last_time);
  summary_.last_time = last_time != 0 ? last_time : std::max(summary_.last_time, packet.time);
  ConnectionCloseEvent event(summary_, totals);
  send(event, packet);
}

}  // namespace rtmpscope::rtmp
