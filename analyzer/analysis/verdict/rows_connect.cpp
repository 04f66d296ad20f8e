// Causes in the phase of connect.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/verdict/rows.hpp"
#include "analysis/verdict/status_text.hpp"

namespace rtmpscope::analysis::rows {
namespace {

/// The last connect was refused, and nothing ran afterwards.
const Request* refused_connect(const Case& from) {
  const Request* const connect = from.last_request({"connect"});
  if (connect == nullptr || !connect->answered || from.phase >= Phase::request) return nullptr;
  const CommandNote& answer = *connect->answered;
  const bool is_refused = answer.is_error() || contains(answer.code, "Connect.Rejected") ||
                          contains(answer.code, "Connect.InvalidApp") ||
                          contains(answer.code, "Connect.Failed");
  return is_refused ? connect : nullptr;
}

/// What a server wants of a login, as Adobe's access plug-ins and Limelight say it in the description.
enum class LoginStep : std::uint8_t { none, needs_login, needs_answer, failed, no_such_user };

LoginStep login_step(const CommandNote& answer) {
  const std::string_view text = answer.description;
  if (contains(text, "authfailed")) return LoginStep::failed;
  if (contains(text, "nosuchuser")) return LoginStep::no_such_user;
  if (contains(text, "needauth")) return LoginStep::needs_answer;
  return contains(text, "need auth") ? LoginStep::needs_login : LoginStep::none;
}

/// The value of "user=" in a query.
std::string user_in(std::string_view text) {
  constexpr std::string_view key = "user=";
  const std::size_t found = text.find(key);
  if (found == std::string_view::npos) return {};
  const std::string_view rest = text.substr(found + key.size());
  return std::string(rest.substr(0, rest.find_first_of("& ")));
}

std::string user_of(const Case& from, const CommandNote& answer) {
  const std::string from_answer = user_in(answer.description);
  return from_answer.empty() ? user_in(from.history.app) : from_answer;
}

/// The answer, if the login stopped at one of these steps.
const CommandNote* login_stopped(const Case& from, std::initializer_list<LoginStep> steps) {
  const Request* const connect = refused_connect(from);
  if (connect == nullptr) return nullptr;
  return std::ranges::find(steps, login_step(*connect->answered)) != steps.end() ? &*connect->answered
                                                                                 : nullptr;
}

Claim refusal(const Case& from, const CommandNote& answer, std::string sentence, std::string next_step) {
  return {.sentence = std::move(sentence),
          .next_step = std::move(next_step),
          .evidence = {{answer.at, "refusal of connect"}, from.end_evidence()}};
}

/// The last server command that sends the client elsewhere.
const CommandNote* redirection(const History& history) {
  for (auto note = history.commands.rbegin(); note != history.commands.rend(); ++note) {
    if (note->direction == Direction::to_client && !note->redirect.empty()) return &*note;
  }
  return nullptr;
}

}  // namespace

Claimed connect_redirect(const Case& from) {
  const CommandNote* const sent = redirection(from.history);
  if (sent == nullptr) return {};
  return Claim{
      .sentence = fmt::format("The server sent the client to {}.", quote(CapturedKind::url, sent->redirect)),
      .next_step = "Look for the client's connection to that address.",
      .evidence = {{sent->at, "address to go to"}, from.end_evidence()}};
}

Claimed auth_needed(const Case& from) {
  const CommandNote* const answer = login_stopped(from, {LoginStep::needs_login, LoginStep::needs_answer});
  if (answer == nullptr) return {};
  const std::string user = user_of(from, *answer);
  std::string sentence = user.empty() ? "The server asked for a user and password; the client gave none."
                                      : fmt::format(
                                            "The server asked for the password of user {}; the client "
                                            "gave none.",
                                            quote(CapturedKind::user, user));
  return refusal(from, *answer, std::move(sentence), "Give the client a user and password.");
}

Claimed auth_failed(const Case& from) {
  const CommandNote* const answer = login_stopped(from, {LoginStep::failed});
  if (answer == nullptr) return {};
  const std::string user = user_of(from, *answer);
  std::string sentence =
      user.empty() ? "The password is wrong."
                   : fmt::format("The password of user {} is wrong.", quote(CapturedKind::user, user));
  return refusal(from, *answer, std::move(sentence), "Check the password.");
}

Claimed auth_user(const Case& from) {
  const CommandNote* const answer = login_stopped(from, {LoginStep::no_such_user});
  if (answer == nullptr) return {};
  return refusal(
      from, *answer,
      fmt::format("User {} is not known to the server.", quote(CapturedKind::user, user_of(from, *answer))),
      "Check the user's name.");
}

Claimed connect_rejected(const Case& from) {
  const Request* const connect = refused_connect(from);
  if (connect == nullptr) return {};
  return refusal(from, *connect->answered,
                 fmt::format("The server refused connect to application {}: {}.",
                             quote(CapturedKind::name, from.history.app), status_text(*connect->answered)),
                 "Check the application's name in the address, and the server's rules.");
}

Claimed connect_silent_refusal(const Case& from) {
  const Request* const connect = from.last_request({"connect"});
  if (connect == nullptr || connect->answered || !from.closed_by_server()) return {};
  return unless_hidden(
      from, Direction::to_client, connect->asked.at.time,
      {.confidence = Confidence::likely,
       .sentence = fmt::format("The server closed without a word after connect to application {}.",
                               quote(CapturedKind::name, from.history.app)),
       .next_step = "Check the application's name, and the server's rules for addresses; nginx-rtmp refuses "
                    "like this.",
       .evidence = {{connect->asked.at, "connect"}, from.end_evidence()}});
}

Claimed connect_unanswered(const Case& from) {
  const Request* const connect = from.last_request({"connect"});
  if (connect == nullptr || connect->answered || !from.closed_by_client()) return {};
  const Timestamp waited = from.before_end(connect->asked.at);
  if (waited < shortest_wait) return {};
  return unless_hidden(from, Direction::to_client, connect->asked.at.time,
                       {.sentence = fmt::format("No reply to connect within {}; the client gave up{}.",
                                                duration_text(waited), limit_of_client(from, waited)),
                        .next_step = "Look at the server's log, and at its load.",
                        .evidence = {{connect->asked.at, "connect"}, from.end_evidence()}});
}

}  // namespace rtmpscope::analysis::rows
