// Where Wireshark calls the plugin. One function a carrier, since each hands over something else as `data`.
//
// Wireshark leaves functions with longjmp: nothing in this file has a destructor, and every call into the
// decoder is one that lets no exception out.
#include "dissect.h"

#include <utility>

#include "carrier/proxy_header.hpp"
#include "connection_store.hpp"
#include "conversation_cache.hpp"
#include "export_flv.hpp"
#include "field_registry.hpp"
#include "follow.hpp"
#include "key_preference.hpp"
#include "nal_dissectors.hpp"
#include "rtmfp.hpp"
#include "rtmpt.hpp"
#include "statistics.hpp"
#include "visit.hpp"
#include "ws_compat.h"

namespace rtmpscope::plugin {
namespace {

constexpr std::uint16_t rtmp_port = 1935;

dissector_handle_t tcp_handle;
dissector_handle_t tls_handle;
dissector_handle_t http_handle;
dissector_handle_t built_in_handle;  ///< what has the port without this plugin
PreferenceFlag redact = false;
PreferenceFlag redact_addresses = false;
const char* redact_key = "";

/// Sequence numbers are relative to the SYN's unless the user says otherwise.
bool has_relative_sequence() {
  static pref_t* analyze = prefs_find_preference(prefs_find_module("tcp"), "analyze_sequence_numbers");
  static pref_t* relative = prefs_find_preference(prefs_find_module("tcp"), "relative_sequence_numbers");
  return analyze != nullptr && relative != nullptr && prefs_get_bool_value(analyze, pref_current) &&
         prefs_get_bool_value(relative, pref_current);
}

/// Tells the calls for one packet apart: TCP's by where the payload lies.
std::uint32_t place_of(const packet_info* pinfo, tvbuff_t* tvb) {
  return static_cast<std::uint32_t>(pinfo->curr_layer_num) << 24 |
         (static_cast<std::uint32_t>(tvb_raw_offset(tvb)) & 0xFFFFFFU);
}

/// Connections of one carrier are kept under one key in Wireshark's conversations: TCP's, and what TLS
/// carries over it, are two.
struct Carrier {
  int key;
  rtmp::Transport transport;
  const struct tcpinfo* segment;  ///< TCP only
};

Carrier tcp_carrier(void* data) {
  return {protocol, rtmp::Transport::rtmp, static_cast<const struct tcpinfo*>(data)};
}

/// Numbers of protocols and of fields are of one kind, so a field's is as good a key.
Carrier tls_carrier() {
  return {field(ExtraField::stream), rtmp::Transport::rtmps, nullptr};
}

/// What dissect() was asked about last, for show_end in the same packet: looking it up again takes time.
struct LastSegment {
  guint32 frame = 0;
  conversation_t* conversation = nullptr;
  Connection* connection = nullptr;
  const struct tcp_analysis* tcp = nullptr;  ///< null: not asked for
};
LastSegment last_segment;

/// False if the bytes are not RTMP.
bool dissect(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, Claim claim, Carrier carrier) {
  const std::uint32_t captured = tvb_captured_length(tvb);
  if (pinfo->flags.in_error_pkt || captured == 0) return false;
  const std::uint32_t place =
      carrier.segment != nullptr ? place_of(pinfo, tvb) : next_place(pinfo, carrier.key);
  conversation_t* conversation = conversation_of(pinfo);
  if (is_rejected(carrier.key, conversation)) return false;
  const Bytes frame(tvb_get_ptr(tvb, 0, static_cast<gint>(captured)), captured);
  Connection* connection = find_connection(carrier.key, conversation);
  if (carrier.segment != nullptr) last_segment = {pinfo->num, conversation, connection, nullptr};
  if (connection != nullptr) {
    if (const auto batch = connection->find(pinfo->num, place)) {
      show(tvb, pinfo, tree, *connection, *batch, frame);
      return true;
    }
  }
  if (PINFO_FD_VISITED(pinfo)) return false;

  const struct tcp_analysis* tcp = get_tcp_conversation_data(conversation, pinfo);
  const bool syn_seen = tcp != nullptr && tcp->server_port != 0;
  const Direction direction = direction_of(pinfo, tcp, conversation, tcp_handle);
  if (connection == nullptr) {
    // Most connections of a capture are something else, and their first byte shows it, if it is in the
    // capture.
    const bool from_start = carrier.segment == nullptr || syn_seen;
    if (claim == Claim::heuristic && from_start && !carrier::is_promising(frame[0]) &&
        !carrier::ProxyHeaderLayer::is_promising(frame[0])) {
      reject_connection(carrier.key, conversation);
      return false;
    }
    connection = add_connection(carrier.key, conversation, pinfo, direction, carrier.transport);
    if (connection == nullptr) return false;
    if (carrier.segment != nullptr) last_segment.connection = connection;
  }
  if (carrier.segment != nullptr) last_segment.tcp = tcp;
  PacketBytes shown = packet_bytes(pinfo, tvb, frame, place);
  shown.direction = direction;
  shown.claim = claim;
  shown.syn_seen = syn_seen;
  if (carrier.segment != nullptr) {
    shown.sequence = carrier.segment->seq;
    // Without a SYN Wireshark counts from the first packet's number, which may be an acknowledgement. As in
    // the analyzer, the stream begins with its first captured byte.
    if (!syn_seen) {
      shown.first_sequence = std::nullopt;
    } else if (has_relative_sequence()) {
      shown.first_sequence = 1;
    } else if (tcp != nullptr && tcp->fwd != nullptr && tcp->fwd->base_seq != 0) {
      shown.first_sequence = tcp->fwd->base_seq + 1;
    }
  }
  const std::optional<recording::RecordBatch> batch = decode(*connection, shown);
  if (connection->is_other()) {
    reject_connection(carrier.key, conversation);
    last_segment = {};
  }
  if (!batch) return false;
  show(tvb, pinfo, tree, *connection, *batch, frame);
  return true;
}

int dissect_tcp(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, void* data) {
  const Carrier carrier = tcp_carrier(data);
  return dissect(tvb, pinfo, tree, Claim::port, carrier) ? static_cast<int>(tvb_captured_length(tvb)) : 0;
}

int dissect_tls(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, void*) {
  const Carrier carrier = tls_carrier();
  return dissect(tvb, pinfo, tree, Claim::port, carrier) ? static_cast<int>(tvb_captured_length(tvb)) : 0;
}

constexpr unsigned fin_seen = 0x10, reset_seen = 0x20;  // packet-tcp.c: TCP_COMPLETENESS_FIN, _RST

/// Whether this packet ended a stream, as far as Wireshark's TCP tells. It keeps no flags, but which of them
/// a connection has had, and the number behind each stream's last byte, where a FIN counts as one.
std::optional<EndCause> end_of(const Connection& connection, const struct tcp_analysis* tcp,
                               Direction direction) {
  if ((tcp->conversation_completeness & reset_seen) != 0) return EndCause::reset;
  const tcp_analyze_seq_flow_info_t* analysis =
      tcp->fwd == nullptr ? nullptr : tcp->fwd->tcp_analyze_seq_info;
  if ((tcp->conversation_completeness & fin_seen) == 0 || analysis == nullptr) return std::nullopt;
  // The analysis has numbers as they are on the wire.
  const std::uint32_t base = has_relative_sequence() ? tcp->fwd->base_seq : 0;
  std::optional<std::uint32_t> first;
  if (tcp->server_port != 0) first = tcp->fwd->base_seq + 1 - base;
  if (!connection.may_end(direction, analysis->nextseq - 1 - base, first)) return std::nullopt;
  return EndCause::fin;
}

/// Dissectors are asked about payload only. This one sees every packet when all others have: those that end a
/// connection have things to tell, too.
bool show_end(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree) {
  notice_streams(pinfo);
  auto [frame, conversation, connection, tcp] = std::exchange(last_segment, {});
  if (pinfo->ptype != PT_TCP || !has_connections()) return false;
  if (PINFO_FD_VISITED(pinfo) && !has_end(pinfo->num)) return false;
  if (connection == nullptr || frame != pinfo->num) {
    conversation = known_conversation(pinfo);
    if (conversation == nullptr) return false;
    connection = find_connection(protocol, conversation);
    if (connection == nullptr) return false;
    tcp = nullptr;
  }
  std::optional<recording::RecordBatch> batch;
  if (has_end(pinfo->num)) batch = connection->find(pinfo->num, end_place);
  if (!batch && !PINFO_FD_VISITED(pinfo) && !connection->is_closed()) {
    if (tcp == nullptr) tcp = get_tcp_conversation_data(conversation, pinfo);
    if (tcp == nullptr || (tcp->conversation_completeness & (fin_seen | reset_seen)) == 0) return false;
    PacketEnd packet;
    packet.frame = pinfo->num;
    packet.time = time_of(pinfo);
    packet.direction = direction_of(pinfo, tcp, conversation, tcp_handle);
    const std::optional<EndCause> cause = end_of(*connection, tcp, packet.direction);
    if (!cause) return false;
    packet.cause = *cause;
    batch = end(*connection, packet);
    if (batch) note_end(pinfo->num);
    if (connection->is_other()) reject_connection(protocol, conversation);
  }
  if (!batch) return false;
  show_without_columns(tvb, pinfo, tree, *connection, *batch, {});
  return true;
}

int look_at_packet(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, void*) {
  const bool ended = show_end(tvb, pinfo, tree);
  const bool passed = show_what_time_brought(tvb, pinfo, tree);
  return ended || passed ? static_cast<int>(tvb_captured_length(tvb)) : 0;
}

HeuristicResult look_at_tcp(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, void* data) {
  const Carrier carrier = tcp_carrier(data);
  if (!dissect(tvb, pinfo, tree, Claim::heuristic, carrier)) return false;
  conversation_set_dissector(conversation_of(pinfo), tcp_handle);
  return true;
}

/// The conversation belongs to TLS: only the TLS session learns who decodes its records.
HeuristicResult look_at_tls(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, void* data) {
  const Carrier carrier = tls_carrier();
  if (!dissect(tvb, pinfo, tree, Claim::heuristic, carrier)) return false;
  keep_tls_dissector(data, tls_handle);
  return true;
}

/// Gives the port back to Wireshark's own dissector when the user takes it from this one, or disables this
/// one. Acts when that changes, and else leaves the port alone: the user may have chosen another dissector
/// with Decode As.
void settle_port() {
  static bool was_listed = true, was_lent = false;
  if (built_in_handle == nullptr) return;
  dissector_handle_t current = dissector_get_uint_handle(find_dissector_table("tcp.port"), rtmp_port);
  const range_t* listed_ports = prefs_get_range_value("rtmpscope", "tcp.port");
  const bool is_listed = value_is_in_range(listed_ports, rtmp_port) != 0;
  if (was_listed && !is_listed && (current == tcp_handle || current == nullptr))
    dissector_add_uint("tcp.port", rtmp_port, built_in_handle);
  was_listed = is_listed;
  const bool is_lent = is_listed && !proto_is_protocol_enabled(find_protocol_by_id(protocol));
  if (is_lent && !was_lent && current == tcp_handle)
    dissector_change_uint("tcp.port", rtmp_port, built_in_handle);
  if (!is_lent && was_lent && current == built_in_handle) dissector_reset_uint("tcp.port", rtmp_port);
  was_lent = is_lent;
}

void apply_preferences() {
  apply_redaction(redact != 0, redact_addresses != 0, redact_key);
  apply_key_preference();
  settle_port();
}

}  // namespace
}  // namespace rtmpscope::plugin

