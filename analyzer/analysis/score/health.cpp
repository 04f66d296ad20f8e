#include "analysis/score/health.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rtmpscope::analysis {
namespace {

constexpr int cap_without_decoding = 20;

bool is_profile_rule(FindingId id) {
  return info(id).id.starts_with("profile_");
}

}  // namespace

void add_health(const HealthInputs& inputs, Score& score) {
  const std::array<std::pair<ScorePart, const Share*>, 5> parts = {{
      {{.name = "delivery", .weight = 0.9, .share = {}, .reason = {}}, &inputs.delivery},
      {{.name = "transport", .weight = 0.5, .share = {}, .reason = {}}, &inputs.transport},
      {{.name = "timing", .weight = 0.4, .share = {}, .reason = {}}, &inputs.timing},
      {{.name = "structure", .weight = 0.3, .share = {}, .reason = {}}, &inputs.structure},
      {{.name = "policy", .weight = 0.1, .share = {}, .reason = {}}, &inputs.policy},
  }};
  double product = 1;
  score.parts.clear();
  for (const auto& [row, share] : parts) {
    ScorePart part = row;
    if (share->bad) {
      // Thousandths, so that every machine rounds alike.
      const double bad = std::clamp(*share->bad, 0.0, 1.0);
      part.share = static_cast<double>(static_cast<int>(bad * 1000 + 0.5)) / 1000;
      product *= 1 - part.weight * *part.share;
    } else {
      part.reason = share->reason;
    }
    score.parts.push_back(std::move(part));
  }
  score.health.reset();
  if (!inputs.delivery.bad) return;
  score.health = static_cast<int>(100 * product + 0.5 + 1e-9);
  if (inputs.stops_decoding) score.health = std::min(*score.health, cap_without_decoding);
}

Share policy_share(std::span<const Check> checks, std::span<const JudgedFinding> findings) {
  std::size_t decided = 0;
  for (const Check& check : checks) {
    if (is_profile_rule(check.id) && (check.answer == Answer::pass || check.answer == Answer::fail))
      ++decided;
  }
  if (decided == 0) return {.bad = std::nullopt, .reason = "no platform is known"};
  const auto bad = std::ranges::count_if(findings, [](const JudgedFinding& finding) {
    return is_profile_rule(finding.id) && finding.severity != Severity::note;
  });
  return {.bad = static_cast<double>(bad) / static_cast<double>(decided), .reason = {}};
}

bool stops_decoding(std::span<const JudgedFinding> findings) {
  return std::ranges::any_of(findings, [](const JudgedFinding& finding) {
    if (finding.severity != Severity::error) return false;
    const std::string_view id = info(finding.id).id;
    return id == "header_missing" || id == "header_invalid" || id == "chunk_stream_lost";
  });
}

}  // namespace rtmpscope::analysis
