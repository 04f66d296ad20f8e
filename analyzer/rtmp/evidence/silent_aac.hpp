// AAC frames that say nothing: silence of the usual encoders has no coefficients, so a frame can be read to
// its end.
#pragma once

#include <cstddef>

#include "base/bytes.hpp"

namespace rtmpscope::rtmp {

/// The longest that is looked for: stereo with a window of one scale factor band has 9 bytes.
inline constexpr std::size_t longest_silent_aac = 10;

/// Evidence of such a frame that is as long as its message: at least so many of its bits are determined.
inline constexpr int silent_aac_bits = 26;

/// Bytes of the raw_data_block (ISO 14496-3, 4.4.2.1) that `frame` begins with, if it is one channel element
/// or pair without coefficients, in a long window, and an end mark with zeros up to the next byte. 0 if it is
/// none, or more bytes are needed.
[[nodiscard]] std::size_t silent_aac_size(Bytes frame);

}  // namespace rtmpscope::rtmp
