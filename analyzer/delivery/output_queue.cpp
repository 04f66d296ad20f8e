#include "delivery/output_queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace rtmpscope::delivery {
namespace {

using Clock = std::chrono::steady_clock;

/// At the end, a destination that takes nothing for so long gets nothing more.
constexpr auto patience_at_end = std::chrono::milliseconds(150);

}  // namespace

OutputQueue::OutputQueue(std::unique_ptr<Destination> destination, Tell tell)
    : destination_(std::move(destination)), tell_(std::move(tell)) {}

OutputQueue::~OutputQueue() {
  close();
}

bool OutputQueue::add(std::string_view lines) {
  const std::lock_guard lock(mutex_);
  if (ended_) return false;
  // One that is longer than all that may wait gets in alone.
  if (!waiting_.empty() && waiting_bytes_ + lines.size() > most_waiting) {
    dropped_ += static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
    return true;
  }
  waiting_.emplace_back(lines);
  waiting_bytes_ += lines.size();
  if (!thread_) thread_.emplace([this] { run(); });
  changed_.notify_one();
  return true;
}

void OutputQueue::run() {
  while (true) {
    std::string lines;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      lines = std::move(waiting_.front());
      waiting_.pop_front();
    }
    if (reopen_.exchange(false)) destination_->reopen();
    deliver(lines);
    const std::lock_guard lock(mutex_);
    waiting_bytes_ -= lines.size();
    if (ended_) return;
  }
}

/// From where a destination that was away goes on: a reader that is new begins with a whole line.
std::string_view OutputQueue::from_line(const std::string& lines, std::string_view rest) {
  const std::size_t at = lines.size() - rest.size();
  const std::size_t end = at == 0 ? std::string::npos : lines.rfind('\n', at - 1);
  return std::string_view(lines).substr(end == std::string::npos ? 0 : end + 1);
}

void OutputQueue::deliver(const std::string& lines) {
  std::string_view rest = lines;
  std::optional<Clock::time_point> stuck_since;
  while (!rest.empty()) {
    const std::size_t at = lines.size() - rest.size();
    const Written written = destination_->write(rest, at == 0 || lines[at - 1] == '\n');
    rest.remove_prefix(written.bytes);
    tell_news();
    if (written.bytes > 0) stuck_since.reset();
    if (written.state == State::away) rest = from_line(lines, rest);
    if (written.state == State::full || written.state == State::away) {
      if (!stuck_since) stuck_since = Clock::now();
      if (is_closing() && Clock::now() - *stuck_since > patience_at_end) {
        drop(rest);
        return;
      }
      destination_->wait();
    }
    const std::lock_guard lock(mutex_);
    dropped_ += written.lines_left_out;
    ended_ = written.state == State::ended;
    if (ended_) return;
  }
}

bool OutputQueue::is_closing() const {
  const std::lock_guard lock(mutex_);
  return closing_;
}

/// All that waits, too: nobody takes it.
void OutputQueue::drop(std::string_view lines) {
  const std::lock_guard lock(mutex_);
  const auto count = [&](std::string_view text) {
    dropped_ += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  };
  count(lines);
  for (const std::string& each : waiting_) count(each);
  waiting_.clear();
}

void OutputQueue::tell_news() {
  for (std::string text = destination_->take_message(); !text.empty(); text = destination_->take_message())
    tell_(text);
}

void OutputQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    closing_ = true;
    changed_.notify_one();
  }
  if (thread_) thread_->join();
  destination_->close();
}

std::uint64_t OutputQueue::lines_dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

std::size_t OutputQueue::waiting_bytes() const {
  const std::lock_guard lock(mutex_);
  return waiting_bytes_;
}

}  // namespace rtmpscope::delivery
