// Small questions about text.
#pragma once

#include "base/bytes.hpp"

namespace rtmpscope {

/// Whether `bytes` is well-formed UTF-8 (RFC 3629: shortest forms, no surrogates, at most U+10FFFF).
[[nodiscard]] bool is_utf8(Bytes bytes);

}  // namespace rtmpscope
