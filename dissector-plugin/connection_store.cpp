#include "connection_store.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "conversation_cache.hpp"
#include "nal_dissectors.hpp"

namespace rtmpscope::plugin {
namespace {

struct Store {
  Capture capture;
  std::vector<std::unique_ptr<Connection>> connections;
  std::map<std::pair<Endpoint, std::string>, Tunnel> tunnels;
  std::unique_ptr<RtmfpSessions> rtmfp;  ///< null before the first UDP datagram
  std::vector<std::uint32_t> ends;       ///< see note_end
};

Store& store() {
  static Store& instance = *new Store;  // Wireshark may clean up later than static objects are destroyed
  return instance;
}

/// What a rejected conversation points to.
char rejected;

void clear_store() {
  forget_conversations();
  store().tunnels.clear();
  store().rtmfp.reset();
  store().connections.clear();
  store().ends.clear();
  store().capture.numbered = 0;
}

Endpoint endpoint(const address& from, guint32 port) {
  Endpoint out;
  out.port = static_cast<std::uint16_t>(port);
  if (from.type == AT_IPv4 && from.len == 4) {
    std::memcpy(out.address.bytes.data(), from.data, 4);
  } else if (from.type == AT_IPv6 && from.len == 16) {
    out.address.length = 16;
    std::memcpy(out.address.bytes.data(), from.data, 16);
  }
  return out;
}

}  // namespace

void register_store() {
  register_cleanup_routine(clear_store);
}

void set_keys(KeysPointer keys) noexcept {
  store().capture.keys = std::move(keys);
}

Connection* find_connection(int key, const conversation_t* conversation) {
  void* found = conversation_get_proto_data(conversation, key);
  return found == &rejected ? nullptr : static_cast<Connection*>(found);
}

bool is_rejected(int key, const conversation_t* conversation) {
  return conversation_get_proto_data(conversation, key) == &rejected;
}

Connection* new_connection(const packet_info* pinfo, Direction direction,
                           rtmp::Transport transport) noexcept {
  try {
    rtmp::ConnectionInfo info;
    info.client = source_of(pinfo);
    info.server = destination_of(pinfo);
    if (direction == Direction::to_client) std::swap(info.client, info.server);
    info.transport = transport;
    store().connections.push_back(std::make_unique<Connection>(store().capture, info));
    return store().connections.back().get();
  } catch (...) {
    return nullptr;
  }
}

Connection* add_connection(int key, conversation_t* conversation, const packet_info* pinfo,
                           Direction direction, rtmp::Transport transport) noexcept {
  Connection* added = new_connection(pinfo, direction, transport);
  if (added != nullptr) conversation_add_proto_data(conversation, key, added);
  return added;
}

Tunnel* find_tunnel(const packet_info* pinfo, Direction direction, const char* id) noexcept {
  try {
    const Endpoint server = direction == Direction::to_server ? destination_of(pinfo) : source_of(pinfo);
    return &store().tunnels[{server, id}];
  } catch (...) {
    return nullptr;
  }
}

RtmfpSessions& rtmfp_sessions() {
  if (store().rtmfp == nullptr)
    store().rtmfp = std::make_unique<RtmfpSessions>(store().capture, media_detail != 0);
  return *store().rtmfp;
}

bool has_rtmfp_sessions() {
  return store().rtmfp != nullptr;
}

Endpoint source_of(const packet_info* pinfo) {
  return endpoint(pinfo->src, pinfo->srcport);
}

Endpoint destination_of(const packet_info* pinfo) {
  return endpoint(pinfo->dst, pinfo->destport);
}

std::uint32_t numbered_connections() {
  return store().capture.numbered;
}

bool has_connections() {
  return !store().connections.empty();
}

void note_end(std::uint32_t frame) noexcept {
  try {
    store().ends.push_back(frame);
  } catch (...) {
  }
}

bool has_end(std::uint32_t frame) {
  const std::vector<std::uint32_t>& ends = store().ends;
  return !ends.empty() && ends.back() >= frame && std::ranges::binary_search(ends, frame);
}

void reject_connection(int key, conversation_t* conversation) noexcept {
  const Connection* connection = find_connection(key, conversation);
  conversation_delete_proto_data(conversation, key);
  conversation_add_proto_data(conversation, key, &rejected);
  // It is one of the latest in all likelihood.
  auto& all = store().connections;
  for (std::size_t i = all.size(); connection != nullptr && i-- > 0;) {
    if (all[i].get() != connection) continue;
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
    return;
  }
}

}  // namespace rtmpscope::plugin
