// Rules about how a connection ends, and about silence before that.
#pragma once

#include "analysis/rules/rule_context.hpp"

namespace rtmpscope::analysis {

void judge_abrupt_end(const RuleContext& context, RuleResults& to);
void judge_resets(const RuleContext& context, RuleResults& to);

/// The longest time for which the client was silent while it published.
struct Silence {
  Timestamp longest = 0;  ///< nanoseconds
  Moment since;           ///< the last message before it
  Moment latest;          ///< the last message of the client
};
void judge_silence(const RuleContext& context, const Silence& silence, RuleResults& to);

}  // namespace rtmpscope::analysis
