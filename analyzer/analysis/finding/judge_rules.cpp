#include "analysis/finding/judge_rules.hpp"

#include <algorithm>

namespace rtmpscope::analysis {
namespace {

constexpr auto rules = std::to_array<JudgeRule>({
#define JUDGE_RULE(finding, priority, what_to_do, needs) {FindingId::finding, priority, what_to_do, needs},
#include "schema/tables/judge_rules.def"
#undef JUDGE_RULE
});

}  // namespace

const JudgeRule& rule_of(FindingId id) {
  static constexpr JudgeRule none;
  const auto found =
      std::find_if(rules.begin(), rules.end(), [id](const JudgeRule& rule) { return rule.finding == id; });
  return found == rules.end() ? none : *found;
}

}  // namespace rtmpscope::analysis
