#include "pipeline/capture_events.hpp"

#include "capture/link_type.hpp"

namespace rtmpscope::pipeline {
namespace {

void describe_source(const capture::PacketSource& source, FieldSink& sink) {
  sink.text(FieldId::capture_source, {}, as_bytes(source.name()));
  sink.text(FieldId::capture_format, {}, as_bytes(source.format()));
}

struct StartEvent final : rtmp::Event {
  const capture::PacketSource& source;

  explicit StartEvent(const capture::PacketSource& s) : Event(EventKind::capture_start), source(s) {}
  void describe(FieldSink& sink) const override { describe_source(source, sink); }
};

struct EndEvent final : rtmp::Event {
  const capture::PacketSource& source;
  const WindowReader& reader;
  ConnectionCounts counts;

  EndEvent(const capture::PacketSource& s, const WindowReader& r, ConnectionCounts c)
      : Event(EventKind::capture_end), source(s), reader(r), counts(c) {}

  void describe(FieldSink& sink) const override {
    const capture::SourceStatistics& statistics = source.statistics();
    const net::DecodeCounters& decoded = reader.counters();
    describe_source(source, sink);
    sink.begin(FieldId::capture_link_types, 0);
    for (const capture::Interface& interface : statistics.interfaces) {
      sink.text(FieldId::capture_link_type, {}, as_bytes(capture::link_type_name(interface.link_type)));
    }
    sink.end(FieldId::capture_link_types, 0);
    sink.number(FieldId::capture_packets, {}, statistics.packets);
    sink.number(FieldId::capture_bytes, {}, statistics.wire_bytes);
    sink.number(FieldId::capture_captured_bytes, {}, statistics.captured_bytes);
    if (statistics.kernel_drops) sink.number(FieldId::capture_kernel_drops, {}, *statistics.kernel_drops);
    if (statistics.interface_drops)
      sink.number(FieldId::capture_interface_drops, {}, *statistics.interface_drops);
    sink.number(FieldId::capture_connections, {}, counts.opened);
    sink.number(FieldId::capture_not_rtmp_connections, {}, counts.not_rtmp);
    sink.number(FieldId::capture_other_connections, {}, counts.other);
    sink.number(FieldId::capture_late_segments, {}, counts.late_segments);
    sink.number(FieldId::capture_late_bytes, {}, counts.late_bytes);
    sink.number(FieldId::capture_not_tcp, {}, decoded.not_tcp);
    sink.number(FieldId::capture_malformed, {}, decoded.malformed);
    if (const auto fault = source.fault()) {
      sink.begin(FieldId::capture_fault, 0);
      sink.number(FieldId::capture_fault_offset, {}, fault->offset);
      sink.text(FieldId::capture_fault_text, {}, as_bytes(fault->text));
      sink.end(FieldId::capture_fault, 0);
    }
  }
};

}  // namespace

const output::Output& CaptureEvents::start(const capture::PacketSource& source,
                                           const capture::PacketBatch& first) {
  observer_->output().clear();
  StartEvent event(source);
  if (!first.packets.empty()) event.packet = first.packets.front().ref();
  observer_->on_event(event);
  return observer_->output();
}

const output::Output& CaptureEvents::end(const capture::PacketSource& source, const WindowReader& reader,
                                         ConnectionCounts counts) {
  observer_->output().clear();
  EndEvent event(source, reader, counts);
  event.packet = reader.last_packet();
  observer_->on_event(event);
  return observer_->output();
}

}  // namespace rtmpscope::pipeline
