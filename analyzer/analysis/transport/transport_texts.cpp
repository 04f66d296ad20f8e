#include <fmt/format.h>

#include "analysis/finding/finding_limits.hpp"
#include "analysis/finding/judge_rules.hpp"
#include "analysis/finding/thresholds.hpp"
#include "analysis/record/sides.hpp"
#include "analysis/transport/transport_judge.hpp"

namespace rtmpscope::analysis {
namespace {

std::string in_seconds(std::int64_t milliseconds) {
  return fmt::format("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100);
}

struct Words {
  std::string_view field, unit;
  double worst = 0;
  std::string text;
};

std::string slow_text(const RuleInterval& interval, Direction direction, std::uint64_t media_rate) {
  std::string text = fmt::format("the way from {} to {} is slow: a round trip of {}.{} ms", noun(direction),
                                 noun(opposite(direction)), interval.worst / 10, interval.worst % 10);
  if (interval.other > limit(ThresholdId::network_limited, 100)) {
    text += fmt::format(", and the path is the limit in {} % of 10 s", interval.other);
    if (media_rate > 0) text += fmt::format(", while media needs {} kbit/s", (media_rate + 500) / 1000);
  }
  return text;
}

Words words_of(const RuleInterval& interval, Direction direction, std::uint64_t media_rate) {
  const std::int64_t worst = interval.worst;
  switch (interval.id) {
    case FindingId::sender_blocked:
      return {interval.other > 0 ? "tcp_sample.zero_window_ms" : "tcp_sample.limit.receiver_ms", "s",
              static_cast<double>(worst) / 1000,
              fmt::format("the {} does not read fast enough: its window kept the {} from sending for {} of "
                          "10 s (limit {} s)",
                          noun(opposite(direction)), noun(direction), in_seconds(worst),
                          limit(ThresholdId::blocked_warning, 1))};
    case FindingId::path_loss:
      return {
          "tcp_sample.lost_before", "%", static_cast<double>(worst) / 100,
          fmt::format("{}.{:02} % of the segments from {} to {} were lost in 10 s, {} segments (limit 0.5 %)",
                      worst / 100, worst % 100, noun(direction), noun(opposite(direction)), interval.other)};
    case FindingId::path_slow:
      return {"tcp_sample.rtt_to_receiver_ms", "ms", static_cast<double>(worst) / 10,
              slow_text(interval, direction, media_rate)};
    default:
      return {"tcp_sample.limit.network_ms", "s", static_cast<double>(worst) / 1000,
              fmt::format("bytes of the {} had no acknowledgement for {}, and were repeated (limit {} s)",
                          noun(direction), in_seconds(worst), limit(ThresholdId::timeout_warning, 1))};
  }
}

}  // namespace

JudgedFinding make_transport_finding(const RuleInterval& interval, Direction direction,
                                     std::uint64_t media_rate) {
  JudgedFinding finding;
  finding.id = interval.id;
  finding.severity = interval.severity;
  finding.priority = rule_of(interval.id).priority;
  finding.what_to_do = rule_of(interval.id).what_to_do;
  finding.direction = direction;
  finding.since = interval.since;
  if (interval.over) finding.until = interval.until;
  finding.count = interval.count;
  Words words = words_of(interval, direction, media_rate);
  finding.text = std::move(words.text);
  finding.worst = words.worst;
  finding.unit = words.unit;
  const bool by_share = interval.id == FindingId::path_slow && interval.severity == Severity::warning &&
                        interval.other > limit(ThresholdId::network_limited, 100);
  finding.limit =
      by_share ? info(ThresholdId::network_limited).name : limit_name(interval.id, interval.severity);
  finding.evidence.push_back({interval.worst_at, std::nullopt, std::string(words.field),
                              fmt::format("{:.2f} {}", words.worst, words.unit)});
  return finding;
}

}  // namespace rtmpscope::analysis
