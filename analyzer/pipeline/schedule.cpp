#include "pipeline/schedule.hpp"

#include <algorithm>

namespace rtmpscope::pipeline {

Schedule::Schedule(unsigned workers, std::size_t ring, std::size_t ahead)
    : ring_(ring), ahead_(ahead), processed_(workers) {}

Task Schedule::take(unsigned worker) {
  std::unique_lock lock(mutex_);
  Task task;
  while (!choose(worker, task)) {
    ++waiting_;
    changed_.wait(lock);
    --waiting_;
  }
  return task;
}

void Schedule::read_done(bool last) {
  const std::lock_guard lock(mutex_);
  ++read_;
  reader_ = last ? Reader::at_end : Reader::idle;
  notify();
}

void Schedule::process_done(unsigned worker) {
  const std::lock_guard lock(mutex_);
  ++processed_[worker];
  notify();
}

void Schedule::merge_done(bool go_on) {
  const std::lock_guard lock(mutex_);
  ++merged_;
  merger_ = go_on ? Merger::idle : Merger::stopped;
  notify();
}

void Schedule::abort() {
  const std::lock_guard lock(mutex_);
  aborted_ = true;
  notify();
}

bool Schedule::is_over() const {
  return aborted_ || merger_ == Merger::stopped || (reader_ == Reader::at_end && merged_ == read_);
}

/// False: the worker has to wait until another one is done with something.
bool Schedule::choose(unsigned worker, Task& task) {
  if (is_over()) {
    task = {Duty::stop, 0};
    return true;
  }
  const std::uint64_t own = processed_[worker];
  const auto [slowest, fastest] = std::minmax_element(processed_.begin(), processed_.end());
  const bool can_read = reader_ == Reader::idle && read_ - merged_ < ring_;
  const bool can_merge = merger_ == Merger::idle && merged_ < *slowest;
  const bool leads = own == *fastest;
  const bool short_of_windows = read_ - own < ahead_;
  if (leads && can_read && short_of_windows) {
    task = {Duty::read, read_};
  } else if (leads && can_merge) {
    task = {Duty::merge, merged_};
  } else if (own < read_) {
    task = {Duty::process, own};
  } else {
    return false;
  }
  if (task.duty == Duty::read) reader_ = Reader::busy;
  if (task.duty == Duty::merge) merger_ = Merger::busy;
  return true;
}

void Schedule::notify() {
  if (waiting_ > 0) changed_.notify_all();
}

}  // namespace rtmpscope::pipeline
