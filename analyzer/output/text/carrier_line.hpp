// Lines of what the carriers of RTMP tell: TCP itself, HTTP, TLS, RTMPE.
#pragma once

#include <optional>
#include <string>

#include "output/text/field_texts.hpp"

namespace rtmpscope::output {

/// Nothing for an event of another kind. Safe for a terminal.
[[nodiscard]] std::optional<std::string> carrier_line(EventKind kind, const FieldTexts& fields);

}  // namespace rtmpscope::output
