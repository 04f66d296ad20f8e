#include "output/text/carrier_line.hpp"

#include <fmt/format.h>

namespace rtmpscope::output {
namespace {

std::string http_connect_line(const FieldTexts& fields) {
  const std::string host = fields[FieldId::http_connect_host];
  const std::string port = fields[FieldId::http_connect_port];
  const std::string status = fields[FieldId::http_connect_status];
  return fmt::format("HTTP CONNECT to {}{}{}: {}", host, port.empty() ? "" : ":", port,
                     status.empty() ? "the answer was not captured" : status);
}

/// Of certificates the first, which is the server's own.
std::string tls_line(const FieldTexts& fields) {
  std::string line = "TLS";
  const auto add = [&](std::string_view before, FieldId id) {
    const std::string text = fields[id];
    if (!text.empty()) line.append(before).append(text);
  };
  const std::string version = fields[FieldId::tls_version];
  if (!version.empty()) line = version;
  add("  ", FieldId::tls_cipher_suite);
  add("  for ", FieldId::tls_server_name);
  add("  ALPN ", FieldId::tls_alpn);
  add("  certificate of ", FieldId::tls_certificate_subject);
  add(" until ", FieldId::tls_certificate_not_after);
  if (!fields[FieldId::tls_resumed].empty()) line.append("  resumed");
  if (!fields[FieldId::tls_midstream].empty()) line.append("  from mid-stream on");
  add(": ", FieldId::tls_keys);
  add(", ", FieldId::tls_likeness);
  return line;
}

std::string tls_alert_line(const FieldTexts& fields) {
  return fmt::format("TLS alert ({}): {}", fields[FieldId::tls_alert_level],
                     fields[FieldId::tls_alert_description]);
}

std::string tls_end_line(const FieldTexts& fields) {
  return fmt::format("TLS ends: {} records with {} bytes to the server, {} with {} to the client",
                     fields[FieldId::tls_end_to_server_records], fields[FieldId::tls_end_to_server_content],
                     fields[FieldId::tls_end_to_client_records], fields[FieldId::tls_end_to_client_content]);
}

std::string tunnel_open_line(const FieldTexts& fields) {
  const bool captured = fields[FieldId::tunnel_open_captured] == "true";
  std::string line = captured ? "tunnel opened" : "tunnel, opened before the capture";
  const std::string session = fields[FieldId::tunnel_session];
  if (!session.empty()) line.append(": session ").append(session);
  const std::string duration = fields.duration(FieldId::tunnel_open_response_time);
  if (!duration.empty()) line.append("  [").append(duration).append("]");
  return line;
}

std::string tunnel_close_line(const FieldTexts& fields) {
  std::string line = fmt::format("tunnel closed: {} sends, {} idles", fields[FieldId::tunnel_close_sends],
                                 fields[FieldId::tunnel_close_idles]);
  if (const std::string polling = fields[FieldId::tunnel_close_polling]; !polling.empty())
    line.append(", polling byte ").append(polling);
  const std::string mean = fields.duration(FieldId::tunnel_close_mean_time);
  if (mean.empty()) return line;
  return line.append(fmt::format(", response times {} to {}, mean {}",
                                 fields.duration(FieldId::tunnel_close_least_time),
                                 fields.duration(FieldId::tunnel_close_most_time), mean));
}

std::string rtmpe_open_line(const FieldTexts& fields) {
  return fmt::format("RTMPE key: {}", fields[FieldId::rtmpe_key]);
}

std::string icmp_line(const FieldTexts& fields) {
  std::string line =
      fmt::format("ICMP from {}: {}", fields[FieldId::icmp_reporter], fields[FieldId::icmp_error]);
  if (const std::string mtu = fields[FieldId::icmp_mtu]; !mtu.empty()) line.append(", MTU ").append(mtu);
  return line;
}

/// What is not there is left out.
std::string tcp_sample_line(const FieldTexts& fields) {
  std::string line = fmt::format("TCP second {}: {} packets, {} bytes", fields[FieldId::tcp_sample_second],
                                 fields[FieldId::tcp_sample_packets], fields[FieldId::tcp_sample_bytes]);
  const auto add = [&](FieldId id, std::string_view what) {
    const std::string text = fields[id];
    if (!text.empty()) line.append(fmt::format(", {} {}", text, what));
  };
  add(FieldId::tcp_sample_in_flight_max, "in flight");
  const std::string round_trip = fields.duration(FieldId::tcp_sample_round_trip_median);
  if (!round_trip.empty()) line.append(", round trip to the receiver ").append(round_trip);
  add(FieldId::tcp_sample_zero_windows, "zero windows");
  add(FieldId::tcp_sample_lost_before, "lost before the capture point");
  add(FieldId::tcp_sample_lost_behind, "lost behind it");
  add(FieldId::tcp_sample_spurious, "sent again for nothing");
  add(FieldId::tcp_sample_reordered, "reordered");
  add(FieldId::tcp_sample_not_captured, "bytes not captured");
  line.append("; limited by");
  const std::size_t before = line.size();
  for (const auto& [id, what] : {std::pair(FieldId::tcp_sample_limit_application, "application"),
                                 std::pair(FieldId::tcp_sample_limit_receiver, "receiver"),
                                 std::pair(FieldId::tcp_sample_limit_network, "network"),
                                 std::pair(FieldId::tcp_sample_limit_sender, "sender"),
                                 std::pair(FieldId::tcp_sample_limit_unknown, "unknown")}) {
    const std::string time = fields[id];
    if (!time.empty()) line.append(fmt::format("{} {} {} ms", line.size() == before ? "" : ",", what, time));
  }
  if (line.size() == before) line.append(" nothing");
  return line;
}

}  // namespace

std::optional<std::string> carrier_line(EventKind kind, const FieldTexts& fields) {
  switch (kind) {
    case EventKind::http_connect: return http_connect_line(fields);
    case EventKind::tls: return tls_line(fields);
    case EventKind::tls_alert: return tls_alert_line(fields);
    case EventKind::tls_key_update: return "TLS: new keys";
    case EventKind::tls_end: return tls_end_line(fields);
    case EventKind::tunnel_open: return tunnel_open_line(fields);
    case EventKind::tunnel_close: return tunnel_close_line(fields);
    case EventKind::rtmpe_open: return rtmpe_open_line(fields);
    case EventKind::icmp: return icmp_line(fields);
    case EventKind::tcp_sample: return tcp_sample_line(fields);
    default: return std::nullopt;
  }
}

}  // namespace rtmpscope::output
