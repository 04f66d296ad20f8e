#include "analysis/rules/request_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/finding/number_text.hpp"
#include "analysis/finding/thresholds.hpp"
#include "analysis/record/captured_text.hpp"
#include "analysis/record/sides.hpp"
#include "analysis/rules/senders.hpp"

namespace rtmpscope::analysis {
namespace {

/// The requests that a client cannot go on without.
bool is_vital(const Request& request) {
  const std::string_view name = request.asked.name;
  return name == "connect" || name == "createStream" || name == "publish" || name == "play" ||
         name == "play2";
}

/// Whether a stream was fed though its request was not answered: then the server took it.
bool was_served(const History& history, const Request& request) {
  return std::ranges::any_of(history.streams, [&](const StreamHistory& stream) {
    if (stream.id != request.asked.message_stream_id || stream.asked.time != request.asked.at.time)
      return false;
    return stream.use == StreamUse::play && stream.media_messages != 0;
  });
}

/// A code as it may be shown: one of the names of RTMP 7.2 and of Flash Media Server is no secret.
std::string shown_code(const CommandNote& note) {
  const std::string_view code = note.code.empty() ? note.name : note.code;
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.";
  const bool is_usual =
      code == "_error" || ((code.starts_with("NetStream.") || code.starts_with("NetConnection.")) &&
                           code.find_first_not_of(letters) == std::string::npos);
  return is_usual ? std::string(code) : captured(CapturedKind::text, code);
}

FindingEvidence evidence(const CommandNote& note) {
  const std::string value = note.code.empty() ? note.name.str() : shown_code(note);
  return {.at = note.at,
          .stream_offset = note.offset,
          .field = note.code.empty() ? "command.name" : "command.arguments.code",
          .value = value};
}

bool is_login_refusal(const CommandNote& answer) {
  if (!answer.is_error()) return false;
  const std::string_view text = answer.description;
  return text.find("authmod=") != std::string::npos || text.find("need auth") != std::string::npos;
}

}  // namespace

void judge_unanswered(const RuleContext& context, RuleResults& to) {
  const FindingId id = FindingId::command_unanswered;
  const History& history = context.history;
  if (const auto need = missing_need(id, history, server)) return to.undecided(id, server, *need);
  const double limit = info(ThresholdId::command_answer).value;
  const std::string limit_text = fmt::format("within {}", seconds_text(limit));
  const Moment end = history.close ? history.close->at : Moment();
  std::size_t vital = 0;
  double slowest = 0;
  bool open = false;
  for (const Request& request : history.requests) {
    if (!is_vital(request)) continue;
    ++vital;
    const double waited = request.answered ? seconds_between(request.asked.at, request.answered->at)
                                           : seconds_between(request.asked.at, end);
    const bool late = request.answered && waited > limit;
    if (request.answered) slowest = std::max(slowest, waited);
    if (request.answered ? !late : was_served(history, request)) continue;
    const bool by_server = history.close && history.close->ended_by == server;
    if (!late && waited < (by_server ? 0 : info(ThresholdId::command_given_up).value)) {
      open = true;
      continue;
    }
    // A capture that ends has not seen that no answer came.
    if (!late && history.close && !history.close->ended_by && waited < limit) {
      open = true;
      continue;
    }
    JudgedFinding finding = judged(id, request.asked.at);
    if (late) finding.severity = Severity::warning;
    finding.direction = server;
    finding.text =
        late ? fmt::format("{} was answered after {}", request.asked.name, seconds_text(waited))
        : history.close && history.close->ended_by
            ? fmt::format("{} was not answered in {}, then the {} ended the connection", request.asked.name,
                          seconds_text(waited), by_server ? "server" : "client")
            : fmt::format("{} was not answered in {}", request.asked.name, seconds_text(waited));
    finding.worst = waited;
    finding.unit = "s";
    finding.limit = info(ThresholdId::command_answer).name;
    finding.evidence.push_back(evidence(request.asked));
    to.fail(server, std::move(finding), seconds_text(waited), limit_text);
    return;
  }
  if (vital == 0) return to.not_applicable(id, server, "nothing was asked");
  if (open) return to.undecided(id, server, "the connection ended too soon after the request");
  to.pass(id, server, seconds_text(slowest), limit_text);
}

void judge_refusals(const RuleContext& context, RuleResults& to) {
  const FindingId id = FindingId::request_refused;
  const History& history = context.history;
  const auto need = missing_need(id, history, server);
  const Request* refused = nullptr;
  std::uint64_t count = 0;
  bool made_good = false;
  bool answered = false;
  for (const Request& request : history.requests) {
    if (!is_vital(request) || !request.answered) continue;
    answered = true;
    if (!request.answered->is_error()) {
      made_good = made_good || (refused != nullptr && refused->asked.name == request.asked.name);
      continue;
    }
    if (is_login_refusal(*request.answered)) continue;
    if (refused == nullptr) refused = &request;
    ++count;
  }
  if (refused == nullptr) {
    if (need) return to.undecided(id, server, *need);
    if (!answered) return to.not_applicable(id, server, "nothing was answered");
    return to.pass(id, server);
  }
  const CommandNote& answer = *refused->answered;
  JudgedFinding finding = judged(id, answer.at);
  // A later request of the same kind was granted: the session went on.
  if (made_good) finding.severity = Severity::warning;
  finding.direction = server;
  finding.count = count;
  const std::string code = shown_code(answer);
  finding.text = fmt::format("the server refused {}: {}", refused->asked.name, code);
  if (!answer.description.empty())
    finding.text += fmt::format(", \"{}\"", captured(CapturedKind::text, answer.description));
  finding.evidence.push_back(evidence(answer));
  to.fail(server, std::move(finding), code);
}

void judge_login(const RuleContext& context, RuleResults& to) {
  const FindingId id = FindingId::auth_step;
  const History& history = context.history;
  for (const Request& request : history.requests) {
    if (request.asked.name != "connect" || !request.answered) continue;
    const CommandNote& answer = *request.answered;
    if (!is_login_refusal(answer)) {
      if (answer.is_error()) break;
      return to.pass(id, server);
    }
    const std::string_view text = answer.description;
    const auto says = [&text](std::string_view word) { return text.find(word) != std::string::npos; };
    JudgedFinding finding = judged(id, answer.at);
    finding.direction = server;
    const bool wrong = says("authfailed") || says("nosuchuser");
    if (wrong) finding.severity = Severity::error;
    finding.text = says("authfailed")   ? "the login failed: the password is wrong"
                   : says("nosuchuser") ? "the login failed: the user is not known"
                   : says("needauth")   ? "a step of a login: the server sends its challenge"
                                        : "a step of a login: the server asks for user and password";
    finding.evidence.push_back({.at = answer.at,
                                .stream_offset = answer.offset,
                                .field = "command.name",
                                .value = answer.name.str()});
    return to.fail(server, std::move(finding), wrong ? "refused" : "asked");
  }
  if (const auto need = missing_need(id, history)) return to.undecided(id, server, *need);
  to.not_applicable(id, server, "the server asked for no login");
}

namespace {

/// Media of a publisher before the server has said yes: by how many seconds.
std::optional<double> early_media(const StreamHistory& stream) {
  if (stream.use != StreamUse::publish || !stream.first_media || !stream.started) return std::nullopt;
  if (stream.first_media->time >= stream.started->time) return std::nullopt;
  return seconds_between(*stream.first_media, *stream.started);
}

/// A publish or play that did not wait for the stream to be made.
const Request* early_request(const History& history) {
  for (const Request& request : history.requests) {
    const std::string_view name = request.asked.name;
    if (name != "publish" && name != "play") continue;
    const auto made = std::ranges::any_of(history.requests, [&](const Request& each) {
      return each.asked.name == "createStream" && each.answered && !each.answered->is_error() &&
             each.answered->at.time <= request.asked.at.time;
    });
    const bool waiting = std::ranges::any_of(history.requests, [&](const Request& each) {
      return each.asked.name == "createStream" && each.asked.at.time <= request.asked.at.time;
    });
    if (!made && waiting) return &request;
  }
  return nullptr;
}

}  // namespace

void judge_order(const RuleContext& context, RuleResults& to) {
  const FindingId id = FindingId::command_order;
  const History& history = context.history;
  if (const auto need = missing_need(id, history)) return to.undecided(id, client, *need);
  double worst = -1;
  const StreamHistory* early = nullptr;
  bool used = false;
  for (const StreamHistory& stream : history.streams) {
    used = used || stream.use != StreamUse::unknown;
    const auto seconds = early_media(stream);
    if (!seconds || *seconds <= worst) continue;
    worst = *seconds;
    early = &stream;
  }
  if (early != nullptr) {
    JudgedFinding finding = judged(id, *early->first_media);
    if (worst > info(ThresholdId::media_before_start).value) finding.severity = Severity::warning;
    finding.direction = client;
    finding.text = fmt::format("media came {} before the server had answered publish", seconds_text(worst));
    finding.worst = worst;
    finding.unit = "s";
    finding.limit = info(ThresholdId::media_before_start).name;
    finding.evidence.push_back(
        {.at = *early->first_media, .stream_offset = {}, .field = "message.type", .value = "media"});
    return to.fail(client, std::move(finding), seconds_text(worst), "media after Publish.Start");
  }
  if (const Request* const request = early_request(history)) {
    JudgedFinding finding = judged(id, request->asked.at);
    finding.direction = client;
    finding.text = fmt::format("{} was sent before the answer to createStream had come", request->asked.name);
    finding.evidence.push_back(evidence(request->asked));
    return to.fail(client, std::move(finding), request->asked.name.str(), "after the answer to createStream");
  }
  if (!used) return to.not_applicable(id, client, "nothing was published or played");
  to.pass(id, client);
}

void judge_replies(const RuleContext& context, std::uint64_t unknown_replies, const Moment& first_unknown,
                   RuleResults& to) {
  const FindingId id = FindingId::reply_unexpected;
  const History& history = context.history;
  if (const auto need = missing_need(id, history)) return to.undecided(id, server, *need);
  for (const Request& request : history.requests) {
    if (!request.wrong_form || !request.answered) continue;
    const CommandNote& answer = *request.answered;
    JudgedFinding finding = judged(id, answer.at);
    finding.direction = server;
    finding.text =
        answer.name == "onStatus"
            ? fmt::format("the status for {} is on message stream {}, asked was on {}", request.asked.name,
                          answer.message_stream_id, request.asked.message_stream_id)
            : fmt::format("{} was answered with {} in place of onStatus", request.asked.name, answer.name);
    finding.evidence.push_back(evidence(answer));
    return to.fail(server, std::move(finding), answer.name.str(), "onStatus on the request's message stream");
  }
  if (unknown_replies != 0) {
    JudgedFinding finding = judged(id, first_unknown);
    finding.direction = server;
    finding.count = unknown_replies;
    finding.text =
        fmt::format("{} {} nobody made", unknown_replies,
                    unknown_replies == 1 ? "reply is to a request that" : "replies are to requests that");
    finding.evidence.push_back(
        {.at = first_unknown, .stream_offset = {}, .field = "command.name", .value = "_result"});
    return to.fail(server, std::move(finding), fmt::format("{}", unknown_replies));
  }
  if (history.requests.empty()) return to.not_applicable(id, server, "nothing was asked");
  to.pass(id, server);
}

}  // namespace rtmpscope::analysis
