#include "rtmp/session/events.hpp"

#include <fmt/format.h>

#include "base/time_text.hpp"
#include "rtmp/message/describe_message.hpp"

namespace rtmpscope::rtmp {

void MessageEvent::describe(FieldSink& sink) const {
  const MessageHeader& h = message.header;
  const ValueInfo* type = find_value(ValueTable::message_type, h.type_id);
  sink.text(FieldId::message_type, {}, as_bytes(type == nullptr ? "unknown" : type->name));
  sink.number(FieldId::message_type_id, {}, h.type_id);
  const bool in_flow = about != nullptr && about->transport == Transport::rtmfp;
  sink.number(in_flow ? FieldId::message_flow_id : FieldId::message_chunk_stream_id, {}, h.chunk_stream_id);
  if (h.message_stream_id_known) sink.number(FieldId::message_message_stream_id, {}, h.message_stream_id);
  sink.number(FieldId::message_timestamp, {}, h.timestamp);
  if (!h.timestamp_exact) sink.flag(FieldId::message_timestamp_exact, {}, false);
  sink.number(FieldId::message_length, {}, h.length);
  if (!h.length_known) sink.flag(FieldId::message_length_exact, {}, false);
  sink.number(FieldId::message_chunks, {}, h.chunks);
  if (!in_flow) sink.number(FieldId::message_header_type, {}, h.header_type);
  if (!in_flow && message.complete) sink.number(FieldId::message_wire_bytes, {}, message.wire_bytes());
  sink.number(FieldId::message_first_frame, {}, h.first_frame);
  if (h.first_time != no_time && h.first_time != packet.time) {
    sink.text(FieldId::message_first_time, {}, as_bytes(time_text(h.first_time)));
  }
  sink.number(in_flow ? FieldId::message_sequence_number : FieldId::message_stream_offset, {},
              h.stream_offset);
  sink.flag(FieldId::message_complete, {}, message.complete);
  if (stream_name) sink.text(FieldId::message_stream_name, {}, *stream_name);
  if (request_frame) sink.number(FieldId::message_request_frame, {}, *request_frame);
  if (response_time) {
    sink.real(FieldId::message_response_time, {},
              static_cast<double>(*response_time) / double{nanoseconds_per_millisecond});
  }
  describe_message(message, sink);
}

std::string FindingEvent::text() const {
  return finding_text(id, a, b);
}

void FindingEvent::describe(FieldSink& sink) const {
  const FindingInfo& finding = info(id);
  sink.text(FieldId::finding_id, {}, as_bytes(finding.id));
  sink.text(FieldId::finding_severity, {}, as_bytes(name(severity())));
  if (after_gap) sink.flag(FieldId::finding_after_gap, {}, true);
  if (suppressed > 0) {
    sink.text(FieldId::finding_text, {}, as_bytes(fmt::format("{} more of these were counted", suppressed)));
    sink.number(FieldId::finding_suppressed, {}, suppressed);
    return;
  }
  sink.text(FieldId::finding_text, {}, as_bytes(text()));
  const bool in_flow = about != nullptr && about->transport == Transport::rtmfp;
  if (stream_offset) {
    sink.number(in_flow ? FieldId::finding_sequence_number : FieldId::finding_stream_offset, {},
                *stream_offset);
  }
  if (carrier_offset) sink.number(FieldId::finding_carrier_offset, {}, *carrier_offset);
  if (range) {
    sink.number(FieldId::finding_offset, {}, range->offset);
    sink.number(FieldId::finding_length, {}, range->length);
  }
}

void GapEvent::describe(FieldSink& sink) const {
  sink.number(FieldId::gap_stream_offset, {}, gap.offset);
  if (gap.length) sink.number(FieldId::gap_length, {}, *gap.length);
  sink.number(FieldId::gap_cause, {}, static_cast<std::uint64_t>(gap.cause));
}

void SyncLostEvent::describe(FieldSink& sink) const {
  sink.number(FieldId::sync_lost_stream_offset, {}, stream_offset);
  sink.number(FieldId::sync_lost_reason, {}, static_cast<std::uint64_t>(reason));
}

void SyncFoundEvent::describe(FieldSink& sink) const {
  sink.number(FieldId::sync_found_stream_offset, {}, stream_offset);
  sink.number(FieldId::sync_found_skipped, {}, skipped);
  sink.number(FieldId::sync_found_method, {}, static_cast<std::uint64_t>(method));
  sink.number(FieldId::sync_found_confidence, {}, static_cast<std::uint64_t>(confidence));
  if (chunk_size == 0) return;
  sink.number(FieldId::sync_found_chunk_size, {}, chunk_size);
  sink.flag(FieldId::sync_found_chunk_size_exact, {}, chunk_size_exact);
}

void CaptureStartEvent::describe(FieldSink& sink) const {
  sink.text(FieldId::capture_source, {}, as_bytes(capture.source));
  sink.text(FieldId::capture_format, {}, as_bytes(capture.format));
}

void CaptureDropsEvent::describe(FieldSink& sink) const {
  sink.number(FieldId::capture_drops_interface_id, {}, interface_id);
  if (!interface.empty()) sink.text(FieldId::capture_drops_interface, {}, as_bytes(interface));
  if (kernel_drops) sink.number(FieldId::capture_drops_kernel, {}, *kernel_drops);
  if (interface_drops) sink.number(FieldId::capture_drops_by_interface, {}, *interface_drops);
  if (ring_drops) sink.number(FieldId::capture_drops_by_ring, {}, *ring_drops);
}

void CaptureEndEvent::describe(FieldSink& sink) const {
  CaptureStartEvent(capture).describe(sink);
  sink.begin(FieldId::capture_link_types, 0);
  for (const std::string& type : capture.link_types) {
    sink.text(FieldId::capture_link_type, {}, as_bytes(type));
  }
  sink.end(FieldId::capture_link_types, 0);
  sink.number(FieldId::capture_packets, {}, capture.packets);
  sink.number(FieldId::capture_bytes, {}, capture.bytes);
  sink.number(FieldId::capture_captured_bytes, {}, capture.captured_bytes);
  if (capture.kernel_drops) sink.number(FieldId::capture_kernel_drops, {}, *capture.kernel_drops);
  if (capture.interface_drops) sink.number(FieldId::capture_interface_drops, {}, *capture.interface_drops);
  if (capture.ring_drops) sink.number(FieldId::capture_ring_drops, {}, *capture.ring_drops);
  sink.number(FieldId::capture_connections, {}, capture.connections);
  sink.number(FieldId::capture_not_rtmp_connections, {}, capture.not_rtmp_connections);
  sink.number(FieldId::capture_other_connections, {}, capture.other_connections);
  sink.number(FieldId::capture_late_segments, {}, capture.late_segments);
  sink.number(FieldId::capture_late_bytes, {}, capture.late_bytes);
  sink.number(FieldId::capture_not_tcp, {}, capture.not_tcp);
  sink.number(FieldId::capture_malformed, {}, capture.malformed);
  const auto number_if_any = [&sink](FieldId id, std::uint64_t number) {
    if (number != 0) sink.number(id, {}, number);
  };
  number_if_any(FieldId::capture_incomplete_datagrams, capture.incomplete_datagrams);
  number_if_any(FieldId::capture_half_open_pushed_out, capture.half_open_pushed_out);
  number_if_any(FieldId::capture_rtmfp_left_out, capture.rtmfp_left_out);
  number_if_any(FieldId::capture_unopened, capture.unopened);
  number_if_any(FieldId::capture_unopened_left_out, capture.unopened_left_out);
  number_if_any(FieldId::capture_clock_jumps, capture.clock_jumps);
  if (capture.memory_scarce) sink.flag(FieldId::capture_memory_scarce, {}, true);
  if (!capture.fault) return;
  sink.begin(FieldId::capture_fault, 0);
  sink.number(FieldId::capture_fault_offset, {}, capture.fault->offset);
  sink.text(FieldId::capture_fault_text, {}, as_bytes(capture.fault->text));
  sink.end(FieldId::capture_fault, 0);
}

void describe_proxy_headers(const std::vector<ProxyHeader>& headers, const ProxyHeaderFields& id,
                            FieldSink& sink) {
  if (headers.empty()) return;
  sink.begin(id.list, 0);
  for (const ProxyHeader& header : headers) {
    sink.begin(id.header, 0);
    sink.number(id.protocol, {}, static_cast<std::uint64_t>(header.protocol));
    sink.number(id.length, {}, header.length);
    if (header.client) {
      sink.begin(id.client, 0);
      sink.text(id.address, {}, as_bytes(header.client->address.to_string()));
      if (header.client->port != 0) sink.number(id.port, {}, header.client->port);
      sink.end(id.client, 0);
    }
    sink.end(id.header, 0);
  }
  sink.end(id.list, 0);
}

std::optional<Severity> severity_of(const Event& event) {
  switch (event.kind) {
    case EventKind::finding: return static_cast<const FindingEvent&>(event).severity();
    case EventKind::capture_drops:
    case EventKind::gap:
    case EventKind::sync_lost: return Severity::warning;
    case EventKind::message: {
      const auto& message = static_cast<const MessageEvent&>(event);
      const auto* command = std::get_if<CommandFacts>(&message.facts);
      const auto status = command == nullptr ? std::nullopt : command->severity();
      return status || message.message.complete ? status : Severity::warning;
    }
    default: return std::nullopt;
  }
}

std::string finding_text(FindingId id, std::uint64_t a, std::uint64_t b) {
  return fmt::format(fmt::runtime(info(id).text), fmt::arg("a", a), fmt::arg("b", b),
                     fmt::arg("minus", b == 1 ? "-" : ""));
}

}  // namespace rtmpscope::rtmp
