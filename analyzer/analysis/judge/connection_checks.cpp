#include "analysis/judge/connection_checks.hpp"

#include <algorithm>

#include "analysis/judge/publisher_facts.hpp"
#include "analysis/platform/profile_match.hpp"
#include "analysis/platform/profile_rules.hpp"

namespace rtmpscope::analysis {
namespace {

/// Servers that read H.265 with the private codec id 12, as their sources show.
bool takes_codec_id_12(std::string_view software) {
  return software == "srs" || software == "zlm" || software == "lal";
}

bool is_publisher(const StreamHistory& stream) {
  return stream.use == StreamUse::publish && stream.media_messages != 0;
}

}  // namespace

const Profile* ConnectionChecks::profile_of(const History& history) const {
  const ProfileTable& table = options_.profile_table();
  if (!options_.profile.empty()) return table.find(options_.profile);
  return match(table.profiles(), publish_target(history));
}

void ConnectionChecks::judge_streams(const Profile* profile, const ConnectionReport& report,
                                     RuleResults& to) const {
  const History& history = report.history;
  const bool publishes = std::ranges::any_of(history.streams, is_publisher);
  if (profile == nullptr && publishes) profile = options_.profile_table().generic();
  if (profile == nullptr) return;
  if (publishes) judge_transport_by_profile(*profile, transport_of(history), to);
  for (const StreamHistory& stream : history.streams) {
    if (!is_publisher(stream)) continue;
    PublisherFigures figures = publisher_of(history, stream);
    for (const StreamFigures& measured : report.media) {
      if (measured.direction == Direction::to_server && measured.message_stream_id == stream.id)
        add_figures(measured, figures);
    }
    return judge_by_profile(*profile, figures, to);
  }
}

void ConnectionChecks::finish(ConnectionReport& report, const Profile* profile,
                              const SideLimits& server) const {
  if (profile != nullptr) report.platform = profile->id;
  RuleResults results;
  RuleContext context{.history = report.history, .profile = profile, .verdict = &report.verdict};
  if (server.idle_s != 0) context.idle_limit = IdleLimit{static_cast<double>(server.idle_s), server.name};
  if (!server.id.empty()) context.takes_codec_id_12 = takes_codec_id_12(server.id);
  rules_.finish(context, results);
  judge_streams(profile, report, results);
  for (JudgedFinding& finding : results.findings) {
    if (report.findings.size() < most_report_findings) report.findings.push_back(std::move(finding));
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