using namespace rtmpscope::plugin;

void rtmpscope_register(void) {
  // In Wireshark "RTMP" is AppleTalk's.
  protocol = proto_register_protocol("Real-Time Messaging Protocol (rtmpscope)", "rtmpscope", "rtmpscope");
  register_fields(protocol);
  register_store();
  register_statistics();
  register_export(protocol);
  register_follower(protocol);
  module_t* module = prefs_register_protocol(protocol, apply_preferences);
  prefs_register_obsolete_preference(module, "take_port_1935");  // the port is in rtmpscope.tcp.port
  register_init_routine(settle_port);  // which protocols are enabled may have changed
  prefs_register_bool_preference(
      module, "media_detail", "Show NAL units and keep media",
      "Media payload is kept in memory, so that all of a message is shown, and NAL units "
      "go to Wireshark's own dissectors of H.264 and H.265",
      &media_detail);
  prefs_register_bool_preference(
      module, "redact", "Redact texts",
      "Texts of the peers appear as pseudonyms, unless they are harmless; packet bytes, and what "
      "other dissectors show, stay as they are",
      &redact);
  prefs_register_filename_preference(
      module, "redact_key", "Key for pseudonyms",
      "File whose content is the key, as with rtmpscope's --redact-key; without it pseudonyms differ "
      "from run to run",
      &redact_key, FALSE);
  prefs_register_bool_preference(
      module, "redact_addresses", "Redact addresses, too",
      "In what this plugin shows; Wireshark's own columns and layers keep addresses and ports",
      &redact_addresses);
  register_key_preference(module);
  register_rtmfp();
}

