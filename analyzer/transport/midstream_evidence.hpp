// Whether bytes are from the middle of an RTMP chunk stream (RTMP 5.3), without anything known of the connection.
#pragma once

#include "base/bytes.hpp"

namespace rtmpscope::transport {

/// Messages that prove RTMP, each of them with a type 0 or 1 chunk header and a body that begins as its type wants, or
/// one that repeats such a header, and each ending exactly where the next header begins. One of them occurs in random
/// bytes once in more than 2^40 places.
inline constexpr int midstream_messages = 3;

/// `bytes` begin anywhere, and are looked at as they are: more of them do not take back a `true`.
[[nodiscard]] bool is_midstream_rtmp(Bytes bytes);

}  // namespace rtmpscope::transport
