#include "follow.hpp"

#include <cstring>

#include "connection_store.hpp"
#include "field_registry.hpp"
#include "taps.hpp"
#include "visit.hpp"

// Wireshark takes what is made here into its own hands, so all of it is GLib's.

namespace rtmpscope::plugin {
namespace {

char* filter_of(std::uint32_t index) {
  return g_strdup_printf("rtmpscope.stream eq %u", index);
}

/// For the packet that the user has chosen; null if it is none of ours.
char* packet_filter(epan_dissect_t*, packet_info* pinfo, guint* stream, guint* sub_stream) {
  const auto index = shown_connection(pinfo);
  if (!index) return nullptr;
  *stream = *index;
  if (sub_stream != nullptr) *sub_stream = 0;
  return filter_of(*index);
}

char* index_filter(guint stream, guint) {
  return filter_of(stream);
}

char* address_filter(address* source, address* destination, int source_port, int destination_port) {
  const char* family = source->type == AT_IPv6 ? "ipv6" : "ip";
  char from[WS_INET6_ADDRSTRLEN];
  char to[WS_INET6_ADDRSTRLEN];
  address_to_str_buf(source, from, sizeof from);
  address_to_str_buf(destination, to, sizeof to);
  // Of either protocol: the addresses do not say which.
  return g_strdup_printf(
      "%s.addr eq %s and %s.addr eq %s and ((tcp.port eq %d and tcp.port eq %d) or (udp.port eq %d and "
      "udp.port "
      "eq %d))",
      family, from, family, to, source_port, destination_port, source_port, destination_port);
}

char* port_name(wmem_allocator_t* allocator, guint port) {
  return tcp_port_to_display(allocator, port);
}

void name_peers(follow_info_t* follow, const packet_info* pinfo, Direction direction) {
  const bool from_client = direction == Direction::to_server;
  copy_address(&follow->client_ip, from_client ? &pinfo->src : &pinfo->dst);
  copy_address(&follow->server_ip, from_client ? &pinfo->dst : &pinfo->src);
  follow->client_port = from_client ? pinfo->srcport : pinfo->destport;
  follow->server_port = from_client ? pinfo->destport : pinfo->srcport;
}

/// Whether bytes are wanted, not lines. Wireshark gives a tap no such parameter, and the dialog shows one
/// list in any form; but what tshark hangs on it begins like this (ui/cli/tap-follow.c, 4.0 to 4.6).
bool wants_bytes(const follow_info_t* follow) {
  enum ShowType : int { hex_dump = 3, raw = 4 };  // a type of tshark's own since 4.2
  struct {
    ShowType show_type;
    register_follow_t* follower;
  } begin;
  if (follow->gui_data == nullptr) return false;
  std::memcpy(&begin, follow->gui_data, sizeof begin);
  if (begin.follower != get_follow_by_name("rtmpscope")) return false;
  return begin.show_type == raw || begin.show_type == hex_dump;
}

void add_record(follow_info_t* follow, const packet_info* pinfo, Direction direction, Bytes bytes) {
  if (bytes.empty()) return;
  auto* record = g_new0(follow_record_t, 1);
  record->is_server = direction == Direction::to_client;
  record->packet_num = pinfo->num;
  record->abs_ts = pinfo->abs_ts;
  record->data = g_byte_array_append(g_byte_array_new(), bytes.data(), static_cast<guint>(bytes.size()));
  follow->bytes_written[record->is_server ? 1 : 0] += static_cast<guint>(bytes.size());
  follow->payload = g_list_prepend(follow->payload, record);
}

tap_packet_status on_batch(void* user, packet_info* pinfo, epan_dissect_t*, const void* data, tap_flags_t) {
  auto* follow = static_cast<follow_info_t*>(user);
  const auto& tapped = *static_cast<const TappedBatch*>(data);
  if (follow->client_port == 0) name_peers(follow, pinfo, tapped.batch.direction);
  if (wants_bytes(follow) && presenter().redaction() == nullptr) {
    const Bytes content = tapped.connection->content(tapped.batch, tapped.frame);
    add_record(follow, pinfo, tapped.batch.direction, content);
    return TAP_PACKET_DONT_REDRAW;
  }
  recording::Record record;
  for (recording::RecordReader records(tapped.batch); records.next(record);) {
    const char* line = presenter().line(record, *tapped.connection, tapped.frame, time_of(pinfo));
    add_record(follow, pinfo, record.direction, as_bytes(line));
  }
  return TAP_PACKET_DONT_REDRAW;
}

}  // namespace

void register_follower(int protocol_id) {
  add_tap(Tap::follow, register_tap("rtmpscope_follow"));
  register_stream_follower(protocol_id, "rtmpscope_follow", packet_filter, index_filter, address_filter,
                           port_name, numbered_connections, on_batch);
}

}  // namespace rtmpscope::plugin
