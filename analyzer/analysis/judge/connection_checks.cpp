#include "analysis/judge/connection_checks.hpp"

#include <algorithm>

#include "analysis/judge/publisher_facts.hpp"
#include "analysis/platform/profile_match.hpp"
#include "analysis/platform/profile_rules.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::size_t most_findings = 64;

bool is_publisher(const StreamHistory& stream) {
  return stream.use == StreamUse::publish && stream.media_messages != 0;
}

}  // namespace

const Profile* ConnectionChecks::profile_of(const History& history) const {
  const ProfileTable& table = options_.profile_table();
  if (!options_.profile.empty()) return table.find(options_.profile);
  return match(table.profiles(), publish_target(history));
}

void ConnectionChecks::judge_streams(const Profile* profile, const History& history, RuleResults& to) const {
  const bool publishes = std::ranges::any_of(history.streams, is_publisher);
  if (profile == nullptr && publishes) profile = options_.profile_table().generic();
  if (profile == nullptr) return;
  if (publishes) judge_transport_by_profile(*profile, transport_of(history), to);
  for (const StreamHistory& stream : history.streams) {
    if (is_publisher(stream)) return judge_by_profile(*profile, publisher_of(history, stream), to);
  }
}

void ConnectionChecks::finish(ConnectionReport& report) const {
  const Profile* const profile = profile_of(report.history);
  if (profile != nullptr) report.platform = profile->id;
  RuleResults results;
  rules_.finish(RuleContext{.history = report.history, .profile = profile, .verdict = &report.verdict},
                results);
  judge_streams(profile, report.history, results);
  for (JudgedFinding& finding : results.findings) {
    if (report.findings.size() < most_findings) report.findings.push_back(std::move(finding));
  }
  report.clauses = conformance_checks(report.history, rules_, results.checks);
  for (const Direction side : {Direction::to_server, Direction::to_client})
    report.score.conformance[index_of(side)] = count(report.clauses, side);
  std::erase_if(report.clauses,
                [](const ClauseCheck& each) { return each.answer == Answer::not_applicable; });
  report.checks.insert(report.checks.end(), std::make_move_iterator(results.checks.begin()),
                       std::make_move_iterator(results.checks.end()));
  report.decoder_findings = rules_.tally().entries();
}

}  // namespace rtmpscope::analysis
