#include "analysis/judge/shared_findings.hpp"

#include <fmt/format.h>

#include "analysis/judge/endpoints.hpp"
#include "analysis/verdict/closer.hpp"
#include "analysis/verdict/sentence.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::uint64_t sessions_of_a_loop = 3;
/// A server that lets a newer publisher take the name ends the older one within this time.
constexpr Timestamp replacing_time = 3 * nanoseconds_per_second;

JudgedFinding finding_of(FindingId id, const Moment& at, std::string text, std::string what_to_do) {
  JudgedFinding finding;
  finding.id = id;
  finding.severity = info(id).severity;
  finding.direction = Direction::to_server;
  finding.since = at;
  finding.text = std::move(text);
  finding.what_to_do = std::move(what_to_do);
  return finding;
}

void add_reconnecting(std::vector<JudgedFinding>& findings, const ConnectionReport& report,
                      const CaptureKnowledge& knowledge) {
  const std::uint64_t sessions = knowledge.sessions.sessions_within_minutes(report.connection);
  if (sessions != sessions_of_a_loop) return;
  JudgedFinding finding = finding_of(
      FindingId::reconnecting, report.history.opened,
      fmt::format("the client has begun {} sessions of the same name within 2 minutes, and none ended well",
                  sessions),
      "Look at why the first of them ended.");
  finding.priority = 2;
  finding.count = sessions;
  findings.push_back(std::move(finding));
}

/// Another publisher of the name was open when this one began, and stayed.
void add_duplicates(std::vector<JudgedFinding>& findings, const ConnectionReport& report,
                    const CaptureKnowledge& knowledge) {
  const History& history = report.history;
  const std::string server = server_of(history);
  const std::string client = client_of(history);
  for (const StreamHistory& stream : history.streams) {
    if (stream.use != StreamUse::publish || !stream.started) continue;
    const Publisher* const other = knowledge.publishers.open_at(stream_key(server, history.app, stream.name),
                                                                report.connection, stream.started->time);
    if (other == nullptr || (other->ended && other->ended->time - stream.started->time <= replacing_time))
      continue;
    JudgedFinding both =
        finding_of(FindingId::duplicate_publisher, *stream.started,
                   fmt::format("{} publishes {}, too, since {}", quote(CapturedKind::address, other->client),
                               quote(CapturedKind::name, stream.name), clock_text(other->at.time)),
                   "Stop one of the two, or give it a name of its own.");
    both.priority = 2;
    findings.push_back(both);
    if (address_of(other->client) == address_of(client)) return;
    JudgedFinding key = finding_of(
        FindingId::key_reused, *stream.started,
        fmt::format("the name or key {} is used from {} and {} at once",
                    quote(CapturedKind::name, stream.name), quote(CapturedKind::address, other->client),
                    quote(CapturedKind::address, client)),
        "If that is not meant, make a new key: somebody else may have this one.");
    findings.push_back(key);
    return;
  }
}

}  // namespace

std::vector<JudgedFinding> shared_findings(const ConnectionReport& report,
                                           const CaptureKnowledge& knowledge) {
  std::vector<JudgedFinding> findings;
  add_reconnecting(findings, report, knowledge);
  add_duplicates(findings, report, knowledge);
  return findings;
}

}  // namespace rtmpscope::analysis
