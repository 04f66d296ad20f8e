#include "pipeline/capture_events.hpp"

#include <fmt/format.h>

#include "capture/link_type.hpp"

namespace rtmpscope::pipeline {
namespace {

rtmp::CaptureTotals totals_of_source(const capture::PacketSource& source) {
  rtmp::CaptureTotals totals;
  totals.source = source.name();
  totals.format = source.format();
  return totals;
}

rtmp::CaptureTotals totals_at_end(const capture::PacketSource& source, const WindowReader& reader,
                                  const ConnectionCounts& counts) {
  const capture::SourceStatistics& statistics = source.statistics();
  rtmp::CaptureTotals totals = totals_of_source(source);
  for (const capture::Interface& interface : statistics.interfaces) {
    totals.link_types.emplace_back(capture::link_type_name(interface.link_type));
  }
  totals.packets = statistics.packets;
  totals.bytes = statistics.wire_bytes;
  totals.captured_bytes = statistics.captured_bytes;
  totals.kernel_drops = statistics.kernel_drops;
  totals.interface_drops = statistics.interface_drops;
  totals.ring_drops = statistics.ring_drops;
  totals.connections = counts.opened;
  totals.not_rtmp_connections = counts.not_rtmp;
  totals.other_connections = counts.other;
  totals.late_segments = counts.late_segments;
  totals.late_bytes = counts.late_bytes;
  totals.unopened = counts.unopened;
  totals.unopened_left_out = counts.unopened_left_out;
  totals.half_open_pushed_out = counts.half_open_pushed_out;
  totals.not_tcp =
      reader.decoder().counters().not_tcp + reader.decoder().counters().udp - counts.rtmfp_datagrams;
  totals.rtmfp_left_out = counts.rtmfp_left_out;
  totals.malformed = reader.decoder().counters().malformed;
  totals.incomplete_datagrams = reader.decoder().fragments().incomplete();
  totals.clock_jumps = reader.clock().jumps();
  if (const auto fault = source.fault()) totals.fault = {fault->offset, fault->text, fault->ended_early};
  return totals;
}

}  // namespace

const output::Output& CaptureEvents::start(const capture::PacketSource& source,
                                           const capture::PacketBatch& first) {
  observer_->output().clear();
  const rtmp::CaptureTotals totals = totals_of_source(source);
  rtmp::CaptureStartEvent event(totals);
  if (!first.packets.empty()) event.packet = first.packets.front().ref();
  observer_->on_event(event);
  return observer_->output();
}

template <typename Call>
void CaptureEvents::put_out(std::uint64_t frame, const Call& call) {
  auto& spans = observer_->output().spans;
  const std::size_t before = spans.size();
  call();
  for (std::size_t i = before; i < spans.size(); ++i) spans[i].frame = frame;
}

const output::Output* CaptureEvents::of_window(const Window& window) {
  if (window.drops.empty() && !measured_) return nullptr;
  observer_->output().clear();
  add_drops(window);
  if (measured_) {
    meter_.add(window, [&](PacketRef tick, const metrics::InterfaceList& interfaces) {
      put_out(tick.number, [&] { observer_->on_interfaces(tick, interfaces, false); });
    });
  }
  return &observer_->output();
}

void CaptureEvents::add_drops(const Window& window) {
  for (const auto& [drops, interface] : window.drops) {
    rtmp::CaptureDropsEvent event;
    event.packet = drops.at;
    event.interface_id = drops.interface_id;
    event.interface = interface;
    event.kernel_drops = drops.kernel_drops;
    event.interface_drops = drops.interface_drops;
    event.ring_drops = drops.ring_drops;
    put_out(drops.at.number, [&] { observer_->on_event(event); });
  }
}

const output::Output& CaptureEvents::end(const capture::PacketSource& source, const WindowReader& reader,
                                         const ConnectionCounts& counts, const RunEnd& run) {
  observer_->output().clear();
  rtmp::CaptureTotals totals = totals_at_end(source, reader, counts);
  totals.memory_scarce = run.memory_scarce;
  if (run.failure)
    totals.fault = {0, fmt::format("{} at packet {}", *run.failure, reader.last_packet().number)};
  rtmp::CaptureEndEvent event(totals);
  event.packet = reader.last_packet();
  if (measured_) observer_->on_interfaces(event.packet, meter_.interfaces(), true);
  observer_->on_event(event);
  return observer_->output();
}

}  // namespace rtmpscope::pipeline
