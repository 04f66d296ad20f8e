#include "analysis/finding/check.hpp"

#include "analysis/finding/judge_rules.hpp"

namespace rtmpscope::analysis {

JudgedFinding judged(FindingId id, Moment at) {
  const JudgeRule& rule = rule_of(id);
  JudgedFinding finding;
  finding.id = id;
  finding.severity = info(id).severity;
  finding.priority = rule.priority;
  finding.since = at;
  finding.what_to_do = rule.what_to_do;
  return finding;
}

}  // namespace rtmpscope::analysis
