#include "conversation_cache.hpp"

#include <array>
#include <cstdint>

namespace rtmpscope::plugin {
namespace {

/// A place for each pair of ports, whatever the direction; the last conversation that had it.
std::array<conversation_t*, 256> latest{};

conversation_t*& place_of(const packet_info* pinfo) {
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

/// Whether Wireshark's search would find `conversation`: there is no later one between the same endpoints.
bool is_of(const conversation_t* conversation, const packet_info* pinfo) {
  if (conversation == nullptr || conversation->next != nullptr || conversation->options != 0 ||
      conversation->setup_frame > pinfo->num)
    return false;
  const conversation_element_t* key = conversation->key_ptr;
  return is_between(key, pinfo->src, pinfo->srcport, pinfo->dst, pinfo->destport) ||
         is_between(key, pinfo->dst, pinfo->destport, pinfo->src, pinfo->srcport);
}

template <typename Search>
conversation_t* find(packet_info* pinfo, Search search) {
  if (pinfo->ptype != PT_TCP || pinfo->use_conv_addr_port_endpoints || pinfo->conv_elements != nullptr)
    return search();
  conversation_t*& known = place_of(pinfo);
  if (is_of(known, pinfo)) return known;
  return known = search();
}

}  // namespace

conversation_t* conversation_of(packet_info* pinfo) {
  return find(pinfo, [pinfo] { return find_or_create_conversation(pinfo); });
}

conversation_t* known_conversation(packet_info* pinfo) {
  return find(pinfo, [pinfo] { return find_conversation_pinfo(pinfo, 0); });
}

void forget_conversations() {
  latest.fill(nullptr);
}

}  // namespace rtmpscope::plugin
