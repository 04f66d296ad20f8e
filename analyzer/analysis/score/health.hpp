// Health of a connection: 0 to 100, by parts.
#pragma once

#include <span>

#include "analysis/finding/check.hpp"
#include "analysis/score/score.hpp"

namespace rtmpscope::analysis {

/// A share of the time that was bad, 0 to 1; or why it is not known.
struct Share {
  std::optional<double> bad;
  std::string reason;
};

struct HealthInputs {
  Share delivery;               ///< seconds in which media was starved or paused
  Share transport;              ///< seconds that were blocked, or lossy
  Share timing;                 ///< seconds with jitter, or timestamps that go back
  Share structure;              ///< media time without a key frame in time, or that cannot be decoded
  Share policy;                 ///< see policy_share
  bool stops_decoding = false;  ///< see stops_decoding
};

/// Fills health and parts. Shares are cut to 0 and 1.
void add_health(const HealthInputs& inputs, Score& score);

/// Of the profile's checks that are decided: the share that gives a warning or an error.
[[nodiscard]] Share policy_share(std::span<const Check> checks, std::span<const JudgedFinding> findings);

/// Whether a finding says that a receiver cannot decode the stream.
[[nodiscard]] bool stops_decoding(std::span<const JudgedFinding> findings);

}  // namespace rtmpscope::analysis
