// Evidence that bytes begin an audio or video message body, in bits: random bytes look like that once in
// 2^bits places. Used to find messages whose place is not known.
#pragma once

#include <optional>

#include "base/bytes.hpp"

namespace rtmpscope::rtmp {

/// Body bytes that make a difference.
inline constexpr std::size_t body_evidence_size = 12;

/// `head` is the beginning of a body of `length` bytes (FLV E.4.2.1, E.4.3.1; Enhanced RTMP), at least one of
/// them; `previous` that of an earlier message of the same stream, or nothing. No value: no such message
/// begins like this.
[[nodiscard]] std::optional<int> weigh_audio(Bytes head, std::uint32_t length, Bytes previous);
[[nodiscard]] std::optional<int> weigh_video(Bytes head, std::uint32_t length, Bytes previous);

}  // namespace rtmpscope::rtmp
