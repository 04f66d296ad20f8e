#include "app/progress_bar.hpp"

#include <unistd.h>

#include "app/standard_error.hpp"

namespace rtmpscope::app {
namespace {

constexpr auto interval = std::chrono::milliseconds(100);
constexpr auto first_interval = std::chrono::milliseconds(500);
constexpr int width = 40;

}  // namespace

ProgressBar::ProgressBar(bool enabled)
    : enabled_(enabled && ::isatty(STDERR_FILENO) == 1),
      next_(std::chrono::steady_clock::now() + first_interval) {}

void ProgressBar::update(std::optional<double> share) {
  if (!enabled_ || !share) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + interval;
  visible_ = true;
  const int filled = static_cast<int>(*share * width);
  say("\r[{:#<{}}{:.<{}}] {:3.0f} %", "", filled, "", width - filled, *share * 100);
}

void ProgressBar::clear() {
  if (!visible_) return;
  visible_ = false;
  say("\r\033[K");
}

}  // namespace rtmpscope::app
