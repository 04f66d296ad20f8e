// The latest figures of a run, for other threads.
#pragma once

#include <mutex>

#include "metrics/streams.hpp"

namespace rtmpscope::metrics {

/// One thread writes, any thread reads. Nobody waits longer than a copy takes.
class Board {
 public:
  struct State {
    Figures figures;
    InterfaceList interfaces;
    StreamTable streams{};
  };

  void set(const Figures& figures, const InterfaceList& interfaces, const StreamTable& streams) {
    const std::lock_guard lock(mutex_);
    state_.figures = figures;
    state_.interfaces = interfaces;
    state_.streams = streams;
  }
  [[nodiscard]] State get() const {
    const std::lock_guard lock(mutex_);
    return state_;
  }

 private:
  mutable std::mutex mutex_;
  State state_;
};

}  // namespace rtmpscope::metrics
