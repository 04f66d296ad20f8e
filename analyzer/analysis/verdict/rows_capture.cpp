// Causes that are about the capture: what it does not hold.
#include <fmt/format.h>

#include "analysis/verdict/hidden_end.hpp"
#include "analysis/verdict/rows.hpp"

namespace rtmpscope::analysis::rows {
namespace {

constexpr Timestamp recent = 5 * nanoseconds_per_second;

bool is_captured(const SideHistory& side) {
  return side.packets > 0 || side.bytes > 0;
}

/// Whether the capture has packets of one side only, though the other must have sent some.
bool is_one_sided(const Case& from) {
  if (from.history.start == "refused" || from.history.start == "unanswered") return false;
  return is_captured(from.client()) != is_captured(from.server());
}

}  // namespace

Claimed capture_ended(const Case& from) {
  if (is_one_sided(from)) return {};
  if (from.end.closer || from.history.start == "refused" || from.history.start == "unanswered") return {};
  if (path_lost(from)) return {};  // repeats without an answer are no sign of life
  const bool ends_by_itself = from.history.close && (from.history.close->reason == "port_reuse" ||
                                                     from.history.close->reason == "evicted");
  const Timestamp last = from.context.capture_last.time;
  if (ends_by_itself || last == 0 || last - from.end.at.time > recent) return {};
  return Claim{.sentence = "The capture ended before the connection did.",
               .next_step = "Capture for longer, until the connection has ended.",
               .evidence = {from.end_evidence()}};
}

Claimed capture_hole(const Case& from) {
  if (is_one_sided(from)) return {};
  const auto hidden = hidden_end(from);
  if (!hidden) return {};
  Claim claim = hidden_claim(from);
  claim.evidence.push_back({hidden->at, hidden->what});
  return claim;
}

Claimed other_side_missing(const Case& from) {
  if (!is_one_sided(from)) return {};
  const Direction seen = is_captured(from.client()) ? Direction::to_server : Direction::to_client;
  return Claim{
      .sentence = fmt::format("Only what the {} sent was captured; why the connection ended would be in "
                              "the other direction.",
                              noun(seen)),
      .next_step = "Capture where both directions pass, without a filter for one of them.",
      .evidence = {from.end_evidence()}};
}

Claimed port_reused(const Case& from) {
  if (!from.history.close || from.history.close->reason != "port_reuse" || from.end.closer) return {};
  return Claim{.confidence = Confidence::likely,
               .sentence = fmt::format("The client began anew from {} without closing.",
                                       quote_address(from.history.client_address, from.history.client_port)),
               .next_step = "Look for a crash of the client, or for a change of its address.",
               .evidence = {{from.history.close->at, "SYN of the next connection"}}};
}

}  // namespace rtmpscope::analysis::rows
