// Who does what next: the work of a run, divided among its workers.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

namespace rtmpscope::pipeline {

enum class Duty : std::uint8_t {
  process,  ///< analyse the worker's own shards of a window; each worker does it for each window, in order
  read,     ///< read the next window
  merge,    ///< put the outputs of a window in order and write them
  stop,     ///< nothing is left to do
};

struct Task {
  Duty duty = Duty::stop;
  std::uint64_t window = 0;  ///< counted from 0 over the whole run
};

/// Windows pass through a ring: one worker reads a window, every worker processes its own shards of it, one
/// worker merges it, and its place is free for another one. Shards belong to one worker for good, so that the
/// state of a connection stays in one core's cache. Reading and merging belong to nobody: the worker that is
/// ahead of the others takes them over, so that unequal shards are made up for. Workers may be apart as many
/// windows as the ring has.
///
/// Thread-safe. What a worker did before it reported a task as done is visible to every worker that is given
/// a task that needs it.
class Schedule {
 public:
  /// `ring`: windows that exist, at least 1. `ahead`: windows to read before they are needed, below `ring`
  /// but for 1.
  Schedule(unsigned workers, std::size_t ring, std::size_t ahead);

  /// The next task of `worker`, once there is one. The previous one has to be reported as done before.
  [[nodiscard]] Task take(unsigned worker);

  void read_done(bool last);
  void process_done(unsigned worker);
  /// `go_on` false: the output cannot be written any more, and all workers stop.
  void merge_done(bool go_on);

  /// A worker has failed, and reports nothing any more: all others stop.
  void abort();

  [[nodiscard]] std::uint64_t windows() const { return read_; }
  // Once all workers have stopped.
  [[nodiscard]] std::uint64_t merged() const { return merged_; }
  [[nodiscard]] std::uint64_t processed(unsigned worker) const { return processed_[worker]; }

 private:
  enum class Reader : std::uint8_t { idle, busy, at_end };
  enum class Merger : std::uint8_t { idle, busy, stopped };

  [[nodiscard]] bool is_over() const;
  [[nodiscard]] bool choose(unsigned worker, Task& task);
  void notify();

  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned waiting_ = 0;
  std::size_t ring_;
  std::size_t ahead_;
  Reader reader_ = Reader::idle;
  Merger merger_ = Merger::idle;
  bool aborted_ = false;
  std::uint64_t read_ = 0;
  std::uint64_t merged_ = 0;
  std::vector<std::uint64_t> processed_;  ///< windows, by worker
};

}  // namespace rtmpscope::pipeline
