#include "analysis/fingerprint/conditions.hpp"

#include <algorithm>
#include <cmath>

namespace rtmpscope::analysis {

Direction side_of(const Condition& condition, const Situation& situation) {
  const std::string_view side = text_at(condition.parameters, "side");
  if (side.empty()) return situation.side();
  return side == "server" ? Direction::to_client : Direction::to_server;
}

double seconds(Timestamp from, Timestamp to) {
  return static_cast<double>(to - from) / 1e9;
}

bool is_about(double seconds, double limit) {
  return std::abs(seconds - limit) <= std::max(0.6, 0.03 * limit);
}

bool lies_within(double seconds, const Condition& condition) {
  const auto from = number_at(condition.parameters, "from_s"), to = number_at(condition.parameters, "to_s");
  return (!from || seconds >= *from) && (!to || seconds <= *to);
}

bool is_limit(double seconds, std::string_view name, const Situation& situation) {
  const auto kind = limit_kind(name);
  if (!kind) return false;
  const VersionRange versions = situation.own != nullptr && situation.own->id == situation.program.id
                                    ? situation.own->versions
                                    : VersionRange();
  const auto limits = limits_of(situation.table, situation.program.id, *kind, versions);
  return std::ranges::any_of(
      limits, [&](const Limit& each) { return is_about(seconds, static_cast<double>(each.value) / 1000); });
}

bool is_whole(const History& history, Direction side) {
  const SideHistory& sent = history.side(side);
  const bool is_there = sent.packets > 0 || sent.last_message || sent.last_data;
  return is_there && !sent.marks.hole && history.start != "midstream";
}

std::optional<Moment> end_moment(const History& history) {
  if (!history.close) return std::nullopt;
  if (!history.close->ended_by) return history.close->at;
  const SideHistory& closer = history.side(*history.close->ended_by);
  if (closer.fin && closer.reset)
    return closer.fin->at.time <= closer.reset->at.time ? closer.fin->at : closer.reset->at;
  if (closer.fin) return closer.fin->at;
  if (closer.reset) return closer.reset->at;
  return history.close->at;
}

const Request* last_request(const History& history, std::string_view name) {
  const Request* found = nullptr;
  for (const Request& each : history.requests) {
    if (each.asked.name == name) found = &each;
  }
  return found;
}

std::optional<Moment> last_data(const History& history, Direction side) {
  const SideHistory& sent = history.side(side);
  return sent.last_data ? sent.last_data : sent.last_message;
}

namespace {

/// One list of which all conditions hold.
Met check_any(const Condition& condition, const Situation& situation) {
  bool is_undecided = false;
  for (const std::vector<Condition>& list : condition.alternatives) {
    Met all{Answer::pass, std::nullopt};
    for (const Condition& each : list) {
      const Met one = check(each, situation);
      if (one.at) all.at = one.at;
      if (one.answer == Answer::pass) continue;
      all.answer = one.answer;
      if (one.answer == Answer::fail) break;
    }
    if (all.answer == Answer::pass) return all;
    is_undecided = is_undecided || all.answer == Answer::undecided;
  }
  return is_undecided ? undecided() : met(false);
}

}  // namespace

Met check(const Condition& condition, const Situation& situation) {
  if (condition.test == "any") return check_any(condition, situation);
  for (const auto group : {check_end, check_request, check_media, check_other}) {
    if (const auto result = group(condition, situation)) return *result;
  }
  return undecided();
}

}  // namespace rtmpscope::analysis
