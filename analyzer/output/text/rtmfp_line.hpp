// Lines of the events that only RTMFP sessions have.
#pragma once

#include <optional>
#include <string>

#include "output/text/field_texts.hpp"

namespace rtmpscope::output {

/// Nothing for an event of another kind. Safe for a terminal.
[[nodiscard]] std::optional<std::string> rtmfp_line(EventKind kind, const FieldTexts& fields,
                                                    const Style& style);

}  // namespace rtmpscope::output
