// The latest figures of a run, for other threads.
#pragma once

#include <mutex>

#include "metrics/figures.hpp"

namespace rtmpscope::metrics {

/// One thread writes, any thread reads. Nobody waits longer than a copy takes.
class Board {
 public:
  struct State {
    Figures figures;
    InterfaceList interfaces;
  };

  void set(const Figures& figures, const InterfaceList& interfaces) {
    const std::lock_guard lock(mutex_);
    state_.figures = figures;
    state_.interfaces = interfaces;
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
