// A line on standard error that says how far a long analysis has come.
#pragma once

#include <chrono>
#include <optional>

namespace rtmpscope::app {

/// Prints nothing if standard error is no terminal, nor during the first half second.
class ProgressBar {
 public:
  explicit ProgressBar(bool enabled);
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// `share` is 0 to 1; without it nothing is shown.
  void update(std::optional<double> share);
  void clear();

 private:
  bool enabled_;
  bool visible_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace rtmpscope::app
