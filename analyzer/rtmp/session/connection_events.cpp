// What connection_open and connection_close say.
#include "base/community_id.hpp"
#include "base/time_text.hpp"
#include "rtmp/session/events.hpp"
#include "rtmp/session/summary.hpp"
#include "rtmp/session/tcp_events.hpp"

namespace rtmpscope::rtmp {
namespace {

struct EndpointFields {
  FieldId object, address, port, mss, window_scale, sack, timestamps;
};

void describe_endpoint(const EndpointFields& id, const Endpoint& endpoint, const SynOptions& syn,
                       FieldSink& sink) {
  sink.begin(id.object, 0);
  sink.text(id.address, {}, as_bytes(endpoint.address.to_string()));
  sink.number(id.port, {}, endpoint.port);
  if (syn.seen) {
    if (syn.mss != 0) sink.number(id.mss, {}, syn.mss);
    if (syn.window_scale != SynOptions::no_scale) sink.number(id.window_scale, {}, syn.window_scale);
    sink.flag(id.sack, {}, syn.sack);
    sink.flag(id.timestamps, {}, syn.timestamps);
  }
  sink.end(id.object, 0);
}

void describe_endpoint(FieldId object, FieldId address, FieldId port, const Endpoint& endpoint,
                       FieldSink& sink) {
  describe_endpoint({object, address, port, object, object, object, object}, endpoint, {}, sink);
}

std::string community_id_of(const ConnectionInfo& info) {
  return (info.transport == Transport::rtmfp ? udp_community_id : tcp_community_id)(info.client, info.server);
}

/// Pushes what is known of one direction. Both directions have the same fields, in the same order.
class SideDescription {
 public:
  SideDescription(Direction direction, FieldSink& sink)
      : shift_(direction == Direction::to_client ? both_apart : 0), sink_(sink) {}

  void totals(const ConnectionSummary& summary, std::size_t side, const DirectionTotals& tcp) {
    using enum FieldId;
    sink_.begin(id(close_to_server), 0);
    number(close_to_server_packets, tcp.packets);
    number(close_to_server_bytes, tcp.bytes);
    number(close_to_server_messages, summary.messages[side]);
    number(close_to_server_audio, summary.audio_messages[side]);
    number(close_to_server_video, summary.video_messages[side]);
    number(close_to_server_retransmitted, tcp.retransmitted_bytes);
    number(close_to_server_retransmissions, tcp.retransmitted_segments);
    number(close_to_server_out_of_order, tcp.out_of_order_segments);
    number(close_to_server_missing, tcp.missing_bytes);
    number_if_any(close_to_server_discarded, tcp.end.discarded_bytes);
    number_if_any(close_to_server_keep_alives, tcp.end.keep_alives);
    number_if_any(close_to_server_icmp_errors, tcp.end.icmp_errors);
    if (tcp.end.acknowledged) number(close_to_server_acknowledged, *tcp.end.acknowledged);
    if (tcp.last_time != 0) time(close_to_server_last_packet_time, tcp.last_time);
    if (tcp.end.last_data) {
      time(close_to_server_last_data_time, tcp.end.last_data->time);
      number(close_to_server_last_data_frame, tcp.end.last_data->number);
    }
    if (tcp.end.fin) fin(*tcp.end.fin);
    if (tcp.end.reset) reset(*tcp.end.reset);
    if (tcp.end.tcp) measured(*tcp.end.tcp);
    habits(summary.chunk_habits[side]);
    sink_.end(id(close_to_server), 0);
  }

 private:
  static constexpr std::uint16_t both_apart = static_cast<std::uint16_t>(FieldId::close_to_client) -
                                              static_cast<std::uint16_t>(FieldId::close_to_server);

  void fin(const FinFacts& facts) {
    using enum FieldId;
    sink_.begin(id(close_to_server_fin), 0);
    time(close_to_server_fin_time, facts.packet.time);
    number(close_to_server_fin_frame, facts.packet.number);
    number(close_to_server_fin_offset, facts.offset);
    sink_.end(id(close_to_server_fin), 0);
  }

  void reset(const ResetFacts& facts) {
    using enum FieldId;
    sink_.begin(id(close_to_server_reset_object), 0);
    time(close_to_server_reset_time, facts.packet.time);
    number(close_to_server_reset_frame, facts.packet.number);
    if (facts.offset) sink_.signed_number(id(close_to_server_reset_offset), {}, *facts.offset);
    if (facts.after_own_fin) flag(close_to_server_reset_after_own_fin, true);
    if (facts.after_peer_fin) flag(close_to_server_reset_after_peer_fin, true);
    if (facts.answers_data) flag(close_to_server_reset_answers_data, true);
    flag(close_to_server_reset_in_window, facts.in_window);
    number(close_to_server_reset_ttl, facts.hop_limit);
    if (facts.usual_hop_limit != 0) number(close_to_server_reset_ttl_usual, facts.usual_hop_limit);
    sink_.end(id(close_to_server_reset_object), 0);
  }

