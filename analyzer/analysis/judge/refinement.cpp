#include "analysis/judge/refinement.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/judge/endpoints.hpp"
#include "analysis/verdict/closer.hpp"
#include "analysis/verdict/sentence.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::size_t fewest_for_a_restart = 3;

const StreamHistory* last_stream(const History& history, StreamUse use) {
  const auto found = std::find_if(history.streams.rbegin(), history.streams.rend(),
                                  [&](const StreamHistory& stream) { return stream.use == use; });
  return found == history.streams.rend() ? nullptr : &*found;
}

std::string key_of(const History& history, const StreamHistory& stream) {
  return stream_key(server_of(history), history.app, stream.name);
}

/// The server ended it, and the connection alone does not say why.
bool is_plain_server_end(const Verdict& verdict) {
  switch (verdict.cause) {
    case CauseId::server_closed:
    case CauseId::server_reset:
    case CauseId::publish_start_then_close:
    case CauseId::bad_start: return verdict.ended_by == Direction::to_client;
    case CauseId::publisher_silent:
    case CauseId::ping_unanswered:
      return verdict.ended_by == Direction::to_client && verdict.confidence == Confidence::possible;
    default: return false;
  }
}

bool ended_by_server(const Verdict& verdict) {
  return is_plain_server_end(verdict) ||
         (verdict.cause == CauseId::publisher_gone && verdict.ended_by == Direction::to_client);
}

void replace(Verdict& verdict, CauseId cause, std::string sentence, std::string next_step) {
  verdict.cause = cause;
  verdict.confidence = Confidence::likely;
  verdict.sentence = std::move(sentence);
  verdict.next_step = std::move(next_step);
}

/// Other connections of the server that ended at the same time.
std::vector<std::uint32_t> ended_with(const ConnectionReport& report, const CaptureKnowledge& knowledge,
                                      const EndFacts& end) {
  const std::string group = group_of_end(report);
  if (group.empty()) return {};
  return knowledge.ends.others(group, report.connection, end.at.time);
}

/// A newer publisher of the name began up to three seconds before the server ended this one.
bool refine_replaced(ConnectionReport& report, const CaptureKnowledge& knowledge, const EndFacts& end) {
  const StreamHistory* const stream = last_stream(report.history, StreamUse::publish);
  if (stream == nullptr || !is_plain_server_end(report.verdict)) return false;
  const std::string key = key_of(report.history, *stream);
  const Publisher* const own = knowledge.publishers.of(key, report.connection);
  if (own == nullptr) return false;
  const Publisher* const newer = knowledge.publishers.begun_within(
      key, report.connection, std::max(end.at.time - 3 * nanoseconds_per_second, own->at.time),
      end.at.time + nanoseconds_per_second);
  if (newer == nullptr) return false;
  // Behind a restart the same publishers come back at once.
  if (newer->at.time > end.at.time && ended_with(report, knowledge, end).size() + 1 >= fewest_for_a_restart)
    return false;
  replace(report.verdict, CauseId::replaced,
          fmt::format("A newer publisher took the name {}: {}, {}.", quote(CapturedKind::name, stream->name),
                      quote(CapturedKind::address, newer->client), clock_text(newer->at.time)),
          "Give each publisher a name of its own, or forbid the server to replace publishers.");
  report.verdict.evidence.insert(report.verdict.evidence.begin(),
                                 {newer->at, "Publish.Start of the newer one"});
  return true;
}

/// Who holds the name, if that is known.
bool refine_busy(ConnectionReport& report, const CaptureKnowledge& knowledge, const EndFacts& end) {
  Verdict& verdict = report.verdict;
  const StreamHistory* const stream = last_stream(report.history, StreamUse::publish);
  const bool says_so = verdict.cause == CauseId::publish_busy;
  if (stream == nullptr || !(says_so || verdict.cause == CauseId::publish_silent_refusal)) return false;
  const Publisher* const holder = knowledge.publishers.open_at(
      key_of(report.history, *stream), report.connection, std::min(stream->asked.time, end.at.time));
  if (holder == nullptr) return false;
  const std::string by = fmt::format("by {} since {}", quote(CapturedKind::address, holder->client),
                                     clock_text(holder->at.time));
  if (says_so) {
    verdict.sentence += fmt::format(" It is used {}.", by);
  } else {
    replace(verdict, CauseId::publish_busy,
            fmt::format("The name {} is in use {}; the server closed without a word.",
                        quote(CapturedKind::name, stream->name), by),
            "End the other publisher, or wait until its stale session is gone, or use another name.");
  }
  verdict.evidence.insert(verdict.evidence.begin(), {holder->at, "Publish.Start of the other publisher"});
  return true;
}

