// The model of a score: what outputs draw.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rtmpscope::analysis {

/// One part of the health score: `share` of the time, 0 to 1, was bad.
struct ScorePart {
  std::string name;  ///< delivery, transport, timing, structure, policy
  double weight = 0;
  std::optional<double> share;  ///< absent: undecided, and left out
  std::string reason;           ///< why it is undecided
};

/// Conformance of one side: each count is of checks. Habits are counted in none of the first four.
struct Conformance {
  std::uint32_t kept = 0, broken = 0, undecided = 0, not_applicable = 0;
  std::uint32_t must_kept = 0, must_broken = 0;  ///< of kept and broken
  std::uint32_t habits = 0;                      ///< that were seen

  /// Per cent of the decided musts that were kept; absent below ten of them.
  [[nodiscard]] std::optional<int> score() const {
    const std::uint32_t decided = must_kept + must_broken;
    if (decided < 10) return std::nullopt;
    // Rounded down: 100 means that none is broken.
    return static_cast<int>(must_kept * 100U / decided);
  }
};

struct Score {
  std::optional<int> health;  ///< 0 to 100; absent: undecided
  std::vector<ScorePart> parts;
  std::array<Conformance, 2> conformance;  ///< by index_of(Direction) of what the side sends
};

}  // namespace rtmpscope::analysis
