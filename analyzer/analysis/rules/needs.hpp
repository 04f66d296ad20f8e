// What a rule needs the capture to have. What is missing makes it undecided.
#pragma once

#include <optional>
#include <string>

#include "analysis/history/history.hpp"

namespace rtmpscope::analysis {

/// The first need of the rule (schema/tables/judge_rules.def) that the capture does not meet, as a clause:
/// "the client's direction was not captured". `no_hole` is about the bytes of `of`, or of both directions.
[[nodiscard]] std::optional<std::string> missing_need(FindingId rule, const History& history,
                                                      std::optional<Direction> of = std::nullopt);

/// Whether packets with data of that direction are in the capture.
[[nodiscard]] bool is_captured(const History& history, Direction direction);
/// Whether bytes of that direction are missing, or were not understood behind missing ones.
[[nodiscard]] bool has_hole(const History& history, Direction direction);
/// Whether the capture has the connection's beginning.
[[nodiscard]] bool has_start(const History& history);
/// Whether a side's FIN or RST was seen, and nothing is missing in the second before.
[[nodiscard]] bool has_end(const History& history);

}  // namespace rtmpscope::analysis