/// What became of the publisher of a stream that was played.
void refine_player(ConnectionReport& report, const CaptureKnowledge& knowledge, const EndFacts& end) {
  Verdict& verdict = report.verdict;
  const StreamHistory* const stream = last_stream(report.history, StreamUse::play);
  if (stream == nullptr) return;
  const std::string key = key_of(report.history, *stream);
  if (verdict.cause == CauseId::publisher_gone) {
    constexpr Timestamp while_ago = 10 * nanoseconds_per_second;
    const Publisher* const publisher = knowledge.publishers.ended_within(
        key, report.connection, end.at.time - while_ago, end.at.time + nanoseconds_per_second);
    if (publisher == nullptr) return;
    verdict.sentence += fmt::format(" Connection {}: {}", publisher->connection, publisher->sentence);
    report.publisher_stopped = publisher->cause == CauseId::client_stopped;
    if (report.publisher_stopped) verdict.next_step.clear();
  } else if (verdict.cause == CauseId::play_waiting) {
    const Publisher* const publisher =
        knowledge.publishers.open_at(key, report.connection, std::min(stream->asked.time, end.at.time));
    if (publisher == nullptr) return;
    verdict.confidence = Confidence::possible;
    verdict.sentence =
        fmt::format("Nothing of {} came to the player, though {} publishes it.",
                    quote(CapturedKind::name, stream->name), quote(CapturedKind::address, publisher->client));
    verdict.next_step = "Look at what the publisher sends, and whether the server waits for a key frame.";
  }
}

/// Several ended at once.
std::vector<std::uint32_t> refine_group(ConnectionReport& report, const CaptureKnowledge& knowledge,
                                        const EndFacts& end) {
  std::vector<std::uint32_t> others = ended_with(report, knowledge, end);
  if (others.empty()) return {};
  const std::size_t count = others.size() + 1;
  if (report.verdict.cause == CauseId::path_lost) {
    report.verdict.sentence += fmt::format(" {} connections broke at the same time.", count);
    return others;
  }
  const bool is_all = knowledge.publishers.open_of(server_of(report.history)) == 0;
  if (count < fewest_for_a_restart && !is_all) return {};
  replace(report.verdict, CauseId::server_restart,
          fmt::format("The server ended {} connections at once: restart or crash.", count),
          fmt::format("Look at the server's log at {}.", clock_text(end.at.time)));
  return others;
}

/// The server speaks the other kind elsewhere in the capture.
void refine_tls(ConnectionReport& report, const CaptureKnowledge& knowledge) {
  Verdict& verdict = report.verdict;
  const std::string server = server_of(report.history);
  if (verdict.cause == CauseId::handshake_server_gone && knowledge.tls_servers.contains(server)) {
    replace(
        verdict, CauseId::tls_expected,
        fmt::format("Plain RTMP was sent to {}, which wants RTMPS.", quote(CapturedKind::address, server)),
        "Use an address that begins with rtmps://.");
  } else if (verdict.cause == CauseId::tls_alert && verdict.confidence != Confidence::certain &&
             verdict.ended_by == Direction::to_client && knowledge.plain_servers.contains(server)) {
    replace(verdict, CauseId::plain_expected,
            fmt::format("TLS was sent to {}, which speaks plain RTMP.", quote(CapturedKind::address, server)),
            "Use an address that begins with rtmp://, or the server's port for RTMPS.");
  }
}

std::vector<std::uint32_t> refine_sessions(ConnectionReport& report, const Sessions& sessions) {
  Verdict& verdict = report.verdict;
  if (verdict.cause == CauseId::auth_needed) {
    if (const auto next = sessions.login_after(report.connection)) {
      verdict.sentence = fmt::format(
          "The first step of a login: the server asked for a user and password. It goes "
          "on in connection {}.",
          *next);
      verdict.next_step.clear();
      return {*next};
    }
  }
  std::vector<std::uint32_t> told = sessions.login_before(report.connection);
  const std::uint64_t times = sessions.times_refused_before(report.connection);
  if (times == 0) return told;
  verdict.sentence += fmt::format(" The client has reconnected {}, each time refused like this.",
                                  times == 1 ? std::string("once") : fmt::format("{} times", times));
  const std::vector<std::uint32_t> refused = sessions.refused_before(report.connection);
  told.insert(told.end(), refused.begin(), refused.end());
  std::ranges::sort(told);
  return told;
}

}  // namespace

std::string group_of_end(const ConnectionReport& report) {
  if (ended_by_server(report.verdict)) return "server " + server_of(report.history);
  return report.verdict.cause == CauseId::path_lost ? std::string("path") : std::string();
}

bool may_change(const ConnectionReport& report) {
  const CauseId cause = report.verdict.cause;
  return cause == CauseId::auth_needed || cause == CauseId::publisher_gone || !group_of_end(report).empty();
}

std::vector<std::uint32_t> refine(ConnectionReport& report, const CaptureKnowledge& knowledge) {
  const EndFacts end = end_of(report.history);
  refine_tls(report, knowledge);
  if (refine_replaced(report, knowledge, end) || refine_busy(report, knowledge, end))
    return refine_sessions(report, knowledge.sessions);
  std::vector<std::uint32_t> told = refine_group(report, knowledge, end);
  if (!told.empty()) return told;
  refine_player(report, knowledge, end);
  return refine_sessions(report, knowledge.sessions);
}

}  // namespace rtmpscope::analysis
