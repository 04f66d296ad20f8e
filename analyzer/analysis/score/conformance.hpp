// Conformance to the specifications, by clause and side.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "analysis/finding/check.hpp"
#include "analysis/history/history.hpp"
#include "analysis/rules/conduct_rules.hpp"
#include "analysis/score/score.hpp"

namespace rtmpscope::analysis {

/// How strict a clause is.
enum class ClauseLevel : std::uint8_t { must, should, habit };

[[nodiscard]] std::string_view name(ClauseLevel level);

/// One row of clauses.def, about one side.
struct ClauseCheck {
  FindingId id{};
  std::string_view clause;  ///< "RTMP 5.3.1.2.1"
  ClauseLevel level{};
  Direction side{};  ///< by what it sends
  Answer answer = Answer::not_applicable;
  std::string_view reason;  ///< of undecided
  std::uint64_t count = 0;  ///< how often it was broken
  Moment first;
};

/// All rows for both sides, in the order of the table. `checks` are the answers of the judge's rules.
/// Findings behind missing bytes break nothing. A side that was not captured, or whose packets were cut, is
/// undecided.
[[nodiscard]] std::vector<ClauseCheck> conformance_checks(const History& history, const ConductRules& seen,
                                                          std::span<const Check> checks);

/// The counts of one side.
[[nodiscard]] Conformance count(std::span<const ClauseCheck> checks, Direction side);

}  // namespace rtmpscope::analysis
