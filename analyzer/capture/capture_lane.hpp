// One of several threads that capture from the same interfaces (--fanout).
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "capture/live_handle.hpp"
#include "capture/time_merge.hpp"

namespace rtmpscope::capture {

/// How long a captured packet may lie in the kernel's buffer before it is handed over, and a little more.
inline constexpr std::chrono::milliseconds kernel_delay{2 * LiveHandle::delay_milliseconds};

/// Takes packets from handles of its own, one for each interface, and keeps them until they are collected.
class CaptureLane {
 public:
  /// Bytes that wait to be collected; beyond, packets stay in the kernel's buffer.
  static constexpr std::size_t most_waiting = std::size_t{32} << 20;

  /// Handle i is of interface i; its queue in the merge is `first_queue` + i. Begins with start().
  CaptureLane(std::vector<LiveHandle*> handles, std::size_t first_queue, const std::atomic<bool>& stop);
  CaptureLane(const CaptureLane&) = delete;
  CaptureLane& operator=(const CaptureLane&) = delete;
  ~CaptureLane() { join(); }

  void start() {
    thread_ = std::thread([this] { run(); });
  }
  /// Takes what is left, and ends.
  void join() {
    ends_ = true;
    if (thread_.joinable()) thread_.join();
  }

  struct Progress {
    MergeClock::time_point settled;  ///< what has arrived before it was handed over
    Timestamp caught_up = 0;         ///< the same by the clock of packets
    std::vector<DropCounters> drops;
    std::vector<std::string> errors;  ///< by interface; empty: it goes on
  };
  /// Moves what has come to `to`.
  Progress collect(TimeMerge& to);

 private:
  struct Staged {
    Packet packet;
    std::size_t queue;
    MergeClock::time_point arrival;
  };
  struct Stage {
    std::vector<Staged> packets;
    std::vector<std::uint8_t> storage;
  };

  void run();
  void wait() const;
  void take_all();
  void hand_over(MergeClock::time_point begin, Timestamp time, bool caught_up);
  [[nodiscard]] bool is_full();

  std::vector<LiveHandle*> handles_;
  std::size_t first_queue_;
  const std::atomic<bool>& stop_;
  std::atomic<bool> ends_ = false;
  Stage taken_;                      ///< of the thread
  std::vector<std::string> failed_;  ///< of the thread
  std::mutex mutex_;                 ///< of what follows
  Stage waiting_;
  Progress progress_;
  std::thread thread_;
};

}  // namespace rtmpscope::capture
