#include "analysis/verdict/hidden_end.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rtmpscope::analysis {
namespace {

constexpr Timestamp last_words = 2 * nanoseconds_per_second;

/// From when on everything must be known to tell why it ended.
Timestamp deciding_time(const Case& from) {
  const Timestamp last = from.end.at.time - last_words;
  if (!from.has_start() && !from.has_run()) return from.history.opened.time;
  switch (from.phase) {
    case Phase::running: return last;
    case Phase::request: {
      const Request* const asked = from.last_request({"publish", "play", "play2"});
      return asked != nullptr ? std::min(last, asked->asked.at.time) : from.history.opened.time;
    }
    default: return from.history.opened.time;
  }
}

/// Bytes of the stream that are known to have been sent.
std::uint64_t captured_end(const SideHistory& side) {
  return side.bytes + side.missing_bytes;
}

/// The end of a side's stream was not captured.
const char* missing_tail(const SideHistory& side) {
  const std::uint64_t end = captured_end(side);
  if (side.acknowledged && *side.acknowledged > end) return "bytes acknowledged that were not captured";
  if (side.fin_not_captured) return "FIN acknowledged that was not captured";
  if (side.fin && side.fin->offset > end) return "bytes missing before the FIN";
  // Behind a FIN the number of a reset is one more. One of another device knows little of the stream.
  if (side.reset && side.reset->in_window && !has_other_hop_limit(*side.reset) &&
      side.reset->offset > end + (side.fin ? 1 : 0))
    return "bytes or a FIN missing before the reset";
  return nullptr;
}

/// There were keys, if they were needed, and yet nothing of RTMP was read.
bool was_not_read(const Case& from) {
  return from.phase == Phase::tcp || (from.phase == Phase::tls && from.history.tls.decrypted);
}

std::uint64_t missing_bytes(const Case& from) {
  std::uint64_t sum = 0;
  for (const SideHistory& side : from.history.sides) {
    sum += side.missing_bytes;
    const std::uint64_t end = captured_end(side);
    if (side.acknowledged && *side.acknowledged > end) sum += *side.acknowledged - end;
  }
  return sum;
}

}  // namespace

std::optional<HiddenEnd> hidden_end(const Case& from) {
  if (from.history.tls.opening_missing) return HiddenEnd{from.history.opened, "opening of TLS not captured"};
  const Timestamp since = deciding_time(from);
  for (const Direction side : {Direction::to_server, Direction::to_client}) {
    if (from.misses(side, since)) {
      const auto gap = std::ranges::find_if(from.history.gaps, [&](const GapNote& note) {
        return note.direction == side && note.at.time >= since;
      });
      if (gap == from.history.gaps.end()) return HiddenEnd{from.history.opened, "begin of the capture"};
      return HiddenEnd{gap->at, fmt::format("bytes of the {} missing", noun(side))};
    }
    // The stream was not decoded, so that there are no events gap.
    if (was_not_read(from) && from.has_start() && from.history.side(side).missing_bytes > 0)
      return HiddenEnd{from.history.opened, fmt::format("bytes of the {} missing", noun(side))};
    if (const char* const what = missing_tail(from.history.side(side)); what != nullptr)
      return HiddenEnd{from.end.at, what};
  }
  return std::nullopt;
}

Claim hidden_claim(const Case& from) {
  const std::uint64_t missing = missing_bytes(from);
  const std::string at = clock_text(from.end.at.time);
  Claim claim;
  claim.sentence =
      missing > 0
          ? fmt::format("What was said at the end is not in the capture: {} bytes are missing before {}.",
                        missing, at)
          : fmt::format("What was said at the end is not in the capture, before {}.", at);
  claim.next_step =
      "Capture without loss: from the connection's beginning, with whole packets and a larger buffer.";
  if (from.history.tls.opening_missing)
    claim.sentence =
        "What was said cannot be decrypted: the opening of the TLS session is not in the capture.";
  claim.evidence.push_back(from.end_evidence());
  return claim;
}

}  // namespace rtmpscope::analysis
