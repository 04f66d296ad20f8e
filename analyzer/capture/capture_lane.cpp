#include "capture/capture_lane.hpp"

#include <poll.h>

#include <utility>

#include "capture/wall_clock.hpp"

namespace rtmpscope::capture {
namespace {

constexpr int packets_a_turn = 4096;

}  // namespace

CaptureLane::CaptureLane(std::vector<LiveHandle*> handles, std::size_t first_queue,
                         const std::atomic<bool>& stop)
    : handles_(std::move(handles)), first_queue_(first_queue), stop_(stop), failed_(handles_.size()) {
  progress_.settled = MergeClock::now();
  progress_.caught_up = wall_clock();
  progress_.drops.resize(handles_.size());
  progress_.errors.resize(handles_.size());
}

void CaptureLane::run() {
  while (!stop_ && !ends_) {
    wait();
    if (!is_full()) take_all();
  }
  // What has come until now, and is still in the kernel's buffer.
  std::this_thread::sleep_for(kernel_delay);
  take_all();
}

void CaptureLane::wait() const {
  std::vector<pollfd> ready;
  for (std::size_t i = 0; i < handles_.size(); ++i) {
    if (failed_[i].empty()) ready.push_back({handles_[i]->socket(), POLLIN, 0});
  }
  ::poll(ready.data(), ready.size(), LiveHandle::delay_milliseconds);
}

bool CaptureLane::is_full() {
  const std::lock_guard lock(mutex_);
  return waiting_.storage.size() > most_waiting;
}

void CaptureLane::take_all() {
  const MergeClock::time_point begin = MergeClock::now();
  const Timestamp time = wall_clock();
  bool caught_up = true;
  for (std::size_t i = 0; i < handles_.size(); ++i) {
    if (!failed_[i].empty()) continue;
    const int count = handles_[i]->take(packets_a_turn, [&](const Packet& packet) {
      Staged& staged = taken_.packets.emplace_back(Staged{packet, first_queue_ + i, MergeClock::now()});
      staged.packet.interface_id = static_cast<std::uint16_t>(i);
      taken_.storage.insert(taken_.storage.end(), packet.data, packet.data + packet.captured_length);
    });
    if (count < 0) failed_[i] = handles_[i]->error().empty() ? "unknown" : handles_[i]->error();
    caught_up = caught_up && count < packets_a_turn;
  }
  hand_over(begin, time, caught_up);
}

void CaptureLane::hand_over(MergeClock::time_point begin, Timestamp time, bool caught_up) {
  std::vector<DropCounters> drops;
  for (LiveHandle* handle : handles_) drops.push_back(handle->drops());
  const std::lock_guard lock(mutex_);
  if (waiting_.packets.empty()) {
    std::swap(waiting_, taken_);
  } else {
    waiting_.packets.insert(waiting_.packets.end(), taken_.packets.begin(), taken_.packets.end());
    waiting_.storage.insert(waiting_.storage.end(), taken_.storage.begin(), taken_.storage.end());
  }
  taken_.packets.clear();
  taken_.storage.clear();
  progress_.drops = std::move(drops);
  progress_.errors = failed_;
  if (!caught_up) return;
  progress_.settled = begin;
  progress_.caught_up = time;
}

CaptureLane::Progress CaptureLane::collect(TimeMerge& to) {
  Stage stage;
  Progress progress;
  {
    const std::lock_guard lock(mutex_);
    std::swap(stage, waiting_);
    progress = progress_;
  }
  const std::uint8_t* data = stage.storage.data();
  for (Staged& staged : stage.packets) {
    staged.packet.data = data;
    data += staged.packet.captured_length;
    to.add(staged.packet, staged.queue, staged.arrival);
  }
  return progress;
}

}  // namespace rtmpscope::capture
