#include "analysis/judge/software_judge.hpp"

#include <algorithm>

#include "analysis/finding/judge_rules.hpp"
#include "analysis/fingerprint/known_issues.hpp"
#include "analysis/fingerprint/limits.hpp"

namespace rtmpscope::analysis {
namespace {

bool is_same(const std::optional<Fingerprint>& a, const std::optional<Fingerprint>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->id == b->id && a->name == b->name && a->version == b->version;
}

/// The shortest of several: whoever waits at least so long can be right. Seconds, rounded up.
std::uint32_t seconds_of(const FingerprintTable& table, const Fingerprint& fingerprint, LimitKind kind) {
  std::uint64_t shortest = 0;
  for (const Limit& limit : limits_of(table, fingerprint, kind)) {
    if (shortest == 0 || limit.value < shortest) shortest = limit.value;
  }
  return static_cast<std::uint32_t>((shortest + 999) / 1000);
}

}  // namespace

void SoftwareJudge::identify_both(Moment now, const History& history) {
  for (const Direction side : {Direction::to_server, Direction::to_client}) {
    std::optional<Fingerprint>& known = software_[index_of(side)];
    std::optional<Fingerprint> found = identifier_.identify(history, side);
    if (found && !is_same(known, found)) to_.on_fingerprint(connection_, now, *found);
    known = std::move(found);
  }
}

SideLimits SoftwareJudge::limits(Direction side) const {
  SideLimits limits;
  const std::optional<Fingerprint>& known = software_[index_of(side)];
  if (!known || known->id.empty()) return limits;
  limits.id = known->id;
  limits.name = known->name;
  limits.idle_s = seconds_of(identifier_.table(), *known, LimitKind::client_silent);
  limits.ping_s = seconds_of(identifier_.table(), *known, LimitKind::ping_answer);
  limits.handshake_s = seconds_of(identifier_.table(), *known, LimitKind::handshake);
  limits.command_s = seconds_of(identifier_.table(), *known, LimitKind::command_answer);
  limits.send_s = seconds_of(identifier_.table(), *known, LimitKind::send);
  for (const Limit& limit : limits_of(identifier_.table(), *known, LimitKind::message_bytes)) {
    if (limits.message_bytes == 0 || limit.value < limits.message_bytes) limits.message_bytes = limit.value;
  }
  return limits;
}

std::vector<JudgedFinding> SoftwareJudge::known_faults(const History& history,
                                                       const std::vector<JudgedFinding>& findings,
                                                       Moment capture_last) const {
  IssueContext context;
  context.findings = findings;
  context.capture_last = capture_last;
  std::vector<JudgedFinding> faults;
  for (const KnownIssueHit& hit : known_issues(identifier_.table(), history, software_, context)) {
    JudgedFinding& fault = faults.emplace_back();
    fault.id = FindingId::known_issue;
    fault.severity = hit.severity;
    fault.priority = rule_of(fault.id).priority;
    fault.direction = hit.side;
    fault.since = hit.at;
    fault.text = hit.text;
    fault.reference = identifier_.table().references(hit.issue->sources);
    fault.what_to_do = rule_of(fault.id).what_to_do;
  }
  return faults;
}

}  // namespace rtmpscope::analysis
