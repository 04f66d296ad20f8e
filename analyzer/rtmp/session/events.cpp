#include "rtmp/session/events.hpp"

#include <fmt/format.h>

#include "base/community_id.hpp"
#include "rtmp/message/describe_message.hpp"
#include "rtmp/session/summary.hpp"

namespace rtmpscope::rtmp {
namespace {

void describe_endpoint(FieldId object, FieldId address, FieldId port, const Endpoint& endpoint,
                       FieldSink& sink) {
  sink.begin(object, 0);
  sink.text(address, {}, as_bytes(endpoint.address.to_string()));
  sink.number(port, {}, endpoint.port);
  sink.end(object, 0);
}

std::string community_id_of(const ConnectionInfo& info) {
  return (info.transport == Transport::rtmfp ? udp_community_id : tcp_community_id)(info.client, info.server);
}

/// Ids of one direction's totals, in the order of DirectionTotals and the session's own counts.
struct TotalFields {
  FieldId object, packets, bytes, messages, audio, video, retransmitted, retransmissions, out_of_order,
      missing;
};

void describe_totals(const TotalFields& id, const ConnectionCloseEvent& event, Direction direction,
                     FieldSink& sink) {
  const std::size_t i = index_of(direction);
  const ConnectionSummary& summary = event.summary;
  const DirectionTotals& tcp = event.totals[i];
  sink.begin(id.object, 0);
  sink.number(id.packets, {}, tcp.packets);
  sink.number(id.bytes, {}, tcp.bytes);
  sink.number(id.messages, {}, summary.messages[i]);
  sink.number(id.audio, {}, summary.audio_messages[i]);
  sink.number(id.video, {}, summary.video_messages[i]);
  sink.number(id.retransmitted, {}, tcp.retransmitted_bytes);
  sink.number(id.retransmissions, {}, tcp.retransmitted_segments);
  sink.number(id.out_of_order, {}, tcp.out_of_order_segments);
  sink.number(id.missing, {}, tcp.missing_bytes);
  sink.end(id.object, 0);
}

}  // namespace

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
  sink.number(FieldId::message_first_frame, {}, h.first_frame);
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

void ConnectionOpenEvent::describe(FieldSink& sink) const {
  describe_endpoint(FieldId::connection_client, FieldId::connection_client_address,
                    FieldId::connection_client_port, connection_info.client, sink);
  describe_endpoint(FieldId::connection_server, FieldId::connection_server_address,
                    FieldId::connection_server_port, connection_info.server, sink);
  sink.number(FieldId::connection_transport, {}, static_cast<std::uint64_t>(connection_info.transport));
  sink.text(FieldId::connection_community_id, {}, as_bytes(community_id_of(connection_info)));
  sink.number(FieldId::connection_start, {}, static_cast<std::uint64_t>(connection_info.start));
  describe_proxy_headers(
      connection_info.proxy_headers,
      {FieldId::connection_proxy_headers, FieldId::connection_proxy_header,
       FieldId::connection_proxy_header_protocol, FieldId::connection_proxy_header_length,
       FieldId::connection_proxy_header_client, FieldId::connection_proxy_header_client_address,
       FieldId::connection_proxy_header_client_port},
      sink);
}

void ConnectionCloseEvent::describe(FieldSink& sink) const {
  using enum FieldId;
  constexpr TotalFields to_server = {close_to_server,
                                     close_to_server_packets,
                                     close_to_server_bytes,
                                     close_to_server_messages,
                                     close_to_server_audio,
                                     close_to_server_video,
                                     close_to_server_retransmitted,
                                     close_to_server_retransmissions,
                                     close_to_server_out_of_order,
                                     close_to_server_missing};
  constexpr TotalFields to_client = {close_to_client,
                                     close_to_client_packets,
                                     close_to_client_bytes,
                                     close_to_client_messages,
                                     close_to_client_audio,
                                     close_to_client_video,
                                     close_to_client_retransmitted,
                                     close_to_client_retransmissions,
                                     close_to_client_out_of_order,
                                     close_to_client_missing};
  const ConnectionInfo& ends = summary.info;
  describe_endpoint(close_client, close_client_address, close_client_port, ends.client, sink);
  describe_endpoint(close_server, close_server_address, close_server_port, ends.server, sink);
  sink.text(close_community_id, {}, as_bytes(community_id_of(ends)));
  sink.number(close_reason, {}, static_cast<std::uint64_t>(summary.end));
  if (summary.ended_by) sink.number(close_ended_by, {}, static_cast<std::uint64_t>(*summary.ended_by));
  if (summary.reset) sink.flag(close_reset, {}, true);
  sink.real(
      close_duration, {},
      static_cast<double>(summary.last_time - summary.first_time) / double{nanoseconds_per_millisecond});
  describe_totals(to_server, *this, Direction::to_server, sink);
  describe_totals(to_client, *this, Direction::to_client, sink);
}

void CaptureStartEvent::describe(FieldSink& sink) const {
  sink.text(FieldId::capture_source, {}, as_bytes(capture.source));
  sink.text(FieldId::capture_format, {}, as_bytes(capture.format));
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
