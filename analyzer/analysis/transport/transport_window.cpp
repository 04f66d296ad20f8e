#include "analysis/transport/transport_window.hpp"

#include <algorithm>

namespace rtmpscope::analysis {
namespace {

constexpr std::uint32_t nearly_all = 900;  // milliseconds of a second

std::uint32_t count_at(Value from, std::string_view path) {
  const std::uint64_t value = unsigned_at(from, path).value_or(0);
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, UINT32_MAX));
}

}  // namespace

TransportSecond read_tcp_sample(Value members, std::uint32_t& seconds) {
  seconds = std::max(count_at(members, "seconds"), 1U);
  TransportSecond second;
  second.segments = count_at(members, "data_segments");
  second.lost = count_at(members, "lost_before");
  // Only acknowledgements show that a repeat was spurious.
  if (members.member("in_flight_max")) second.lost += count_at(members, "lost_behind");
  second.not_captured = unsigned_at(members, "not_captured").value_or(0);
  second.application = count_at(members, "limit.application_ms");
  second.receiver = count_at(members, "limit.receiver_ms");
  second.network = count_at(members, "limit.network_ms");
  second.sender = count_at(members, "limit.sender_ms");
  second.unknown = count_at(members, "limit.unknown_ms");
  second.zero_window = count_at(members, "zero_window_ms");
  if (const auto median = number_at(members, "rtt_to_receiver_ms.median");
      median && *median >= 0 && *median < 1e7)
    second.round_trip = static_cast<std::uint32_t>(*median * 10 + 0.5);
  return second;
}

void TransportWindow::push(const TransportSecond& second) {
  newest_ = newest_ + 1U < seconds_.size() ? static_cast<std::uint8_t>(newest_ + 1) : std::uint8_t{0};
  seconds_[newest_] = second;
  if (second.round_trip) least_ = std::min(least_.value_or(*second.round_trip), *second.round_trip);
  const bool goes_on = held_up_ > 0 && second.network >= nearly_all;
  held_up_ = goes_on ? held_up_ + second.network : second.network;
  lost_while_held_up_ = goes_on ? lost_while_held_up_ + second.lost : second.lost;
}

void TransportWindow::push_nothing(std::uint32_t seconds) {
  for (std::uint32_t i = 0; i < std::min<std::uint32_t>(seconds, 10); ++i) push({});
}

TransportSecond TransportWindow::sum() const {
  TransportSecond sum;
  std::array<std::uint32_t, 10> round_trips{};
  std::size_t count = 0;
  for (const TransportSecond& second : seconds_) {
    sum.segments += second.segments;
    sum.lost += second.lost;
    sum.not_captured += second.not_captured;
    sum.application += second.application;
    sum.receiver += second.receiver;
    sum.network += second.network;
    sum.sender += second.sender;
    sum.unknown += second.unknown;
    sum.zero_window += second.zero_window;
    if (second.round_trip) round_trips[count++] = *second.round_trip;
  }
  std::sort(round_trips.begin(), round_trips.begin() + static_cast<std::ptrdiff_t>(count));
  if (count > 0) sum.round_trip = round_trips[count / 2];
  return sum;
}

}  // namespace rtmpscope::analysis
