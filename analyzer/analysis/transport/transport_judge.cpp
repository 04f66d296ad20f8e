#include "analysis/transport/transport_judge.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/finding/thresholds.hpp"

namespace rtmpscope::analysis {
namespace {

using Level = std::optional<Severity>;

constexpr std::uint32_t least_lost = 3;       // segments; one loss is no rate
constexpr std::uint32_t least_segments = 50;  // in 10 s
constexpr std::uint32_t clearly_more =
    1000;  // tenths of milliseconds by which a round trip is longer than the least

Level level_of(std::uint64_t value, std::int64_t note, std::int64_t warning, std::int64_t error) {
  if (std::cmp_greater_equal(value, error)) return Severity::error;
  if (std::cmp_greater_equal(value, warning)) return Severity::warning;
  return std::cmp_greater_equal(value, note) ? Level(Severity::note) : std::nullopt;
}

RuleSight sight_of(FindingId id, const Record& record) {
  RuleSight sight;
  sight.id = id;
  sight.begin = {record.at.time - 1'000'000'000, record.at.frame};
  sight.end = record.at;
  sight.off = static_cast<std::uint8_t>(limit(ThresholdId::rule_off, 1));
  return sight;
}

RuleSight judge_blocked(const TransportSecond& window, const Record& record, const DirectionMedia& media) {
  RuleSight sight = sight_of(FindingId::sender_blocked, record);
  const std::uint32_t blocked = std::max(window.receiver, window.zero_window);
  sight.value = blocked;
  sight.other = window.zero_window;
  if (media.live)
    sight.level = level_of(blocked, INT64_MAX, limit(ThresholdId::blocked_warning, 1000),
                           limit(ThresholdId::blocked_error, 1000));
  return sight;
}

RuleSight judge_loss(const TransportSecond& window, const Record& record) {
  RuleSight sight = sight_of(FindingId::path_loss, record);
  // What was not captured may have been lost, or not: then nothing is said.
  if (window.segments < least_segments || window.not_captured > 0) return sight;
  sight.value = std::int64_t{window.lost} * 10'000 / window.segments;  // hundredths of a percent
  sight.other = window.lost;
  if (window.lost < least_lost) return sight;
  // Few losses may be chance: more than a note needs one standard deviation more.
  const double sure = window.lost - std::sqrt(static_cast<double>(window.lost));
  sight.level = level_of(static_cast<std::uint64_t>(sure * 10'000) / window.segments, INT64_MAX,
                         limit(ThresholdId::loss_warning, 100), limit(ThresholdId::loss_error, 100));
  if (!sight.level && sight.value >= limit(ThresholdId::loss_note, 100)) sight.level = Severity::note;
  return sight;
}

RuleSight judge_slow(const TransportSecond& window, const Record& record,
                     std::optional<std::uint32_t> least) {
  RuleSight sight = sight_of(FindingId::path_slow, record);
  // Where bytes were not captured, acknowledgements may be missing as well.
  if (window.not_captured > 0) return sight;
  sight.on = static_cast<std::uint8_t>(limit(ThresholdId::rule_on, 1));
  const std::uint32_t round_trip = window.round_trip.value_or(0);
  sight.value = round_trip;
  const std::uint32_t known = window.known();
  sight.other = known > 0 ? std::int64_t{window.network} * 100 / known : 0;
  sight.level = level_of(round_trip, limit(ThresholdId::round_trip_note, 10),
                         limit(ThresholdId::round_trip_warning, 10), INT64_MAX);
  const bool longer = least && round_trip > 3 * *least && round_trip - *least >= clearly_more;
  if (longer && !sight.level) sight.level = Severity::note;
  // Half of the time must be known, else the share is one of little.
  const bool often = known >= 5000 && sight.other > limit(ThresholdId::network_limited, 100);
  if (often) sight.level = Severity::warning;
  return sight;
}

RuleSight judge_timeout(const TransportWindow& window, const Record& record) {
  RuleSight sight = sight_of(FindingId::path_timeout, record);
  sight.value = window.held_up();
  if (window.held_up() >= limit(ThresholdId::timeout_warning, 1000) && window.lost_while_held_up() > 0)
    sight.level = Severity::warning;
  return sight;
}

}  // namespace

RuleBoard::Tell TransportJudge::teller(Direction direction) {
  return [this, direction](const RuleInterval& interval) {
    tell_(make_transport_finding(interval, direction, ways_[index_of(direction)].rate));
  };
}

void TransportJudge::on_tcp_sample(const Record& record, const DirectionMedia& media) {
  if (!record.direction) return;
  Way& way = ways_[index_of(*record.direction)];
  std::uint32_t seconds = 1;
  const TransportSecond second = read_tcp_sample(record.members, seconds);
  way.window.push_nothing(seconds - 1);
  way.window.push(second);
  way.rate = media.rate;
  judge(way, *record.direction, record, media);
}

void TransportJudge::judge(Way& way, Direction direction, const Record& record, const DirectionMedia& media) {
  const TransportSecond window = way.window.sum();
  const RuleBoard::Tell tell = teller(direction);
  way.board.see(judge_blocked(window, record, media), tell);
  way.board.see(judge_loss(window, record), tell);
  way.board.see(judge_slow(window, record, way.window.least_round_trip()), tell);
  way.board.see(judge_timeout(way.window, record), tell);
}

void TransportJudge::finish(const Record& close) {
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    Way& way = ways_[index_of(direction)];
    const RuleBoard::Tell tell = teller(direction);
    const std::string side = direction == Direction::to_server ? "to_server" : "to_client";
    const auto unanswered = unsigned_at(close.members, side + ".tcp.unanswered_ms");
    if (unanswered && std::cmp_greater_equal(*unanswered, limit(ThresholdId::timeout_warning, 1000))) {
      RuleSight sight = sight_of(FindingId::path_timeout, close);
      sight.begin.time =
          close.at.time - static_cast<std::int64_t>(std::min<std::uint64_t>(*unanswered, 1'000'000'000)) *
                              nanoseconds_per_millisecond;
      sight.value = static_cast<std::int64_t>(std::min<std::uint64_t>(*unanswered, INT64_MAX));
      sight.level = Severity::warning;
      way.board.see(sight, tell);
    }
    way.board.finish(tell);
  }
}

}  // namespace rtmpscope::analysis
