#include "net/capture_clock.hpp"

namespace rtmpscope::net {

std::optional<Tick> CaptureClock::on_other_second(PacketRef packet) {
  constexpr ClockLimits limits;
  const Timestamp time = packet.time;
  if (!started_) {
    started_ = true;
    set(time);
    return Tick{packet, clock_};
  }
  if (time > latest_ && time - latest_ <= limits.ahead) {
    clock_ += time - last_tick_;
    set(time);
    return Tick{packet, clock_};
  }
  const Timestamp apart = time - other_;
  if (apart > limits.back || apart < -limits.back) others_ = 0;
  other_ = time;
  if (++others_ < limits.packets) return std::nullopt;
  ++jumps_;
  set(time);
  return std::nullopt;
}

void CaptureClock::set(Timestamp time) {
  constexpr ClockLimits limits;
  const Timestamp next = (time / tick_interval + 1) * tick_interval;
  latest_ = last_tick_ = time;
  earliest_ = time - limits.back;
  span_ = static_cast<std::uint64_t>(next - earliest_);
  others_ = 0;
}

}  // namespace rtmpscope::net
