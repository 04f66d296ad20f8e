// Whether bytes begin like a command or data message: with a name as an AMF0 string (RTMP 7.1).
#pragma once

#include <optional>

#include "base/bytes.hpp"

namespace rtmpscope::rtmp {

/// For recovery: evidence, in bits, that `head` begins a body of `length` bytes with a name. Nothing if no
/// such body begins like this. Any printable name is believed, since the header speaks for it, too. `head`
/// has at least one byte.
[[nodiscard]] std::optional<int> weigh_amf0_name(Bytes head, std::uint32_t length);

/// For the detector, which has no other evidence: only letters and few signs, 4 to 64 of them, perhaps behind
/// the leading byte of an AMF3 message. `body` has at least 10 bytes.
[[nodiscard]] bool is_amf0_name(Bytes body);

}  // namespace rtmpscope::rtmp
