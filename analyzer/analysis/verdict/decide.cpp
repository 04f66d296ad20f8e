#include "analysis/verdict/decide.hpp"

#include <array>

#include "analysis/verdict/hidden_end.hpp"
#include "analysis/verdict/rows.hpp"

namespace rtmpscope::analysis {
namespace {

/// What a row may be besides the verdict.
enum class Role : std::uint8_t {
  lone,       ///< says that nothing can be said, or what is said of the opening: no runners-up besides it
  cause,      ///< a cause like any other
  running,    ///< about a running session: a runner-up at most where the client ended cleanly
  runner_up,  ///< never more than that
  plain_end,  ///< says no more than who ended it: never a runner-up
};

struct Phases {
  Phase first = Phase::tcp, last = Phase::running;
};

struct Row {
  CauseId cause;
  Claimed (*fits)(const Case&);
  Phases phases;
  Role role;
};

constexpr Phases in_any{};
constexpr Phases in_opening{Phase::tcp, Phase::tcp};
constexpr Phases in_tls{Phase::tcp, Phase::tls};
constexpr Phases in_handshake{Phase::handshake, Phase::handshake};
constexpr Phases before_connect{Phase::tcp, Phase::handshake};
constexpr Phases in_connect{Phase::connect, Phase::connect};
/// Requests follow each other while a stream runs.
constexpr Phases in_request{Phase::request, Phase::running};

// clang-format off
constexpr std::array table{
    Row{CauseId::capture_ended, rows::capture_ended, in_any, Role::lone},
    Row{CauseId::capture_hole, rows::capture_hole, in_any, Role::lone},
    Row{CauseId::other_side_missing, rows::other_side_missing, in_any, Role::lone},
    Row{CauseId::port_reused, rows::port_reused, in_any, Role::lone},
    Row{CauseId::syn_refused, rows::syn_refused, in_opening, Role::lone},
    Row{CauseId::syn_unanswered, rows::syn_unanswered, in_opening, Role::lone},
    Row{CauseId::tls_alert, rows::tls_alert, in_any, Role::cause},
    Row{CauseId::tls_expected, rows::tls_expected, before_connect, Role::cause},
    Row{CauseId::plain_expected, rows::plain_expected, in_tls, Role::cause},
    Row{CauseId::not_rtmp, rows::not_rtmp, in_opening, Role::lone},
    Row{CauseId::handshake_server_gone, rows::handshake_server_gone, in_handshake, Role::cause},
    Row{CauseId::handshake_client_gone, rows::handshake_client_gone, in_handshake, Role::cause},
    Row{CauseId::connect_redirect, rows::connect_redirect, in_any, Role::cause},
    Row{CauseId::auth_needed, rows::auth_needed, in_connect, Role::lone},
    Row{CauseId::auth_failed, rows::auth_failed, in_connect, Role::lone},
    Row{CauseId::auth_user, rows::auth_user, in_connect, Role::lone},
    Row{CauseId::connect_rejected, rows::connect_rejected, in_connect, Role::lone},
    Row{CauseId::connect_silent_refusal, rows::connect_silent_refusal, in_connect, Role::cause},
    Row{CauseId::connect_unanswered, rows::connect_unanswered, in_connect, Role::cause},
    Row{CauseId::publish_busy, rows::publish_busy, in_request, Role::cause},
    Row{CauseId::publish_denied, rows::publish_denied, in_request, Role::cause},
    Row{CauseId::publish_start_then_close, rows::publish_start_then_close, in_request, Role::cause},
    Row{CauseId::publish_silent_refusal, rows::publish_silent_refusal, in_request, Role::cause},
    Row{CauseId::publish_wrong_reply, rows::publish_wrong_reply, in_request, Role::cause},
    Row{CauseId::publish_unanswered, rows::publish_unanswered, in_request, Role::cause},
    Row{CauseId::play_missing, rows::play_missing, in_request, Role::cause},
    Row{CauseId::play_waiting, rows::play_waiting, in_request, Role::cause},
    Row{CauseId::message_too_large, rows::message_too_large, in_request, Role::cause},
    Row{CauseId::protocol_error, rows::protocol_error, in_any, Role::running},
    Row{CauseId::extended_time, rows::extended_time, in_request, Role::running},
    Row{CauseId::codec_refused, rows::codec_refused, in_request, Role::running},
    Row{CauseId::bad_start, rows::bad_start, in_request, Role::running},
    Row{CauseId::server_shutdown_said, rows::server_shutdown_said, in_any, Role::running},
    Row{CauseId::publisher_gone, rows::publisher_gone, in_request, Role::running},
    Row{CauseId::ack_stall, rows::ack_stall, in_request, Role::running},
    Row{CauseId::receiver_stopped, rows::receiver_stopped, in_request, Role::running},
    Row{CauseId::path_lost, rows::path_lost, in_any, Role::running},
    Row{CauseId::send_timeout, rows::send_timeout, in_request, Role::running},
    Row{CauseId::ping_unanswered, rows::ping_unanswered, in_request, Role::running},
    Row{CauseId::publisher_silent, rows::publisher_silent, in_request, Role::running},
    Row{CauseId::nobody_watching, rows::nobody_watching, in_request, Role::runner_up},
    Row{CauseId::middlebox_idle, rows::middlebox_idle, in_any, Role::running},
    Row{CauseId::middlebox_reset, rows::middlebox_reset, in_any, Role::running},
    Row{CauseId::time_limit, rows::time_limit, in_request, Role::cause},
    Row{CauseId::client_stopped, rows::client_stopped, in_any, Role::cause},
    Row{CauseId::client_closed, rows::client_closed, in_any, Role::plain_end},
    Row{CauseId::client_vanished, rows::client_vanished, in_any, Role::plain_end},
    Row{CauseId::server_closed, rows::server_closed, in_any, Role::plain_end},
    Row{CauseId::server_reset, rows::server_reset, in_any, Role::plain_end},
    Row{CauseId::unknown, rows::unknown, in_any, Role::plain_end},
};
// clang-format on

constexpr bool is_in_order() {
  for (std::size_t i = 1; i < table.size(); ++i) {
    if (table[i - 1].cause >= table[i].cause) return false;
  }
  return true;
}
static_assert(is_in_order(), "the decision list is tried in the order of causes.def");

constexpr std::size_t most_runners_up = 2;

/// The client ended cleanly. Rows that wait for Acknowledgements or windows go before that only if media had
/// stopped for a second.
bool yields_to_clean_end(const Row& row, const Case& from) {
  if (row.role != Role::running || !from.closed_by_client() || !from.end.farewell) return false;
  const bool is_stall = row.cause == CauseId::ack_stall || row.cause == CauseId::receiver_stopped ||
                        row.cause == CauseId::send_timeout;
  const auto& last = from.client().last_media;
  return !is_stall || !last || from.before_end(*last) < nanoseconds_per_second;
}

void take(Verdict& verdict, CauseId cause, const Case& from, Claim claim) {
  verdict.cause = cause;
  verdict.confidence = claim.confidence;
  const bool has_begun = from.history.start != "refused" && from.history.start != "unanswered";
  if (!from.end.is_exact && has_begun) verdict.confidence = Confidence::possible;
  const bool is_between = cause == CauseId::middlebox_idle || cause == CauseId::middlebox_reset;
  verdict.ended_by = is_between ? std::nullopt : claim.ended_by ? claim.ended_by : from.end.closer;
  verdict.sentence = std::move(claim.sentence);
  verdict.next_step = std::move(claim.next_step);
  verdict.evidence = std::move(claim.evidence);
}

/// Runners-up stay in the order of the list; those before the verdict's row yielded to it.
void add_runner_up(Verdict& verdict, CauseId cause, Claim claim) {
  if (claim.is_hidden || verdict.runners_up.size() >= most_runners_up) return;
  verdict.runners_up.push_back({cause, claim.confidence, std::move(claim.sentence)});
}

}  // namespace

Verdict decide(const History& history, const DecisionContext& context) {
  const Case from(history, context);
  Verdict verdict;
  bool is_decided = false;
  for (const Row& row : table) {
    if (from.phase < row.phases.first || from.phase > row.phases.last) continue;
    if (is_decided && row.role != Role::cause && row.role != Role::running && row.role != Role::runner_up)
      continue;
    Claimed claim = row.fits(from);
    if (!claim) continue;
    if (is_decided || row.role == Role::runner_up || yields_to_clean_end(row, from)) {
      add_runner_up(verdict, row.cause, std::move(*claim));
      continue;
    }
    if (claim->is_hidden) {
      take(verdict, CauseId::capture_hole, from, hidden_claim(from));
      verdict.runners_up.clear();
      return verdict;
    }
    take(verdict, row.cause, from, std::move(*claim));
    is_decided = true;
    if (row.role == Role::lone) break;
  }
  if (verdict.cause == CauseId::unknown) verdict.runners_up.clear();
  return verdict;
}

}  // namespace rtmpscope::analysis
