// Whether a video message body ends where the lengths within it say. Used to find
// messages whose header omits the length.
#pragma once

#include "base/bytes.hpp"

namespace rtmpscope::rtmp {

/// Bits for `body` being all of a message: its parts' lengths lead exactly to its end. 0: they lead
/// elsewhere, or its codec has no such parts. Of H.264, H.265 and H.266 these are NAL units with lengths of
/// four bytes (ISO/IEC 14496-15 5.3.4.2; FLV E.4.3.2; Enhanced RTMP), of Screen Video 1 and 2 blocks (SWF
/// File Format Specification, chapter 14: Video; version 2 without a palette). Adds the number of parts that
/// were looked at to `parts`.
[[nodiscard]] int weigh_video_structure(Bytes body, std::uint64_t& parts);
/// Whether a body of `size` bytes that begins with `head` can have such parts: the first one, if it is in the
/// head, fits. It costs little to ask.
[[nodiscard]] bool may_have_structure(Bytes head, std::size_t size);

}  // namespace rtmpscope::rtmp
