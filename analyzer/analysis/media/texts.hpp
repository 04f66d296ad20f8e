// What the rules of media say, in words.
#pragma once

#include "analysis/finding/judged_finding.hpp"
#include "analysis/finding/rule_board.hpp"
#include "analysis/media/limiter.hpp"

namespace rtmpscope::analysis {

struct TextContext {
  Direction direction{};
  LimitedBy limited_by = LimitedBy::undecided;
};

/// The finding of an interval: words, evidence, what to do.
[[nodiscard]] JudgedFinding make_finding(const RuleInterval& interval, const TextContext& context);

}  // namespace rtmpscope::analysis
