// What a finding of the judge has besides its row among the findings: schema/tables/judge_rules.def.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "schema/schema.hpp"

namespace rtmpscope::analysis {

struct JudgeRule {
  FindingId finding{};
  std::uint8_t priority =
      3;  ///< 1: cannot be received or decoded; 2: damaged or soon to fail; 3: informative
  std::string_view what_to_do;
  std::string_view needs;  ///< names of needs, with ", " between
};

/// The rule of a finding; one of priority 3 without words if it is none of the judge's.
[[nodiscard]] const JudgeRule& rule_of(FindingId id);

}  // namespace rtmpscope::analysis
