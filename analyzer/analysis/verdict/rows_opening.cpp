// Causes before RTMP's first command: TCP, TLS, another protocol, the handshake.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/verdict/rows.hpp"
#include "analysis/verdict/status_text.hpp"

namespace rtmpscope::analysis::rows {
namespace {

constexpr std::uint16_t rtmp_port = 1935;
constexpr std::uint16_t tls_port = 443;
/// A TLS handshake's flights of a client have fewer bytes.
constexpr std::uint64_t longest_tls_opening = 3000;

/// A TLS alert in clear has 7 bytes (RFC 8446, section 6): more is an answer of another kind.
constexpr std::uint64_t longest_alert = 7;

bool has_finding(const History& history, FindingId id) {
  return std::ranges::any_of(history.findings,
                             [&](const FindingNote& note) { return note.id == id && !note.after_gap; });
}

/// Both sides have their keys, and more was sent than a handshake.
bool is_tls_open(const History& history) {
  return history.tls.finished || history.tls.decrypted || history.transport == "rtmps" ||
         history.side(Direction::to_server).bytes > longest_tls_opening;
}

bool is_farewell_of_tls(std::string_view alert) {
  return alert == "close_notify" || alert == "user_canceled";
}

/// The part of a handshake that was complete: "c1", "s2".
bool has_part(const History& history, std::string_view part) {
  return std::ranges::any_of(history.handshake, [&](const HandshakeNote& record) {
    return record.kind == EventKind::handshake && text_at(record.members, "part") == part;
  });
}

/// "S0, S1 and S2", "S0 and S1", "no answer"
std::string_view server_parts(const History& history) {
  if (has_part(history, "s2")) return "S0, S1 and S2";
  if (has_part(history, "s1")) return "S0 and S1";
  return has_part(history, "s0") ? "S0" : "no answer";
}

/// The client has waited for the server's part of the handshake, which did not come.
bool waits_in_vain(const Case& from) {
  return from.closed_by_client() && !has_part(from.history, "s0") &&
         from.before_end(from.history.opened) >= shortest_wait;
}

/// " after 4.9 s": since the client's first bytes could be sent
std::string since_opening(const Case& from) {
  return fmt::format("after {}", duration_text(from.before_end(from.history.opened)));
}

}  // namespace

Claimed syn_refused(const Case& from) {
  if (from.history.start != "refused") return {};
  return Claim{
      .sentence = fmt::format("{} refused the connection: nothing listens on the port, or a firewall "
                              "refuses.",
                              from.server_address()),
      .next_step = "Check that the server runs, its port, and the firewall's rules.",
      .evidence = {{from.end.at, "reset that answers the SYN"}}};
}

Claimed syn_unanswered(const Case& from) {
  if (from.history.start != "unanswered") return {};
  return Claim{.confidence = Confidence::likely,
               .sentence = fmt::format("No answer from {}.", from.server_address()),
               .next_step =
                   "Check the address, the route, firewalls and the server's list of allowed addresses, "
                   "and whether it runs.",
               .evidence = {{from.history.opened, "first SYN"}}};
}

Claimed tls_alert(const Case& from) {
  const TlsHistory& tls = from.history.tls;
  if (!tls.seen) return {};
  constexpr std::string_view step =
      "Check the server's certificate (name, validity, issuer) and the versions of TLS that both sides "
      "speak.";
  if (!tls.alert.empty() && tls.alert_by && !is_farewell_of_tls(tls.alert)) {
    return Claim{.sentence = fmt::format("TLS failed: {} from the {}.", tls.alert, noun(*tls.alert_by)),
                 .next_step = std::string(step),
                 .evidence = {{tls.alert_at.value_or(from.end.at), "alert"}, from.end_evidence()},
                 .ended_by = tls.alert_by};  // the peer closes at once, too (RFC 8446, section 6.2)
  }
  if (from.phase > Phase::tls || !from.end.closer || is_tls_open(from.history)) return {};
  if (!from.has_start() || plain_expected(from)) return {};
  return Claim{.confidence = Confidence::likely,
               .sentence = fmt::format("TLS failed: {} ended within the TLS handshake, without an alert.",
                                       from.closed_by_client() ? "the client" : "the server"),
               .next_step = std::string(step),
               .evidence = {from.end_evidence()}};
}

Claimed tls_expected(const Case& from) {
  if (!from.closed_by_server() || !from.has_start() || from.server().bytes > longest_alert) return {};
  if (from.history.tls.seen || from.client().bytes == 0) return {};
  const bool wanted = from.context.platform.wants_tls || from.history.server_port == tls_port;
  if (!wanted) return {};
  return Claim{
      .confidence = Confidence::likely,
      .sentence = fmt::format("Plain RTMP was sent to {}, which wants RTMPS.", from.server_address()),
      .next_step = "Use an address that begins with rtmps://.",
      .evidence = {from.end_evidence()}};
}

Claimed plain_expected(const Case& from) {
  if (!from.history.tls.seen || !from.end.closer || !from.has_start()) return {};
  if (is_tls_open(from.history) || !from.history.tls.alert.empty()) return {};
  // A server of RTMP may take a ClientHello for the begin of C1, and wait for the rest of it.
  const bool is_given_up = from.closed_by_client();
  if (is_given_up && (from.server().bytes > 0 || from.client().bytes == 0)) return {};
  const bool has_tls_answer =
      from.server().bytes > 0 && !has_finding(from.history, FindingId::tls_record_malformed);
  if (has_tls_answer || (from.server().bytes == 0 && from.history.server_port != rtmp_port)) return {};
  const std::string_view answer =
      is_given_up ? "did not answer: it may speak plain RTMP" : "speaks plain RTMP";
  return Claim{.confidence = is_given_up ? Confidence::possible : Confidence::likely,
               .sentence = fmt::format("TLS was sent to {}, which {}.", from.server_address(), answer),
               .next_step = "Use an address that begins with rtmp://, or the server's port for RTMPS.",
               .evidence = {from.end_evidence()}};
}

Claimed not_rtmp(const Case& from) {
  if (!from.has_start() || from.history.start == "refused" || from.history.start == "unanswered") return {};
  // A stream that is not decoded has no events gap.
  const bool is_whole = from.history.gap_count == 0 && from.client().missing_bytes == 0;
  const bool is_other = is_whole && from.history.transport != "tls" && !from.history.tls.seen &&
                        has_finding(from.history, FindingId::not_rtmp);
  const bool is_empty = from.client().bytes == 0 && from.server().bytes == 0 && from.closed_by_client();
  if (!is_other && !is_empty) return {};
  Claim claim;
  claim.sentence = is_empty ? "A probe, not a client: it sent no byte."
                            : fmt::format("Not an RTMP client: it sent {} bytes of {}.", from.client().bytes,
                                          from.history.transport == "http" ? "HTTP" : "another protocol");
  claim.next_step = is_empty ? "Nothing, if a load balancer or a monitor checks the port." : "";
  claim.evidence = {from.end_evidence()};
  return claim;
}

Claimed handshake_server_gone(const Case& from) {
  const bool is_silent = waits_in_vain(from);
  if (!from.has_start() || from.client().bytes == 0 || !(from.closed_by_server() || is_silent)) return {};
  const std::string_view parts = server_parts(from.history);
  Claim claim;
  claim.confidence = Confidence::likely;
  claim.sentence = is_silent ? fmt::format("The server did not answer the handshake; the client gave up {}.",
                                           since_opening(from))
                             : fmt::format("The server ended inside the handshake {}, having sent {}.",
                                           since_opening(from), parts);
  const SideLimits& server = from.software(Direction::to_client);
  if (!is_silent && matches_limit(from.before_end(from.history.opened), server.handshake_s))
    claim.sentence += fmt::format(" That is {}'s limit.", server.name);
  claim.next_step =
      "Check that the port is one of RTMP, whether it wants TLS, and that the client's handshake is "
      "complete.";
  claim.evidence = {from.end_evidence()};
  return claim;
}

Claimed handshake_client_gone(const Case& from) {
  if (!from.has_start() || !from.closed_by_client() || waits_in_vain(from)) return {};
  return Claim{
      .confidence = Confidence::likely,
      .sentence = fmt::format("The client gave up inside the handshake {}, having got {}.",
                              since_opening(from), server_parts(from.history)),
      .next_step = "Look at the client's log: it may not know this kind of handshake, or this TLS library.",
      .evidence = {from.end_evidence()}};
}

}  // namespace rtmpscope::analysis::rows
