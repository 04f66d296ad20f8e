#include "rtmpt.hpp"

#include <cstring>

#include "connection_store.hpp"
#include "field_registry.hpp"
#include "tree_renderer.hpp"
#include "visit.hpp"

namespace rtmpscope::plugin {
namespace {

enum class Command : std::uint8_t { none, open, send, idle, close };

/// One HTTP body; lives as long as the capture.
struct Body {
  Command command = Command::none;
  Direction direction{};
  const char* id = "";  ///< of the session
  Tunnel* tunnel = nullptr;
};

constexpr std::size_t longest_id = 64;

const char* name(Command command) {
  switch (command) {
    case Command::open: return "open";
    case Command::send: return "send";
    case Command::idle: return "idle";
    case Command::close: return "close";
    case Command::none: break;
  }
  return "";
}

/// "/send/c16a5320fa475530/4": the command and what stands behind it, up to the next slash.
Command parse_uri(const char* uri, char* id) {
  id[0] = '\0';
  if (uri == nullptr) return Command::none;
  for (const Command command : {Command::open, Command::send, Command::idle, Command::close}) {
    const std::size_t length = std::strlen(name(command));
    const char* path = std::strstr(uri, "://");
    path = std::strchr(path == nullptr ? uri : path + 3, '/');
    if (path == nullptr || std::strncmp(path + 1, name(command), length) != 0 || path[1 + length] != '/')
      continue;
    const char* begin = path + length + 2;
    const std::size_t size = std::strcspn(begin, "/? ");
    if (command != Command::open && (size == 0 || size >= longest_id)) return Command::none;
    std::memcpy(id, begin, std::min(size, longest_id - 1));
    id[std::min(size, longest_id - 1)] = '\0';
    return command;
  }
  return Command::none;
}

/// The request that HTTP has seen last on this TCP connection: this one, or the one that is answered.
const char* request_uri(const conversation_t* conversation) {
  const int http = proto_get_id_by_filter_name("http");
  return last_request_uri(static_cast<const http_conv_t*>(conversation_get_proto_data(conversation, http)));
}

/// The id in the response to "open": text and a line feed.
const char* opened_id(packet_info* pinfo, Bytes bytes) {
  std::size_t size = 0;
  while (size < bytes.size() && bytes[size] > ' ' && bytes[size] < 0x7F) ++size;
  if (size == 0 || size >= longest_id) return nullptr;
  return wmem_strndup(pinfo->pool, reinterpret_cast<const char*>(bytes.data()), size);
}

/// First visit: what the body is. Null if it is not RTMPT.
Body* read_body(packet_info* pinfo, Bytes bytes, bool has_type) {
  conversation_t* conversation = find_or_create_conversation(pinfo);
  char id[longest_id];
  const Command command = parse_uri(request_uri(conversation), id);
  if (command == Command::none) return nullptr;
  const Direction direction =
      direction_of(pinfo, get_tcp_conversation_data(conversation, pinfo), conversation, nullptr);
  const bool opens = command == Command::open && direction == Direction::to_client;
  const char* session = opens ? opened_id(pinfo, bytes) : id;
  if (session == nullptr) return nullptr;
  Tunnel* tunnel = nullptr;
  if (command != Command::open || opens) {
    tunnel = find_tunnel(pinfo, direction, session);
    if (tunnel == nullptr) return nullptr;
    // Other sites have paths like these; what has no type must belong to a session.
    if (!has_type && !opens && tunnel->connection == nullptr) return nullptr;
    if (opens) tunnel->opened = true;
  }
  Body* body = wmem_new(wmem_file_scope(), Body);
  *body = {command, direction, wmem_strdup(wmem_file_scope(), session), tunnel};
  return body;
}

rtmp::Transport transport_of(const packet_info* pinfo) {
  return proto_is_frame_protocol(pinfo->layers, "tls") ? rtmp::Transport::rtmpts : rtmp::Transport::rtmpt;
}

bool carries_rtmp(const Body& body) {
  return body.command == Command::send ||
         (body.command == Command::idle && body.direction == Direction::to_client);
}

void add_head(tvbuff_t* tvb, proto_tree* tree, const Body& body) {
  if (tree == nullptr) return;
  const bool answers = body.direction == Direction::to_client;
  proto_item* item =
      proto_tree_add_protocol_format(tree, protocol, tvb, 0, answers && carries_rtmp(body) ? 1 : -1,
                                     "RTMPT %s %s", name(body.command), answers ? "response" : "request");
  proto_tree* head = proto_item_add_subtree(item, subtree());
  proto_item_set_generated(
      proto_tree_add_string(head, field(ExtraField::tunnel_command), tvb, 0, 0, name(body.command)));
  if (*body.id != '\0' && !(body.command == Command::open && !answers)) {
    proto_item_set_generated(proto_tree_add_string(head, field(ExtraField::tunnel_session), tvb, 0, 0,
                                                   presenter().tunnel_session(body.id)));
  }
  if (answers && carries_rtmp(body)) {
    proto_tree_add_item(head, field(ExtraField::tunnel_interval), tvb, 0, 1, ENC_BIG_ENDIAN);
  }
}

/// The RTMP bytes of a body; `tvb` holds nothing else.
void show_rtmp(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, const Body& body, std::uint32_t place) {
  const std::uint32_t captured = tvb_captured_length(tvb);
  if (captured == 0) return;
  const Bytes bytes(tvb_get_ptr(tvb, 0, static_cast<gint>(captured)), captured);
  Tunnel& tunnel = *body.tunnel;
  std::optional<recording::RecordBatch> batch;
  if (tunnel.connection != nullptr) batch = tunnel.connection->find(pinfo->num, place);
  if (!batch && !PINFO_FD_VISITED(pinfo)) {
    if (tunnel.connection == nullptr) {
      tunnel.connection = new_connection(pinfo, body.direction, transport_of(pinfo));
    }
    if (tunnel.connection == nullptr) return;
    PacketBytes shown = packet_bytes(pinfo, tvb, bytes, place);
    shown.direction = body.direction;
    shown.claim = Claim::port;
    shown.syn_seen = tunnel.opened;
    batch = decode(*tunnel.connection, shown);
  }
  if (batch) show(tvb, pinfo, tree, *tunnel.connection, *batch, bytes);
}

bool dissect(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, bool has_type) {
  const std::uint32_t captured = tvb_captured_length(tvb);
  if (pinfo->flags.in_error_pkt || captured == 0) return false;
  const std::uint32_t place = next_place(pinfo, field(ExtraField::tunnel_session));
  // Above the keys of other places, which are small numbers.
  const guint32 key = 0x40000000U + place;
  auto* body = static_cast<Body*>(p_get_proto_data(wmem_file_scope(), pinfo, protocol, key));
  if (body == nullptr) {
    if (PINFO_FD_VISITED(pinfo)) return false;
    body = read_body(pinfo, Bytes(tvb_get_ptr(tvb, 0, static_cast<gint>(captured)), captured), has_type);
    if (body == nullptr) return false;
    p_add_proto_data(wmem_file_scope(), pinfo, protocol, key, body);
  }
  add_head(tvb, tree, *body);
  if (carries_rtmp(*body)) {
    const int interval = body->direction == Direction::to_client ? 1 : 0;
    if (captured > static_cast<std::uint32_t>(interval)) {
      show_rtmp(tvb_new_subset_remaining(tvb, interval), pinfo, tree, *body, place);
      return true;
    }
  }
  show_columns(pinfo, transport_of(pinfo),
               wmem_strdup_printf(pinfo->pool, "%s %s", name(body->command),
                                  body->direction == Direction::to_client ? "response" : "request"));
  return true;
}

}  // namespace

int dissect_rtmpt(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, void*) {
  return dissect(tvb, pinfo, tree, true) ? static_cast<int>(tvb_captured_length(tvb)) : 0;
}

HeuristicResult look_at_http(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, void*) {
  return dissect(tvb, pinfo, tree, false);
}

}  // namespace rtmpscope::plugin
