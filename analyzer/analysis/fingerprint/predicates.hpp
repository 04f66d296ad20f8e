// Tests of features that are more than comparisons.
#pragma once

#include "analysis/fingerprint/evidence.hpp"
#include "analysis/fingerprint/software.hpp"

namespace rtmpscope::analysis {

/// How evidence meets a test.
enum class Fit : std::uint8_t {
  unknown,  ///< what would show it was not seen
  fits,
  contradicts,
};

/// Whether the answer follows from what was seen of the predicate's feature, and from nothing else.
[[nodiscard]] bool looks_at_feature(const Predicate& predicate);

/// `seen`: of the predicate's feature where it looks at that; it is not looked at otherwise.
[[nodiscard]] Fit evaluate(const Predicate& predicate, const Observation& seen, const Evidence& evidence);

}  // namespace rtmpscope::analysis
