// The script data of a file, without what must not be shown.
#pragma once

#include <cstdint>
#include <vector>

#include "output/redaction.hpp"

namespace rtmpscope::flv {

/// `body` is that of a script tag. Its texts become what `redaction` shows of them, in AMF0. Empty where a
/// value has no form in AMF0, or where the body could not be decoded to its end: nothing of it may be copied
/// then.
[[nodiscard]] std::vector<std::uint8_t> redact_script(Bytes body, const output::Redaction& redaction);

}  // namespace rtmpscope::flv
