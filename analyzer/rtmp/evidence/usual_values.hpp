// Values that distinguish usual RTMP from random bytes, in one place. They have two users: recovery, which
// has the connection's state, and the detector, which has none (midstream_chunks.hpp). Where their values
// differ, that is on purpose, and the name says for whom the value is.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "rtmp/chunk/chunk_header.hpp"
#include "rtmp/chunk/ordinary_header.hpp"

namespace rtmpscope::rtmp {

/// Chunk sizes that senders use, in order. Recovery tries them in this order.
inline constexpr std::array<std::uint32_t, 12> usual_chunk_sizes = {128,  256,   512,   1024,  2048,  4096,
                                                                    8192, 16384, 32768, 60000, 65535, 65536};
/// Those by which messages of a few kilobytes are split.
inline constexpr std::span<const std::uint32_t> small_chunk_sizes = std::span(usual_chunk_sizes).first<6>();
/// The detector stops at the first size that fits, so the most frequent ones come first.
inline constexpr std::array<std::uint32_t, 10> chunk_sizes_by_frequency = {128,  4096, 1024,  256,   512,
                                                                           2048, 8192, 60000, 65535, 65536};

/// usual_longest_step_ms (rtmp/chunk/ordinary_header.hpp) for the detector, which has seen no chunk stream.
inline constexpr std::uint32_t detector_longest_step_ms = 10'000;
/// The same for a header that inherits all else from an unknown one: its step is nearly all that it says.
inline constexpr std::uint32_t longest_inheriting_step_ms = 1000;

/// Message stream ids above are believed only if one was seen before; servers count up from 1.
inline constexpr std::uint32_t highest_usual_message_stream = 0xFFFF;

/// Longest message that the detector believes in. Recovery believes in every length.
inline constexpr std::uint32_t detector_longest_message = 4U << 20;
/// Longest first command. A connect is a few hundred bytes, with a long token in its URL a few thousand.
inline constexpr std::uint32_t longest_first_command = 0x10000;

/// Control messages have chunk stream 2 and are never inherited from (RTMP 5.4).
inline constexpr std::uint32_t lowest_inheriting_stream = 3;

/// `bytes` begin with a header of format 2 or 3 and one byte of basic header, all there. False: its timestamp
/// delta is too long for a header that inherits all else from an unknown one.
[[nodiscard]] inline bool has_inheriting_step(Bytes bytes) {
  return FirstByte{bytes[0]}.format() == 3 || load_be24(bytes.data() + 1) <= longest_inheriting_step_ms;
}

}  // namespace rtmpscope::rtmp
