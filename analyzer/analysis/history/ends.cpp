#include "analysis/history/ends.hpp"

namespace rtmpscope::analysis {
namespace {

std::optional<std::uint32_t> small(Value from, std::string_view path) {
  const auto value = unsigned_at(from, path);
  return value ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
}

std::optional<Moment> moment_at(Value from, std::string_view time, std::string_view frame) {
  const auto at = time_at(from, time);
  if (!at) return std::nullopt;
  return Moment{*at, unsigned_at(from, frame).value_or(0)};
}

std::optional<EndMark> end_mark(Value side, std::string_view key) {
  const Value from = member(side, key);
  if (!from) return std::nullopt;
  const auto at = moment_at(from, "time", "frame");
  if (!at) return std::nullopt;
  EndMark mark;
  mark.at = *at;
  mark.offset = unsigned_at(from, "stream_offset").value_or(0);
  mark.after_own_fin = flag_at(from, "after_own_fin");
  mark.after_peer_fin = flag_at(from, "after_peer_fin");
  mark.answers_data = flag_at(from, "answers_data");
  const Value in_window = member(from, "in_window");
  mark.in_window = !in_window || in_window.flag();
  mark.ttl = small(from, "ttl");
  mark.ttl_usual = small(from, "ttl_usual");
  return mark;
}

void add_side(SideHistory& side, Value from) {
  side.fin = end_mark(from, "fin");
  side.reset = end_mark(from, "reset");
  side.last_data = moment_at(from, "last_data_time", "last_data_frame");
  side.last_packet = time_at(from, "last_packet_time");
  side.bytes = unsigned_at(from, "bytes").value_or(0);
  side.packets = unsigned_at(from, "packets").value_or(0);
  side.missing_bytes = unsigned_at(from, "missing_bytes").value_or(0);
  side.acknowledged = unsigned_at(from, "acknowledged");
  side.fin_not_captured = flag_at(from, "fin_not_captured");
  side.repeats_at_end = unsigned_at(from, "tcp.repeats_at_end").value_or(0);
  side.unanswered_ms = number_at(from, "tcp.unanswered_ms");
}

/// What a direction's figures say of windows is about its receiver.
void add_windows(SideHistory& receiver, Value from) {
  receiver.zero_window_at_end_ms = number_at(from, "tcp.zero_window_at_end_ms");
  receiver.longest_zero_window_ms = number_at(from, "tcp.longest_zero_window_ms");
}

std::optional<Direction> sender(std::string_view side) {
  if (side == "client") return Direction::to_server;
  if (side == "server") return Direction::to_client;
  return std::nullopt;
}

}  // namespace

void add_opening(History& history, const Record& record) {
  Value from = record.members;
  history.opened = record.at;
  history.client_address = text_at(from, "client.address");
  history.server_address = text_at(from, "server.address");
  history.client_port = static_cast<std::uint16_t>(unsigned_at(from, "client.port").value_or(0));
  history.server_port = static_cast<std::uint16_t>(unsigned_at(from, "server.port").value_or(0));
  history.transport = text_at(from, "transport");
  history.start = text_at(from, "start");
  history.uid = text_at(from, "uid");
  // Streams of a connection that began before the capture are there already.
  if (history.start == "midstream") history.phase = Phase::running;
}

void add_close(History& history, const Record& record) {
  Value from = record.members;
  CloseNote& close = history.close.emplace();
  close.at = record.at;
  close.reason = text_at(from, "reason");
  close.ended_by = sender(text_at(from, "ended_by"));
  for (const auto& [direction, key] :
       {std::pair(Direction::to_server, "to_server"), std::pair(Direction::to_client, "to_client")}) {
    const Value side = member(from, key);
    if (!side) continue;
    add_side(history.side(direction), side);
    add_windows(history.side(opposite(direction)), side);
  }
}

void add_tunnel_close(History& history, const Record& record) {
  history.tunnel_closed = moment_at(record.members, "asked_time", "asked_frame");
}

void add_tcp_sample(History& history, const Record& record) {
  if (!record.direction || unsigned_at(record.members, "zero_window_ms").value_or(0) == 0) return;
  history.side(opposite(*record.direction)).last_zero_window = record.at.time;
}

void add_tls(History& history, const Record& record) {
  TlsHistory& tls = history.tls;
  tls.seen = true;
  if (history.phase < Phase::tls) history.phase = Phase::tls;
  Value from = record.members;
  if (record.kind == EventKind::tls_alert) {
    tls.alert = text_at(from, "description");
    tls.alert_fatal = text_at(from, "level") == "fatal";
    tls.alert_by = record.direction;
    tls.alert_at = record.at;
    return;
  }
  if (record.kind != EventKind::tls) return;
  tls.server_name = text_at(from, "server_name");
  tls.version = text_at(from, "version");
  tls.decrypted = text_at(from, "keys") == "found";
  tls.opening_missing = text_at(from, "keys") == "opening_not_captured";
}

}  // namespace rtmpscope::analysis
