// Who ended a connection, and why.
#pragma once

#include "analysis/history/history.hpp"
#include "analysis/verdict/decision_context.hpp"
#include "analysis/verdict/verdict.hpp"

namespace rtmpscope::analysis {

/// Goes through the decision list of schema/tables/causes.def: the first row that fits decides, up to two
/// later ones are runners-up. To be called once the history is complete; without a `close` in it the answer
/// is what is known so far.
[[nodiscard]] Verdict decide(const History& history, const DecisionContext& context);

}  // namespace rtmpscope::analysis
