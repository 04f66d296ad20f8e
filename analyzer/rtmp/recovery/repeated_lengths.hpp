// Messages of constant length, found by their repetition alone.
#pragma once

#include <vector>

#include "rtmp/recovery/trial.hpp"

namespace rtmpscope::rtmp {

/// What messages on a chunk stream seem to have in common. A guess, for trials to confirm.
struct RepeatedLength {
  HeaderDefaults defaults{};
  std::uint32_t chunk_size = 0;  ///< that splits the messages; 0: they are not split, or it is not known
  BodyHead head{};
};

/// Bytes that are examined.
inline constexpr std::size_t repetition_bytes = std::size_t{32} << 10;

/// Finds headers of type 2 and 3 that follow each other at one distance, with bodies that begin with the same
/// byte. Audio of constant rate is sent like that, and a header that gives length and type may be far away.
/// `bytes` are from a chunk stream and begin anywhere. Returns at most three, those that cover the most bytes
/// first. Takes its work from `work`. Without `chunk_streams`, all chunk streams are considered whose ids
/// take one byte, except that of control messages (RTMP 5.4).
[[nodiscard]] std::vector<RepeatedLength> find_repeated_lengths(Bytes bytes, const SenderProfile& profile,
                                                                std::span<const std::uint32_t> chunk_streams,
                                                                WorkBudget& work);

}  // namespace rtmpscope::rtmp
