// The shards of one worker.
#pragma once

#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "pipeline/shard.hpp"

namespace rtmpscope::pipeline {

/// Shards [first, end) of all. Not thread-safe.
class ShardGroup {
 public:
  /// `start` as of ObserverFactory::make_observer.
  ShardGroup(std::size_t first, std::size_t end, const ShardOptions& options,
             const output::ObserverFactory& factory, Timestamp start);

  /// The shards' segments of the window, and at the last window the end of all connections. What comes out is
  /// put into the shards' outputs of the window; nothing else of it is changed.
  void process(Window& window);
  /// After a failure: as much of that as can be had. A shard in which an exception was thrown is left alone.
  void finish_after_failure(Window& window);
  /// A window that was read before a failure. Nothing comes out if one of these shards has failed.
  void process_after_failure(Window& window);

  void add_counts(ConnectionCounts& counts) const;
  /// What the shards hold: rtmp::SharedMemory.
  [[nodiscard]] std::size_t shared_bytes() const;
  /// How often a shard was processed on another thread than the time before.
  [[nodiscard]] std::uint64_t thread_changes() const { return thread_changes_; }

 private:
  void process_segments(const Window& window, std::span<const std::uint32_t> part);
  void process_datagrams(const Window& window, const Section& section);
  void note_thread();

  std::size_t first_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::thread::id thread_;
  std::uint64_t thread_changes_ = 0;
};

}  // namespace rtmpscope::pipeline
