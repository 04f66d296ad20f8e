#include "carrier/tls_events.hpp"

#include <fmt/format.h>

#include <chrono>

namespace rtmpscope::carrier {
namespace {

void put_text(FieldSink& sink, FieldId id, std::string_view text) {
  sink.text(id, {}, as_bytes(text));
}

void put_if(FieldSink& sink, FieldId id, bool value) {
  if (value) sink.flag(id, {}, true);
}

void put_unless_zero(FieldSink& sink, FieldId id, std::uint64_t value) {
  if (value != 0) sink.number(id, {}, value);
}

void put_list(FieldSink& sink, FieldId list, FieldId element, const std::vector<std::string>& names) {
  if (names.empty()) return;
  sink.begin(list, 0);
  for (const std::string& name : names) put_text(sink, element, name);
  sink.end(list, 0);
}

/// RFC 3339, whole seconds.
std::string date_text(Timestamp time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(std::chrono::nanoseconds(time));
  const auto days = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date{std::chrono::sys_days(days)};
  const std::chrono::hh_mm_ss clock(seconds - days);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

void describe_certificate(const tls::Certificate& certificate, FieldSink& sink) {
  sink.begin(FieldId::tls_certificate, 0);
  if (!certificate.subject.empty()) put_text(sink, FieldId::tls_certificate_subject, certificate.subject);
  if (!certificate.issuer.empty()) put_text(sink, FieldId::tls_certificate_issuer, certificate.issuer);
  put_list(sink, FieldId::tls_certificate_names, FieldId::tls_certificate_name, certificate.names);
  put_text(sink, FieldId::tls_certificate_not_before, date_text(certificate.not_before));
  put_text(sink, FieldId::tls_certificate_not_after, date_text(certificate.not_after));
  sink.end(FieldId::tls_certificate, 0);
}

}  // namespace

void TlsEvent::describe(FieldSink& sink) const {
  const auto& client = opening.client;
  const auto& server = opening.server;
  if (server) {
    sink.number(FieldId::tls_version, {}, server->version);
    sink.number(FieldId::tls_cipher_suite, {}, server->cipher_suite);
  } else if (client) {
    sink.number(FieldId::tls_version, {}, client->version);
  }
  if (client && client->server_name) put_text(sink, FieldId::tls_server_name, *client->server_name);
  if (opening.alpn) put_text(sink, FieldId::tls_alpn, *opening.alpn);
  if (client) put_list(sink, FieldId::tls_alpn_offered, FieldId::tls_alpn_offered_name, client->alpn);
  const bool same_id =
      client && server && !client->session_id.empty() && client->session_id == server->session_id;
  put_if(sink, FieldId::tls_resumed,
         server && (server->version >= 0x0304 ? server->pre_shared_key : same_id));
  put_if(sink, FieldId::tls_hello_retry, opening.hello_retry);
  put_if(sink, FieldId::tls_extended_master_secret, server && server->extended_master_secret);
  put_if(sink, FieldId::tls_encrypt_then_mac, server && server->encrypt_then_mac);
  put_if(sink, FieldId::tls_early_data, client && client->early_data);
  put_if(sink, FieldId::tls_midstream, opening.midstream);
  if (!opening.certificates.empty()) {
    sink.begin(FieldId::tls_certificates, 0);
    for (const tls::Certificate& certificate : opening.certificates) describe_certificate(certificate, sink);
    sink.end(FieldId::tls_certificates, 0);
  }
  sink.number(FieldId::tls_keys, {}, static_cast<std::uint64_t>(opening.keys));
  if (opening.likeness) sink.number(FieldId::tls_likeness, {}, static_cast<std::uint64_t>(*opening.likeness));
}

std::optional<FindingId> alert_finding(std::uint8_t level, std::uint8_t description, bool is_tls_1_3) {
  constexpr std::uint8_t fatal = 2, close_notify = 0, protocol_version = 70, user_canceled = 90;
  const bool ends =
      level == fatal || (is_tls_1_3 && description != close_notify && description != user_canceled);
  if (!ends) return std::nullopt;
  return description == protocol_version ? FindingId::tls_no_shared_version : FindingId::tls_fatal_alert;
}

void add_client_hello(Bytes message, Direction direction, TlsOpening& opening) {
  auto hello = tls::parse_client_hello(message);
  if (!hello) return;
  if (!opening.client) opening.swapped = direction == Direction::to_client;
  opening.client = std::move(hello);
}

bool add_server_hello(Bytes message, Direction direction, TlsOpening& opening) {
  auto hello = tls::parse_server_hello(message);
  if (!hello) return false;
  if (!opening.client) opening.swapped = direction == Direction::to_server;
  opening.hello_retry = opening.hello_retry || hello->retry;
  if (hello->alpn) opening.alpn = hello->alpn;
  opening.server = std::move(hello);
  return true;
}

void add_certificates(Bytes message, TlsOpening& opening) {
  if (!opening.certificates.empty()) return;
  for (const Bytes der : tls::parse_certificates(message, opening.server ? opening.server->version : 0)) {
    if (auto certificate = tls::parse_certificate(der))
      opening.certificates.push_back(std::move(*certificate));
  }
}

void TlsAlertEvent::describe(FieldSink& sink) const {
  sink.number(FieldId::tls_alert_level, {}, level);
  sink.number(FieldId::tls_alert_description, {}, description);
  sink.flag(FieldId::tls_alert_encrypted, {}, encrypted);
}

void TlsKeyUpdateEvent::describe(FieldSink& sink) const {
  sink.flag(FieldId::tls_key_update_requested, {}, requested);
}

void TlsEndEvent::describe(FieldSink& sink) const {
  const TlsTotals& client = totals[index_of(Direction::to_server)];
  sink.begin(FieldId::tls_end_to_server, 0);
  sink.number(FieldId::tls_end_to_server_records, {}, client.records);
  sink.number(FieldId::tls_end_to_server_content, {}, client.content);
  put_unless_zero(sink, FieldId::tls_end_to_server_unverified, client.unverified);
  put_unless_zero(sink, FieldId::tls_end_to_server_lost, client.lost);
  put_unless_zero(sink, FieldId::tls_end_to_server_early, client.early);
  sink.end(FieldId::tls_end_to_server, 0);
  const TlsTotals& server = totals[index_of(Direction::to_client)];
  sink.begin(FieldId::tls_end_to_client, 0);
  sink.number(FieldId::tls_end_to_client_records, {}, server.records);
  sink.number(FieldId::tls_end_to_client_content, {}, server.content);
  put_unless_zero(sink, FieldId::tls_end_to_client_unverified, server.unverified);
  put_unless_zero(sink, FieldId::tls_end_to_client_lost, server.lost);
  sink.end(FieldId::tls_end_to_client, 0);
}

tls::ContentSize likely_content_size(const TlsOpening& opening, std::size_t body_size) {
  constexpr tls::Suite usual{.cipher = tls::CipherKind::aes_gcm, .key_size = 16, .tag_size = 16};
  if (!opening.server) return tls::content_size(body_size, usual, tls::tls_1_3);
  const auto suite = tls::find_suite(opening.server->cipher_suite);
  return tls::content_size(body_size, suite.value_or(usual), opening.server->version);
}

std::vector<LayerFinding> certificate_findings(const TlsOpening& opening, PacketRef packet) {
  std::vector<LayerFinding> findings;
  if (opening.certificates.empty()) return findings;
  constexpr Timestamp day = Timestamp{86'400} * 1'000'000'000;
  const tls::Certificate& certificate = opening.certificates.front();
  const auto add = [&](FindingId id, Timestamp time) {
    findings.push_back({.id = id,
                        .packet = packet,
                        .direction = Direction::to_client,
                        .carrier_offset = std::nullopt,
                        .a = static_cast<std::uint64_t>(time / day)});
  };
  if (packet.time > certificate.not_after)
    add(FindingId::tls_certificate_expired, packet.time - certificate.not_after);
  if (packet.time < certificate.not_before)
    add(FindingId::tls_certificate_not_yet_valid, certificate.not_before - packet.time);
  const auto& name = opening.client ? opening.client->server_name : std::nullopt;
  if (name && !tls::is_for(certificate, *name)) add(FindingId::tls_certificate_other_name, 0);
  return findings;
}

}  // namespace rtmpscope::carrier
