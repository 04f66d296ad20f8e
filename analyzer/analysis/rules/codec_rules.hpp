// Rules about codecs that the peer must know of.
#pragma once

#include "analysis/rules/rule_context.hpp"

namespace rtmpscope::analysis {

void judge_enhanced(const RuleContext& context, RuleResults& to);
void judge_private_codec(const RuleContext& context, RuleResults& to);

/// Whether a side has said that it reads Enhanced RTMP with that FourCC: fourCcList, or the two maps of
/// FourCCs, of connect or of the reply to it. `announcement` is the object that may hold them.
[[nodiscard]] bool announces(Value announcement, MediaType type, std::string_view four_cc);
/// FourCC of a codec's number in the value tables; empty: it has none.
[[nodiscard]] std::string_view four_cc_of(MediaType type, std::uint8_t codec);

}  // namespace rtmpscope::analysis