  void measured(const TcpTotals& tcp) {
    using enum FieldId;
    sink_.begin(id(close_to_server_tcp), 0);
    number_if_any(close_to_server_tcp_zero_windows, tcp.zero_windows);
    number_if_any(close_to_server_tcp_zero_window, tcp.zero_window_ms);
    number_if_any(close_to_server_tcp_longest_zero_window, tcp.longest_zero_window_ms);
    number_if_any(close_to_server_tcp_zero_window_at_end, tcp.zero_window_at_end_ms);
    describe_round_trip({id(close_to_server_tcp_round_trip), id(close_to_server_tcp_round_trip_min),
                         id(close_to_server_tcp_round_trip_median), id(close_to_server_tcp_round_trip_max)},
                        tcp.round_trip_us, sink_);
    number_if_any(close_to_server_tcp_lost_before, tcp.losses.before);
    number_if_any(close_to_server_tcp_lost_behind, tcp.losses.behind);
    number_if_any(close_to_server_tcp_spurious, tcp.losses.spurious);
    number_if_any(close_to_server_tcp_reordered, tcp.losses.reordered);
    number_if_any(close_to_server_tcp_not_captured, tcp.losses.not_captured);
    number_if_any(close_to_server_tcp_duplicates, tcp.duplicate_acknowledgements);
    number_if_any(close_to_server_tcp_repeats_at_end, tcp.repeats_at_end);
    number_if_any(close_to_server_tcp_unanswered, tcp.unanswered_ms);
    sink_.end(id(close_to_server_tcp), 0);
  }

  void habits(const ChunkHabits& habits) {
    using enum FieldId;
    if (habits.streams.empty()) return;
    sink_.begin(id(close_to_server_chunk_streams), 0);
    for (const ChunkHabits::Stream& stream : habits.streams) {
      sink_.begin(id(close_to_server_chunk_stream), 0);
      number(close_to_server_chunk_stream_id, stream.chunk_stream_id);
      number(close_to_server_first_type, stream.first_type);
      number(close_to_server_type_0, stream.headers[0]);
      number(close_to_server_type_1, stream.headers[1]);
      number(close_to_server_type_2, stream.headers[2]);
      number(close_to_server_type_3, stream.headers[3]);
      sink_.end(id(close_to_server_chunk_stream), 0);
    }
    sink_.end(id(close_to_server_chunk_streams), 0);
    if (habits.cut) flag(close_to_server_chunk_streams_cut, true);
  }

  /// `of_server` is the field of the direction to the server.
  [[nodiscard]] FieldId id(FieldId of_server) const {
    return static_cast<FieldId>(static_cast<std::uint16_t>(of_server) + shift_);
  }
  void number(FieldId of_server, std::uint64_t value) { sink_.number(id(of_server), {}, value); }
  void number_if_any(FieldId of_server, std::uint64_t value) {
    if (value != 0) number(of_server, value);
  }
  void flag(FieldId of_server, bool value) { sink_.flag(id(of_server), {}, value); }
  void time(FieldId of_server, Timestamp value) { sink_.text(id(of_server), {}, as_bytes(time_text(value))); }

  std::uint16_t shift_;
  FieldSink& sink_;
};

}  // namespace

void ConnectionOpenEvent::describe(FieldSink& sink) const {
  using enum FieldId;
  const auto& [client_syn, server_syn] = connection_info.syns;
  describe_endpoint(
      {connection_client, connection_client_address, connection_client_port, connection_client_mss,
       connection_client_window_scale, connection_client_sack, connection_client_timestamps},
      connection_info.client, client_syn, sink);
  describe_endpoint(
      {connection_server, connection_server_address, connection_server_port, connection_server_mss,
       connection_server_window_scale, connection_server_sack, connection_server_timestamps},
      connection_info.server, server_syn, sink);
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
  const ConnectionInfo& ends = summary.info;
  describe_endpoint(close_client, close_client_address, close_client_port, ends.client, sink);
  describe_endpoint(close_server, close_server_address, close_server_port, ends.server, sink);
  sink.text(close_community_id, {}, as_bytes(community_id_of(ends)));
  sink.number(close_reason, {}, static_cast<std::uint64_t>(summary.end));
  if (summary.ended_by) sink.number(close_ended_by, {}, static_cast<std::uint64_t>(*summary.ended_by));
  if (summary.reset) sink.flag(close_reset, {}, true);
  if (summary.captured_at)
    sink.number(close_captured_at, {}, static_cast<std::uint64_t>(*summary.captured_at));
  sink.real(
      close_duration, {},
      static_cast<double>(summary.last_time - summary.first_time) / double{nanoseconds_per_millisecond});
  for (const Direction way : {Direction::to_server, Direction::to_client}) {
    const std::size_t side = index_of(way);
    SideDescription(way, sink).totals(summary, side, totals[side]);
  }
}

}  // namespace rtmpscope::rtmp
