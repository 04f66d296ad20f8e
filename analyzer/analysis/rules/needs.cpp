#include "analysis/rules/needs.hpp"

#include <algorithm>

#include "analysis/finding/judge_rules.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr Timestamp nanoseconds_of_end = 1'000'000'000;

bool needs(std::string_view list, std::string_view need) {
  while (!list.empty()) {
    const std::size_t end = list.find(", ");
    if (list.substr(0, end) == need) return true;
    if (end == std::string_view::npos) break;
    list.remove_prefix(end + 2);
  }
  return false;
}

}  // namespace

bool is_captured(const History& history, Direction direction) {
  const SideHistory& side = history.side(direction);
  return side.packets != 0 || side.bytes != 0 || side.last_message.has_value();
}

bool has_hole(const History& history, Direction direction) {
  if (history.side(direction).missing_bytes != 0 || history.sync_losses != 0) return true;
  return std::ranges::any_of(history.gaps,
                             [direction](const GapNote& gap) { return gap.direction == direction; });
}

bool has_start(const History& history) {
  return history.start != "midstream";
}

bool has_end(const History& history) {
  if (!history.close || (history.close->reason != "fin" && history.close->reason != "reset")) return false;
  return std::ranges::none_of(history.gaps, [&](const GapNote& gap) {
    return gap.at.time + nanoseconds_of_end >= history.close->at.time;
  });
}

std::optional<std::string> missing_need(FindingId rule, const History& history, std::optional<Direction> of) {
  const std::string_view list = rule_of(rule).needs;
  const bool both = needs(list, "both");
  if ((both || needs(list, "to_server")) && !is_captured(history, Direction::to_server))
    return "the client's direction was not captured";
  if ((both || needs(list, "to_client")) && !is_captured(history, Direction::to_client))
    return "the server's direction was not captured";
  if (needs(list, "start") && !has_start(history)) return "the connection's beginning was not captured";
  if (needs(list, "end") && !has_end(history)) return "the connection's end was not captured";
  if (!needs(list, "no_hole")) return std::nullopt;
  if (of != Direction::to_client && has_hole(history, Direction::to_server))
    return "bytes of the client are missing";
  if (of != Direction::to_server && has_hole(history, Direction::to_client))
    return "bytes of the server are missing";
  return std::nullopt;
}

}  // namespace rtmpscope::analysis
