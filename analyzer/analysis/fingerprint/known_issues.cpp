#include "analysis/fingerprint/known_issues.hpp"

#include <algorithm>

#include "analysis/fingerprint/conditions.hpp"

namespace rtmpscope::analysis {
namespace {

/// How sure it is that a program is at work.
enum class Presence : std::uint8_t { absent, candidate, present };

Presence presence(const Software& program, const Fingerprint* own, const IssueContext& context) {
  if (program.any_program || (own != nullptr && own->id == program.id)) return Presence::present;
  if (std::ranges::find(context.named, program.id) != context.named.end()) return Presence::present;
  if (own == nullptr || !own->id.empty()) return Presence::absent;
  const bool is_candidate = std::ranges::find(own->candidates, program.id) != own->candidates.end();
  return is_candidate ? Presence::candidate : Presence::absent;
}

const Fingerprint* pointer(const std::optional<Fingerprint>& fingerprint) {
  return fingerprint ? &*fingerprint : nullptr;
}

/// When all conditions hold: where the last one was seen.
std::optional<Moment> symptom(const KnownIssue& issue, const Situation& situation) {
  Moment at = situation.history.opened;
  for (const Condition& each : issue.when) {
    const Met one = check(each, situation);
    if (one.answer != Answer::pass) return std::nullopt;
    if (one.at && one.at->time >= at.time) at = *one.at;
  }
  return at;
}

}  // namespace

std::vector<KnownIssueHit> known_issues(const FingerprintTable& table, const History& history,
                                        const std::array<std::optional<Fingerprint>, 2>& software,
                                        const IssueContext& context) {
  std::vector<KnownIssueHit> hits;
  for (const Software& program : table.programs()) {
    if (program.issues.empty()) continue;
    const Fingerprint* const own = pointer(software[index_of(program.side)]);
    const Presence here = presence(program, own, context);
    if (here == Presence::absent) continue;
    const Situation situation{table,   history, context,
                              program, own,     pointer(software[index_of(other(program.side))])};
    for (const KnownIssue& issue : program.issues) {
      const auto at = symptom(issue, situation);
      if (!at) continue;
      const bool certain = here == Presence::present;
      hits.push_back({&issue, &program, program.side, certain, certain ? issue.severity : Severity::note, *at,
                      certain ? issue.note : "If it is " + program.name + ": " + issue.note});
    }
  }
  return hits;
}

}  // namespace rtmpscope::analysis