void rtmpscope_hand_off(void) {
  find_nal_dissectors();
  http_handle = create_dissector_handle(dissect_rtmpt, protocol);
  // One without a protocol: Wireshark takes as long for a protocol's as the decoder does for a small packet.
  register_postdissector(create_dissector_handle(look_at_packet, -1));
  tcp_handle = create_dissector_handle(dissect_tcp, protocol);
  tls_handle = create_dissector_handle(dissect_tls, protocol);
  built_in_handle = dissector_get_uint_handle(find_dissector_table("tcp.port"), rtmp_port);
  dissector_add_uint_range_with_preference("tcp.port", "1935", tcp_handle);
  dissector_add_uint_range_with_preference("tls.port", "", tls_handle);
  heur_dissector_add("tcp", look_at_tcp, "RTMP over TCP (rtmpscope)", "rtmpscope_tcp", protocol,
                     HEURISTIC_ENABLE);
  dissector_add_string("media_type", "application/x-fcs", http_handle);
  heur_dissector_add("http", look_at_http, "RTMPT (rtmpscope)", "rtmpscope_http", protocol, HEURISTIC_ENABLE);
  hand_off_rtmfp();
  heur_dissector_add("tls", look_at_tls, "RTMP over TLS (rtmpscope)", "rtmpscope_tls", protocol,
                     HEURISTIC_ENABLE);
}
