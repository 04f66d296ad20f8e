// Where a chunk ends, if its header can be read in more than one way: before the header that follows.
#pragma once

#include "rtmp/recovery/trial_reader.hpp"

namespace rtmpscope::rtmp {

/// Weighs places where one chunk may end.
class ChunkEnd {
 public:
  /// The chunk belongs to a message on the chunk stream `id`, of which `left` bytes follow the chunk.
  ChunkEnd(const TrialInput& input, std::uint32_t id, std::uint32_t left)
      : reader_(input), id_(id), left_(left) {}

  /// Bits for the header at `offset`, given that the chunk ends there; negative if none can be there.
  [[nodiscard]] int weigh(std::uint64_t offset);

 private:
  TrialReader reader_;
  std::uint32_t id_;
  std::uint32_t left_;
};

}  // namespace rtmpscope::rtmp
