#include "analysis/judge/health_of.hpp"

#include <algorithm>
#include <initializer_list>

#include "analysis/score/health.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::uint32_t shortest_media = 5;  // seconds

/// Seconds of live media: recordings may come at any pace.
struct LiveSeconds {
  std::uint64_t all = 0, late = 0, jittery = 0;
};

LiveSeconds live_seconds(const std::vector<StreamFigures>& media) {
  LiveSeconds sum;
  for (const StreamFigures& stream : media) {
    if (stream.recorded) continue;
    sum.all += stream.seconds;
    sum.late += stream.late_seconds;
    sum.jittery += stream.jittery_seconds;
  }
  return sum;
}

/// Seconds in which one of these was found, above note.
std::uint64_t seconds_of(const std::vector<JudgedFinding>& findings, std::initializer_list<FindingId> ids) {
  std::uint64_t seconds = 0;
  for (const JudgedFinding& finding : findings) {
    if (finding.severity != Severity::note && std::find(ids.begin(), ids.end(), finding.id) != ids.end())
      seconds += finding.count;
  }
  return seconds;
}

Share share(std::uint64_t bad, std::uint64_t all) {
  return {std::min(1.0, static_cast<double>(bad) / static_cast<double>(all)), {}};
}

}  // namespace

void judge_health(ConnectionReport& report) {
  const LiveSeconds seconds = live_seconds(report.media);
  HealthInputs inputs;
  if (seconds.all < shortest_media) {
    const Share unknown{std::nullopt, "less than 5 s of live media"};
    inputs = {unknown, unknown, unknown, unknown, unknown, false};
  } else {
    using enum FindingId;
    const std::vector<JudgedFinding>& found = report.findings;
    inputs.delivery = share(seconds.late, seconds.all);
    inputs.timing = share(std::max(seconds.jittery, seconds_of(found, {time_back, time_jump})), seconds.all);
    inputs.transport =
        share(seconds_of(found, {sender_blocked, path_loss, path_slow, path_timeout}), seconds.all);
    inputs.structure = share(seconds_of(found, {key_distance, open_gop, header_missing}), seconds.all);
    inputs.policy = policy_share(report.checks, found);
    inputs.stops_decoding = stops_decoding(found);
  }
  add_health(inputs, report.score);
}

}  // namespace rtmpscope::analysis
