#include "analysis/media/delivery.hpp"

#include <algorithm>
#include <limits>

#include "analysis/media/whole_numbers.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t longest_burst = 15 * second;
constexpr std::int64_t burst_rate = 1100;  // thousandths of real time
constexpr std::int32_t no_delay = std::numeric_limits<std::int32_t>::max();
constexpr std::uint8_t seconds_a_minimum = 5;

}  // namespace

void Delivery::count_silence(std::int64_t until) {
  const std::int64_t silence = until - last_time_;
  if (silence < second) return;
  silent_now_ += until - std::max(silent_until_, last_time_);
  silent_until_ = until;
}

void Delivery::add(std::int64_t time, std::int64_t media_time) {
  if (!any_) {
    any_ = true;
    begin_ = last_time_ = time;
    front_ = front_before_ = media_time;
    minima_.fill(no_delay);
  }
  front_ = std::max(front_, media_time);
  longest_now_ = std::max(longest_now_, time - last_time_);
  count_silence(time);
  last_time_ = std::max(last_time_, time);
  last_delay_ = time - media_time;
  const std::int32_t delay = saturate<std::int32_t>(divide_down(last_delay_, 100));
  minima_[minimum_] = std::min(minima_[minimum_], delay);
}

void Delivery::add_without_time(std::int64_t time) {
  if (!any_) return;
  longest_now_ = std::max(longest_now_, time - last_time_);
  count_silence(time);
  last_time_ = std::max(last_time_, time);
}

void Delivery::next(std::int64_t time) {
  if (!any_) return;
  count_silence(time);
  silence_ = time - last_time_;
  longest_silence_ = std::max(longest_now_, silence_);
  longest_now_ = 0;
  const std::int64_t gained = front_ - front_before_;
  front_before_ = front_;
  if (burst_ && (gained <= burst_rate * 1000 || time - begin_ >= longest_burst)) {
    burst_ = false;
    filled_ = 0;
  } else if (!burst_) {
    newest_ = newest_ + 1U < seconds_.size() ? static_cast<std::uint8_t>(newest_ + 1) : std::uint8_t{0};
    filled_ = static_cast<std::uint8_t>(std::min<std::size_t>(filled_ + 1U, seconds_.size()));
    const std::int64_t behind = time - front_ - least_delay();
    seconds_[newest_] = {saturate<std::int32_t>(divide_rounded(gained, 1000)),
                         saturate<std::int32_t>(divide_rounded(silent_now_, 1000)),
                         saturate<std::int32_t>(divide_rounded(behind, 1000))};
  }
  silent_now_ = 0;
  if (++minimum_seconds_ < seconds_a_minimum) return;
  minimum_seconds_ = 0;
  const std::int32_t before = minima_[minimum_];
  minimum_ = minimum_ + 1U < minima_.size() ? static_cast<std::uint8_t>(minimum_ + 1) : std::uint8_t{0};
  // Without a message in between, the oldest is still the latest.
  minima_[minimum_] = before == no_delay ? minima_[minimum_] : no_delay;
}

std::int64_t Delivery::least_delay() const {
  const std::int32_t least = *std::min_element(minima_.begin(), minima_.end());
  return least == no_delay ? last_delay_ : std::int64_t{least} * 100;
}

std::optional<DeliveryWindow> Delivery::window(std::size_t seconds) const {
  if (filled_ < seconds || in_burst() || seconds == 0) return std::nullopt;
  DeliveryWindow sum;
  std::size_t at = newest_;
  for (std::size_t i = 0; i < seconds; ++i) {
    sum.gained += seconds_[at].gained;
    sum.silent += seconds_[at].silent;
    at = at > 0 ? at - 1 : seconds_.size() - 1;
  }
  sum.seconds = static_cast<std::int64_t>(seconds);
  sum.behind = filled_ > seconds ? seconds_[at].behind : 0;
  return sum;
}

void Delivery::cut() {
  const bool recorded = recorded_;
  *this = {};
  recorded_ = recorded;
}

}  // namespace rtmpscope::analysis
