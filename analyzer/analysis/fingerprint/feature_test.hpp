// Compares what was seen of a feature with what a mark wants.
#pragma once

#include "analysis/fingerprint/predicates.hpp"

namespace rtmpscope::analysis {

/// `seen` is the observation of the test's feature. Of several values one that fits is enough.
[[nodiscard]] Fit evaluate(const FeatureTest& test, const Observation& seen, const Evidence& evidence);

/// What a value is for people, at most 60 characters of it.
[[nodiscard]] std::string short_text(Value value);

}  // namespace rtmpscope::analysis
