// Rules about requests and their answers.
#pragma once

#include "analysis/rules/rule_context.hpp"

namespace rtmpscope::analysis {

void judge_unanswered(const RuleContext& context, RuleResults& to);
void judge_refusals(const RuleContext& context, RuleResults& to);
void judge_login(const RuleContext& context, RuleResults& to);
void judge_order(const RuleContext& context, RuleResults& to);
/// `unknown_replies`: _result and _error to requests that nobody made, and the first of them.
void judge_replies(const RuleContext& context, std::uint64_t unknown_replies, const Moment& first_unknown,
                   RuleResults& to);

}  // namespace rtmpscope::analysis
