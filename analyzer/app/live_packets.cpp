#include "app/live_packets.hpp"

#include "app/live_output.hpp"
#include "app/standard_error.hpp"
#include "capture/wall_clock.hpp"

namespace rtmpscope::app {

Expected<std::unique_ptr<LivePackets>> LivePackets::open(const capture::PacketLogOptions& options,
                                                         const capture::SourceStatistics& source) {
  auto log = capture::PacketLog::open(options, source.interfaces,
                                      [](const std::string& text) { say("rtmpscope: {}\n", text); });
  if (!log) return tl::unexpected(log.error());
  return std::unique_ptr<LivePackets>(new LivePackets(options.path, std::move(*log)));
}

void LivePackets::prepare(sandbox::Rules& rules) const {
  allow_new_files(rules, path_, log_->descriptor());
}

void LivePackets::on_packet(const capture::Packet& packet, const net::TcpSegment& segment) {
  packets_.add(segment.key, packet, segment.begins_connection());
}

void LivePackets::end_window() {
  packets_.end_window();
  log_->flush();
}

void LivePackets::finish(const capture::SourceStatistics& source) {
  for (std::uint16_t i = 0; i < source.interfaces.size(); ++i) {
    const capture::Interface& interface = source.interfaces[i];
    log_->add_drops(i, capture::wall_clock(), interface.interface_drops.value_or(0),
                    interface.kernel_drops.value_or(0) + interface.ring_drops.value_or(0));
  }
  log_.reset();
}

}  // namespace rtmpscope::app
