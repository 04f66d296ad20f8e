#include "pipeline/capture_meter.hpp"

namespace rtmpscope::pipeline {

void CaptureMeter::begin(const Window& window) {
  if (interfaces_.size() < window.interfaces.size()) interfaces_.resize(window.interfaces.size());
  for (std::size_t i = 0; i < window.interfaces.size(); ++i) {
    const InterfaceState& from = window.interfaces[i];
    metrics::InterfaceFigures& to = interfaces_[i];
    if (to.name != from.name) to.name = from.name;
    to.kernel_drops = from.kernel_drops;
    to.interface_drops = from.interface_drops;
    to.ring_drops = from.ring_drops;
  }
}

std::size_t CaptureMeter::count(const Window& window, std::size_t next, std::uint64_t number) {
  const auto& packets = window.batch.packets;
  for (; next < packets.size() && packets[next].number < number; ++next) {
    const capture::Packet& packet = packets[next];
    if (packet.interface_id >= interfaces_.size()) interfaces_.resize(packet.interface_id + std::size_t{1});
    metrics::InterfaceFigures& interface = interfaces_[packet.interface_id];
    ++interface.packets;
    interface.bytes += packet.wire_length;
  }
  return next;
}

}  // namespace rtmpscope::pipeline
