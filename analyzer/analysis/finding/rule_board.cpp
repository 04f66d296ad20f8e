#include "analysis/finding/rule_board.hpp"

#include <algorithm>

namespace rtmpscope::analysis {
namespace {

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;
constexpr std::size_t most_open = 64;

bool is_over(const RuleInterval& interval, Moment now) {
  return now.time > interval.until.time &&
         now.time - interval.until.time >= interval.off * nanoseconds_per_second;
}

/// Of what happened at one place, and was told, there is nothing more to say.
bool is_point(const RuleInterval& interval) {
  return interval.count == 1 && interval.since == interval.until;
}

void extend(RuleInterval& interval, const RuleSight& sight) {
  const bool worse = interval.lower_is_worse ? sight.value < interval.worst : sight.value > interval.worst;
  if (interval.count == 0 || worse) {
    interval.worst = sight.value;
    interval.other = sight.other;
    interval.worst_at = sight.end;
  }
  interval.severity = std::max(interval.severity, *sight.level);
  interval.until = sight.end;
  ++interval.count;
}

}  // namespace

void RuleBoard::see(const RuleSight& sight, const Tell& tell) {
  const auto found = std::find_if(open_.begin(), open_.end(), [&](const RuleInterval& interval) {
    return interval.id == sight.id && interval.part == sight.part;
  });
  if (!sight.level) {
    if (found == open_.end()) return;
    if (!found->told) {
      open_.erase(found);
    } else if (is_over(*found, sight.end)) {
      found->over = true;
      if (!is_point(*found)) tell(*found);
      open_.erase(found);
    }
    return;
  }
  if (found == open_.end() && open_.size() >= most_open) return;
  RuleInterval& interval = found != open_.end() ? *found : open_.emplace_back();
  if (found == open_.end() || interval.count == 0) {
    interval.id = sight.id;
    interval.part = sight.part;
    interval.severity = *sight.level;
    interval.off = sight.off;
    interval.lower_is_worse = sight.lower_is_worse;
    interval.since = sight.begin;
    interval.first = sight.value;
  }
  extend(interval, sight);
  if (interval.told || sight.end.time - interval.since.time < sight.on * nanoseconds_per_second) return;
  interval.told = true;
  tell(interval);
}

void RuleBoard::pass(Moment now, const Tell& tell) {
  std::erase_if(open_, [&](RuleInterval& interval) {
    if (!is_over(interval, now)) return false;
    interval.over = true;
    if (interval.told && !is_point(interval)) tell(interval);
    return true;
  });
}

void RuleBoard::finish(const Tell& tell) {
  for (const RuleInterval& interval : open_) {
    if (interval.told && !is_point(interval)) tell(interval);
  }
  open_.clear();
}

bool RuleBoard::is_open(FindingId id, std::uint16_t part) const {
  return std::any_of(open_.begin(), open_.end(), [&](const RuleInterval& interval) {
    return interval.id == id && interval.part == part && interval.told;
  });
}

}  // namespace rtmpscope::analysis
