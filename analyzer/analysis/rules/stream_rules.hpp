// Rules about what the decoder has found in the bytes.
#pragma once

#include "analysis/rules/rule_context.hpp"

namespace rtmpscope::analysis {

/// Chunk borders that were lost though nothing is missing: counted by side.
struct SyncLoss {
  std::uint64_t count = 0;
  Moment first;
  std::uint64_t offset = 0;
};

/// `side` is whose bytes they are; `messages` how many there were.
void judge_chunk_stream(const RuleContext& context, Direction side, const SyncLoss& loss, RuleResults& to);
void judge_incomplete_messages(const RuleContext& context, const FindingTally& tally, Direction side,
                               std::uint64_t messages, RuleResults& to);
void judge_headers(const RuleContext& context, const FindingTally& tally, Direction side, RuleResults& to);
void judge_capture(const RuleContext& context, RuleResults& to);

}  // namespace rtmpscope::analysis
