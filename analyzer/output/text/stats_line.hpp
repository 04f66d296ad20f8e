// The line of a stats event.
#pragma once

#include <string>

#include "output/text/field_texts.hpp"

namespace rtmpscope::output {

/// Safe for a terminal.
[[nodiscard]] std::string stats_line(const FieldTexts& fields);

}  // namespace rtmpscope::output
