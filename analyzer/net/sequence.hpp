// Arithmetic with TCP's 32-bit sequence numbers (RFC 9293, section 3.4).
#pragma once

#include <cstdint>

namespace rtmpscope::net {

/// How far `a` is ahead of `b`, modulo 2^32 and read as signed: right for distances below 2^31.
[[nodiscard]] constexpr std::int32_t sequence_distance(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b);
}

/// The stream offset of `sequence`, the one nearest to `reference`, in a stream whose offset 0 has the
/// sequence number `start`. Negative: before the stream's start.
[[nodiscard]] constexpr std::int64_t unwrap_sequence(std::uint32_t sequence, std::uint32_t start,
                                                     std::uint64_t reference) {
  const std::uint32_t reference_sequence = start + static_cast<std::uint32_t>(reference);
  return static_cast<std::int64_t>(reference) + sequence_distance(sequence, reference_sequence);
}

}  // namespace rtmpscope::net
