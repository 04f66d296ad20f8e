// Whether bytes are from the middle of an RTMP chunk stream (RTMP 5.3). Nothing is known of the connection.
#pragma once

#include "base/bytes.hpp"

namespace rtmpscope::rtmp {

/// So many messages in a row prove RTMP. Each has a type 0 or 1 chunk header, or repeats one, and a body that
/// begins as its type requires. Each but the last ends exactly where the next header begins. One of them
/// occurs in random bytes once in more than 2^40 places.
inline constexpr int midstream_messages = 3;
/// The same of audio and video whose bodies show nothing of themselves (PCM, G.711, Screen Video), and how
/// many of them must have a header that gives their length. Not all may be equally long: so are the records
/// of other protocols.
inline constexpr int plain_midstream_messages = 8;
inline constexpr int plain_midstream_lengths = 3;

/// `bytes` begin anywhere in the stream. If the answer is true, it stays true when more bytes come.
[[nodiscard]] bool is_midstream_rtmp(Bytes bytes);

}  // namespace rtmpscope::rtmp
