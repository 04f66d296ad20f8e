// What a rule says of a connection: also where it has found nothing.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/finding/judged_finding.hpp"

namespace rtmpscope::analysis {

/// The answer of one rule about one side. A rule that fails has findings besides.
struct Check {
  FindingId id{};
  std::optional<Direction> side;  ///< whose doing it is, by what the side sends; absent: nobody's
  Answer answer = Answer::undecided;
  std::string reason;  ///< of undecided and not_applicable: a clause without a full stop
  std::string value;   ///< what there is: "8 s"
  std::string limit;   ///< what it is held against: "at most 4 s"
};

/// Takes what rules say.
struct RuleResults {
  std::vector<Check> checks;
  std::vector<JudgedFinding> findings;

  void pass(FindingId id, std::optional<Direction> side, std::string value = {}, std::string limit = {}) {
    checks.push_back({id, side, Answer::pass, {}, std::move(value), std::move(limit)});
  }
  void not_applicable(FindingId id, std::optional<Direction> side, std::string reason) {
    checks.push_back({id, side, Answer::not_applicable, std::move(reason), {}, {}});
  }
  void undecided(FindingId id, std::optional<Direction> side, std::string reason) {
    checks.push_back({id, side, Answer::undecided, std::move(reason), {}, {}});
  }
  /// The check of a finding, and the finding.
  void fail(std::optional<Direction> side, JudgedFinding finding, std::string value = {},
            std::string limit = {}) {
    checks.push_back({finding.id, side, Answer::fail, {}, std::move(value), std::move(limit)});
    findings.push_back(std::move(finding));
  }
};

/// A finding with what the tables say of it: severity, priority, what to do. `at` is where it began.
[[nodiscard]] JudgedFinding judged(FindingId id, Moment at);

}  // namespace rtmpscope::analysis
