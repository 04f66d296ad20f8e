// Chunks that nobody will want to read again.
#pragma once

#include <cstdint>
#include <limits>

#include "base/stream.hpp"
#include "rtmp/chunk/chunk_parser.hpp"

namespace rtmpscope::rtmp {

/// Knows of one direction what its chunks have shown. So most video need not be kept until the header behind
/// it has come.
class TrustedChunk {
 public:
  /// A message was split into chunks of that size.
  void note_split(std::uint32_t chunk_size) { split_size_ = chunk_size; }

  /// The chunk that was begun last is what it seems to be: its message shows its length, and the sender has
  /// split another one where this one is to be split, or has sent one as long in one chunk. `data` was
  /// parsed to its end, which lies in the chunk; `longest_unsplit` is MessageDelivery's.
  [[nodiscard]] bool is(const ChunkParser& parser, std::uint32_t longest_unsplit, const StreamData& data);

 private:
  /// Offset of the last message that was seen to show its length.
  std::uint64_t shown_ = std::numeric_limits<std::uint64_t>::max();
  std::uint32_t split_size_ = 0;
};

}  // namespace rtmpscope::rtmp
