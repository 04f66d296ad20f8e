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

[[nodiscard]] Fit evaluate(const Predicate& predicate, const Evidence& evidence);

}  // namespace rtmpscope::analysis
