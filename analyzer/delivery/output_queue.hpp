// Between those who make lines and the destination that takes them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "delivery/destination.hpp"

namespace rtmpscope::delivery {

/// Bytes that wait for a slow destination; beyond, new lines are dropped and counted.
inline constexpr std::size_t most_waiting = std::size_t{16} << 20;

class OutputQueue {
 public:
  /// `tell` gets a line for a person, on the queue's thread.
  using Tell = std::function<void(const std::string&)>;
  OutputQueue(std::unique_ptr<Destination> destination, Tell tell);
  OutputQueue(const OutputQueue&) = delete;
  OutputQueue& operator=(const OutputQueue&) = delete;
  ~OutputQueue();

  /// Whole lines. Never waits. The first call begins the thread, which is confined as its caller is. False:
  /// the destination has ended.
  bool add(std::string_view lines);
  /// Soon, between two lines: Destination::reopen. From any thread.
  void request_reopen() { reopen_ = true; }
  /// What waits is written, as long as the destination takes some of it within a short while; then all is
  /// closed.
  void close();

  /// Lines that were not written. Complete after close().
  [[nodiscard]] std::uint64_t lines_dropped() const;
  [[nodiscard]] std::size_t waiting_bytes() const;
  [[nodiscard]] const Destination& destination() const { return *destination_; }

 private:
  void run();
  [[nodiscard]] static std::string_view from_line(const std::string& lines, std::string_view rest);
  [[nodiscard]] bool is_closing() const;
  void deliver(const std::string& lines);
  void tell_news();
  void drop(std::string_view lines);

  std::unique_ptr<Destination> destination_;
  Tell tell_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t dropped_ = 0;
  bool closing_ = false;
  bool ended_ = false;
  std::atomic<bool> reopen_ = false;
  std::optional<std::thread> thread_;
};

}  // namespace rtmpscope::delivery
