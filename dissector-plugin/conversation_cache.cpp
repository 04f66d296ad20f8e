#include "conversation_cache.hpp"

#include <array>
#include <cstdint>

namespace rtmpscope::plugin {
namespace {

/// The latest conversation between its endpoints, as long as TCP has seen no stream since. Another stream
/// between them may have a key of its own, with the endpoints the other way round.
struct Known {
  conversation_t* conversation = nullptr;
  guint32 streams = 0;  ///< how many TCP had seen
};

/// A place for each pair of ports, whatever the direction; the last conversation that had it.
std::array<Known, 256> latest{};

Known& place_of(const packet_info* pinfo) {
  constexpr std::uint32_t spread = 0x9E3779B1;  // the golden ratio: neighbours go to different places
  const std::uint32_t ports = pinfo->srcport * pinfo->destport + pinfo->srcport + pinfo->destport;
  return latest[(ports * spread) >> 24];
}

bool is_between(const conversation_element_t* key, const address& one, std::uint32_t one_port,
                const address& other, std::uint32_t other_port) {
  return conversation_key_port1(key) == one_port && conversation_key_port2(key) == other_port &&
         addresses_equal(conversation_key_addr1(key), &one) &&
         addresses_equal(conversation_key_addr2(key), &other);
}

/// Whether Wireshark's search would find the known conversation.
bool is_of(const Known& known, const packet_info* pinfo) {
  const conversation_t* conversation = known.conversation;
  if (conversation == nullptr || known.streams != get_tcp_stream_count() || conversation->options != 0 ||
      conversation->setup_frame > pinfo->num)
    return false;
  const conversation_element_t* key = conversation->key_ptr;
  // Newer versions may tell streams apart by more than their endpoints.
  constexpr int behind_endpoints = 4;
  if (key[behind_endpoints].type != CE_CONVERSATION_TYPE) return false;
  return is_between(key, pinfo->src, pinfo->srcport, pinfo->dst, pinfo->destport) ||
         is_between(key, pinfo->dst, pinfo->destport, pinfo->src, pinfo->srcport);
}

/// When a packet is shown again, there may be later conversations between its endpoints.
bool is_latest(const conversation_t* conversation, const packet_info* pinfo) {
  if (conversation == nullptr || !PINFO_FD_VISITED(pinfo)) return true;
  return find_conversation(G_MAXUINT32, &pinfo->src, &pinfo->dst,
                           conversation_pt_to_conversation_type(pinfo->ptype), pinfo->srcport,
                           pinfo->destport, 0) == conversation;
}

template <typename Search>
conversation_t* find(packet_info* pinfo, Search search) {
  if (pinfo->ptype != PT_TCP || pinfo->use_conv_addr_port_endpoints || pinfo->conv_elements != nullptr)
    return search();
  Known& known = place_of(pinfo);
  if (is_of(known, pinfo)) return known.conversation;
  conversation_t* found = search();
  known = {is_latest(found, pinfo) ? found : nullptr, get_tcp_stream_count()};
  return found;
}

}  // namespace

conversation_t* conversation_of(packet_info* pinfo) {
  return find(pinfo, [pinfo] { return find_or_create_conversation(pinfo); });
}

conversation_t* known_conversation(packet_info* pinfo) {
  return find(pinfo, [pinfo] { return find_conversation_pinfo(pinfo, 0); });
}

void forget_conversations() {
  latest.fill({});
}

}  // namespace rtmpscope::plugin
