// A few threads that work through lists of tasks, one list after the other.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace rtmpscope::pipeline {

/// `run` does not return before every task of its list is done. The calling thread works, too, so that with
/// one job no thread is made at all.
class Workers {
 public:
  explicit Workers(unsigned jobs);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Calls `task(i)` once for each i below `count`, in any order and on any thread. Low numbers are begun
  /// first.
  void run(std::size_t count, const std::function<void(std::size_t)>& task);

 private:
  void serve();
  void take_tasks();

  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable idle_;
  const std::function<void(std::size_t)>* task_ = nullptr;
  std::size_t count_ = 0;
  std::atomic<std::size_t> next_{0};
  std::size_t busy_ = 0;  ///< threads that have not finished the current list
  std::uint64_t generation_ = 0;
  bool stopping_ = false;
};

}  // namespace rtmpscope::pipeline
