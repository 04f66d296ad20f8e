#include "conversation_cache.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace rtmpscope::plugin {
namespace {

/// Enough for some thousand connections at the same time: a server's capture has them.
constexpr unsigned index_bits = 14;

/// A place for each pair of endpoints, whatever the direction; the last conversation that had it, which is
/// the latest between its endpoints. Null: not known.
std::array<conversation_t*, std::size_t{1} << index_bits> latest{};
guint32 streams_seen = 0;  ///< by TCP, up to the last packet

/// The last bytes, which tell hosts of one network apart.
std::uint32_t end_of(const address& address) {
  std::uint32_t end = 0;
  if (address.len >= static_cast<int>(sizeof end))
    std::memcpy(&end, static_cast<const std::uint8_t*>(address.data) + address.len - sizeof end, sizeof end);
  return end;
}

conversation_t*& place_of(const packet_info* pinfo) {
  constexpr std::uint32_t spread = 0x9E3779B1;  // the golden ratio: neighbours go to different places
  const std::uint32_t ports = pinfo->srcport * pinfo->destport + pinfo->srcport + pinfo->destport;
  return latest[((ports + end_of(pinfo->src) + end_of(pinfo->dst)) * spread) >> (32 - index_bits)];
}

/// The elements of a conversation's key; newer versions may tell streams apart by more than their endpoints.
enum Element : std::size_t { first_address, first_port, second_address, second_port, behind_endpoints };

bool is_between(const conversation_element_t* key, const address& one, std::uint32_t one_port,
                const address& other, std::uint32_t other_port) {
  return key[first_port].port_val == one_port && key[second_port].port_val == other_port &&
         addresses_equal(&key[first_address].addr_val, &one) &&
         addresses_equal(&key[second_address].addr_val, &other);
}

/// Whether Wireshark's search would find the known conversation.
bool is_of(const conversation_t* conversation, const packet_info* pinfo) {
  if (conversation == nullptr || conversation->next != nullptr || conversation->options != 0 ||
      conversation->setup_frame > pinfo->num)
    return false;
  const conversation_element_t* key = conversation->key_ptr;
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
  notice_streams(pinfo);
  conversation_t*& known = place_of(pinfo);
  if (is_of(known, pinfo)) return known;
  conversation_t* found = search();
  known = is_latest(found, pinfo) ? found : nullptr;
  return found;
}

}  // namespace

conversation_t* conversation_of(packet_info* pinfo) {
  return find(pinfo, [pinfo] { return find_or_create_conversation(pinfo); });
}

conversation_t* known_conversation(packet_info* pinfo) {
  return find(pinfo, [pinfo] { return find_conversation_pinfo(pinfo, 0); });
}

void notice_streams(const packet_info* pinfo) {
  const guint32 streams = get_tcp_stream_count();
  if (streams == streams_seen) return;
  if (streams - streams_seen == 1) {
    place_of(pinfo) = nullptr;
  } else {
    latest.fill(nullptr);  // of packets in packets
  }
  streams_seen = streams;
}

void forget_conversations() {
  latest.fill(nullptr);
  streams_seen = 0;
}

}  // namespace rtmpscope::plugin
