// How a sender writes chunk headers: senders differ in it, so that it tells one from another.
#pragma once

#include <vector>

#include "rtmp/chunk/chunk_parser.hpp"

namespace rtmpscope::rtmp {

/// Chunk streams of one direction that are listed; hardly any sender has more than usual_chunk_streams.
inline constexpr std::size_t most_chunk_habits = 16;

struct ChunkHabits {
  struct Stream {
    std::uint32_t chunk_stream_id = 0;
    std::uint8_t first_type = 0;  ///< of the first header that was read: 0 to 3 (RTMP 5.3.1.2)
    HeaderCounts headers{};       ///< that were read
  };
  std::vector<Stream> streams;  ///< in the order of their first headers
  bool cut = false;             ///< there were more chunk streams, or more headers of these
};

/// Of a direction whose headers `parser` has read.
[[nodiscard]] ChunkHabits habits_of(const ChunkParser& parser);

}  // namespace rtmpscope::rtmp
