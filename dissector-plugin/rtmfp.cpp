#include "rtmfp.hpp"

#include "connection_store.hpp"
#include "rtmfp_tree.hpp"
#include "visit.hpp"

// No local variable of this file has a destructor: see render().

namespace rtmpscope::plugin {
namespace {

int rtmfp_protocol = -1;
dissector_handle_t udp_handle;

PacketRef packet_of(const packet_info* pinfo) {
  return {pinfo->num, time_of(pinfo)};
}

/// First visit: what the datagram is, in memory that lasts as long as the capture. Null: it is of no session.
const RtmfpDatagram* take(const packet_info* pinfo, Bytes bytes, std::uint32_t cut,
                          std::uint32_t place) noexcept {
  try {
    const rtmfp::Datagram datagram{source_of(pinfo), destination_of(pinfo), packet_of(pinfo), bytes, cut};
    const auto found = rtmfp_sessions().on_datagram(datagram, place);
    if (!found) return nullptr;
    auto* kept = wmem_new(wmem_file_scope(), RtmfpDatagram);
    *kept = *found;
    return kept;
  } catch (...) {
    return nullptr;
  }
}

Bytes open(const RtmfpDatagram* datagram, Bytes bytes, bool cut) noexcept {
  try {
    if (datagram != nullptr && datagram->as != rtmfp::Taken::As::startup) {
      return datagram->connection->open(datagram->direction, bytes, cut);
    }
    static rtmfp::StartupCipher& startup = *new rtmfp::StartupCipher;
    return cut ? Bytes() : startup.open(bytes).value_or(Bytes());
  } catch (...) {
    return {};
  }
}

/// The ciphers have one buffer each.
Bytes copy(packet_info* pinfo, Bytes bytes) {
  if (bytes.empty()) return {};
  const auto* copied = static_cast<const std::uint8_t*>(wmem_memdup(pinfo->pool, bytes.data(), bytes.size()));
  return {copied, bytes.size()};
}

void show_packet_columns(packet_info* pinfo, const RtmfpPacket& packet, const recording::RecordBatch* batch) {
  if (pinfo->cinfo == nullptr) return;
  const char* text = batch == nullptr ? "" : presenter().phrases(*batch, *packet.datagram->connection, {});
  show_columns(pinfo, rtmp::Transport::rtmfp, *text == '\0' ? chunk_names(pinfo, packet) : text);
}

/// False: it is not RTMFP.
bool dissect(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, Claim claim) {
  const std::uint32_t captured = tvb_captured_length(tvb);
  if (pinfo->flags.in_error_pkt || captured < rtmfp::smallest_datagram) return false;
  const std::uint32_t cut = tvb_reported_length(tvb) - captured;
  const std::uint32_t place = next_place(pinfo, rtmfp_protocol);
  const Bytes bytes(tvb_get_ptr(tvb, 0, static_cast<gint>(captured)), captured);
  auto* datagram =
      static_cast<const RtmfpDatagram*>(p_get_proto_data(wmem_file_scope(), pinfo, rtmfp_protocol, place));
  if (datagram == nullptr && !PINFO_FD_VISITED(pinfo)) {
    datagram = take(pinfo, bytes, cut, place);
    if (datagram != nullptr) {
      p_add_proto_data(wmem_file_scope(), pinfo, rtmfp_protocol, place, const_cast<RtmfpDatagram*>(datagram));
    }
  }
  if (datagram == nullptr && claim == Claim::heuristic) return false;

  const RtmfpPacket packet{datagram, rtmfp::session_id_of(bytes), copy(pinfo, open(datagram, bytes, cut > 0)),
                           presenter().redaction() == nullptr};
  std::optional<recording::RecordBatch> batch;
  if (datagram != nullptr) batch = datagram->connection->find(pinfo->num, place);
  show_packet_columns(pinfo, packet, batch ? &*batch : nullptr);
  add_rtmfp_packet(rtmfp_protocol, tvb, pinfo, tree, packet);
  if (batch) show_without_columns(tvb, pinfo, tree, *datagram->connection, *batch, bytes);
  return true;
}

int dissect_udp(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, void*) {
  return dissect(tvb, pinfo, tree, Claim::port) ? static_cast<int>(tvb_captured_length(tvb)) : 0;
}

HeuristicResult look_at_udp(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, void*) {
  if (!dissect(tvb, pinfo, tree, Claim::heuristic)) return false;
  conversation_set_dissector(find_or_create_conversation(pinfo), udp_handle);
  return true;
}

void let_time_pass(const packet_info* pinfo) noexcept {
  try {
    rtmfp_sessions().on_packet(packet_of(pinfo));
  } catch (...) {
    // There is no memory for what it brings.
  }
}

}  // namespace

bool show_what_time_brought(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree) {
  if (!has_rtmfp_sessions()) return false;
  if (!PINFO_FD_VISITED(pinfo)) let_time_pass(pinfo);
  bool shown = false;
  for (const RtmfpSessions::Bystander& bystander : rtmfp_sessions().bystanders(pinfo->num)) {
    const auto batch = bystander.connection->find(pinfo->num, end_place);
    if (!batch) continue;
    show_without_columns(tvb, pinfo, tree, *bystander.connection, *batch, {});
    shown = true;
  }
  return shown;
}

void register_rtmfp() {
  rtmfp_protocol = proto_register_protocol("Real-Time Media Flow Protocol", "RTMFP", "rtmfp");
  register_rtmfp_fields(rtmfp_protocol);
}

void hand_off_rtmfp() {
  udp_handle = create_dissector_handle(dissect_udp, rtmfp_protocol);
  dissector_add_for_decode_as_with_preference("udp.port", udp_handle);
  heur_dissector_add("udp", look_at_udp, "RTMFP over UDP (rtmpscope)", "rtmpscope_udp", rtmfp_protocol,
                     HEURISTIC_ENABLE);
}

}  // namespace rtmpscope::plugin
