// Lengths of messages that their bodies show, so that a header that says the same is right.
#pragma once

#include "base/bytes.hpp"

namespace rtmpscope::rtmp {

/// Whether the NAL units of a video frame fill a body of `length` bytes exactly (FLV E.4.3.1; Enhanced RTMP;
/// ISO/IEC 14496-15, with lengths of four bytes). `head`: its first bytes. False as well where these do not
/// tell: another codec, or a unit that begins behind them.
[[nodiscard]] bool shows_its_length(std::uint8_t type_id, Bytes head, std::uint32_t length);

}  // namespace rtmpscope::rtmp
