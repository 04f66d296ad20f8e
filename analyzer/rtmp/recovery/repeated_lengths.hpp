// Messages of constant length, found by their repetition alone.
#pragma once

#include <vector>

#include "rtmp/recovery/trial_parser.hpp"

namespace rtmpscope::rtmp {

/// Bytes that are looked at.
inline constexpr std::size_t repetition_bytes = std::size_t{32} << 10;

/// Finds headers of type 2 and 3 that follow each other at one distance, with bodies that begin with the same
/// byte. Audio of constant rate is sent like that, and a header that gives length and type may be far away.
/// `bytes` are from a chunk stream and begin anywhere. The most frequent ones, few. Without `chunk_streams`
/// all are considered whose ids take one byte, but for the one of control messages (RTMP 5.4).
[[nodiscard]] std::vector<RepeatedLength> find_repeated_lengths(Bytes bytes, const SenderProfile& profile,
                                                                std::span<const std::uint32_t> chunk_streams);

}  // namespace rtmpscope::rtmp
