// Whether all shards together hold so much that each has to hold less.
#pragma once

#include <array>
#include <atomic>

#include "pipeline/limits.hpp"
#include "rtmp/chunk/shared_memory.hpp"

namespace rtmpscope::pipeline {

/// What is decided for a window depends on what shards held after the window windows_in_flight before it:
/// that one has been processed by all workers, whatever their number, so that results do not depend on it.
class MemoryBalance {
 public:
  /// A window is about to be read: whether memory is scarce for it.
  bool read(std::uint64_t window) {
    const bool scarce = held_[window % windows_in_flight].exchange(0) > rtmp::plentiful_bytes;
    was_scarce_ = was_scarce_ || scarce;
    return scarce;
  }
  /// Some shards have processed a window, and hold so many bytes now. From any thread.
  void add(std::uint64_t window, std::size_t bytes) { held_[window % windows_in_flight] += bytes; }

  [[nodiscard]] bool was_scarce() const { return was_scarce_; }

 private:
  std::array<std::atomic<std::size_t>, windows_in_flight> held_{};
  bool was_scarce_ = false;
};

}  // namespace rtmpscope::pipeline
