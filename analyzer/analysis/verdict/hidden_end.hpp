// What of a connection's end the capture does not hold.
#pragma once

#include <optional>
#include <string>

#include "analysis/verdict/case.hpp"

namespace rtmpscope::analysis {

struct HiddenEnd {
  Moment at;         ///< where it is seen that something is missing
  std::string what;  ///< a few words
};

/// Something that was said within the last two seconds, or since the step that was to be answered, is
/// missing: a gap, bytes or a FIN that were acknowledged or stand before the end and were not captured.
/// Nothing: the end is whole.
[[nodiscard]] std::optional<HiddenEnd> hidden_end(const Case& from);

/// The claim that nothing can be said, since bytes are missing.
[[nodiscard]] Claim hidden_claim(const Case& from);

}  // namespace rtmpscope::analysis
