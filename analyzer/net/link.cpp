// Link layers: what a packet begins with, down to the network layer.
//
// Sources: https://www.tcpdump.org/linktypes.html; IEEE 802.3 and 802.1Q; RFC 3032 (MPLS), RFC 4385 and RFC
// 4448 (Ethernet over MPLS), RFC 2516 (PPPoE), RFC 1661 and RFC 1662 (PPP).
#include "net/layer.hpp"

namespace rtmpscope::net {
namespace {

constexpr std::uint16_t first_ether_type = 0x0600;  // smaller values are the length of an IEEE 802.3 frame

/// IEEE 802.2 with SNAP: AA AA 03, OUI 0, EtherType.
Layer decode_llc(View view) {
  if (view.captured < 8) return Layer::stop(Layer::not_tcp);
  if (load_be24(view.data) != 0xaaaa03 || load_be24(view.data + 3) != 0) return Layer::stop(Layer::not_tcp);
  const std::uint16_t type = load_be16(view.data + 6);
  (void)view.skip(8);
  return {Layer::Kind::ether_type, type, view};
}

Layer decode_type_or_length(std::uint16_t type, View view) {
  if (type >= first_ether_type) return {Layer::Kind::ether_type, type, view};
  if (type <= view.wire) view.limit(type);
  return decode_llc(view);
}

/// BSD loopback: the address family as a 32-bit number, in the byte order of the capturing machine (NULL) or
/// of the network (LOOP). Families are small, so that the order is seen.
Layer decode_loopback(View view) {
  if (view.captured < 4) return Layer::stop(Layer::cut_off);
  std::uint32_t family = load_be32(view.data);
  if (family > 0xffff) family = __builtin_bswap32(family);
  (void)view.skip(4);
  switch (family) {
    case 2: return {Layer::Kind::ipv4, 0, view};
    case 10:  // AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, Darwin
    case 23:
    case 24:
    case 28:
    case 30: return {Layer::Kind::ipv6, 0, view};
    default: return Layer::stop(Layer::not_tcp);
  }
}

Layer decode_cooked(View view, std::uint32_t header_length, std::uint32_t protocol_at) {
  if (view.captured < header_length) return Layer::stop(Layer::cut_off);
  const std::uint16_t protocol = load_be16(view.data + protocol_at);
  (void)view.skip(header_length);
  constexpr std::uint16_t frame_802_2 = 4;
  if (protocol == frame_802_2) return decode_llc(view);
  return {Layer::Kind::ether_type, protocol, view};
}

Layer decode_pppoe(View view) {
  if (view.captured < 6) return Layer::stop(Layer::cut_off);
  const bool session = view.data[0] == 0x11 && view.data[1] == 0;
  const std::uint16_t length = load_be16(view.data + 4);
  (void)view.skip(6);
  if (!session) return Layer::stop(Layer::not_tcp);
  if (length <= view.wire) view.limit(length);
  return {Layer::Kind::ppp, 0, view};
}

}  // namespace

Layer decode_link(std::uint16_t link_type, View view) {
  switch (link_type) {
    case 0:                                           // NULL
    case 108: return decode_loopback(view);           // LOOP
    case 1: return {Layer::Kind::ethernet, 0, view};  // ETHERNET
    case 9:                                           // PPP
    case 50: return {Layer::Kind::ppp, 0, view};      // PPP_HDLC
    case 51: return decode_pppoe(view);               // PPP_ETHER
    case 12:                                          // DLT_RAW of most systems
    case 14:                                          // DLT_RAW of OpenBSD
    case 101: return {Layer::Kind::ip, 0, view};      // RAW
    case 113: return decode_cooked(view, 16, 14);     // LINUX_SLL
    case 276: return decode_cooked(view, 20, 0);      // LINUX_SLL2
    case 228: return {Layer::Kind::ipv4, 0, view};    // IPV4
    case 229: return {Layer::Kind::ipv6, 0, view};    // IPV6
    default: return Layer::stop(Layer::unknown_link);
  }
}

Layer decode_ethernet(View view) {
  if (view.captured < 14) return Layer::stop(Layer::cut_off);
  const std::uint16_t type = load_be16(view.data + 12);
  (void)view.skip(14);
  return decode_type_or_length(type, view);
}

Layer decode_ether_type(std::uint16_t type, View view) {
  switch (type) {
    case ether_type::ipv4: return {Layer::Kind::ipv4, 0, view};
    case ether_type::ipv6: return {Layer::Kind::ipv6, 0, view};
    case 0x8100:    // IEEE 802.1Q
    case 0x88a8:    // IEEE 802.1ad
    case 0x9100: {  // stacked tags before 802.1ad
      if (view.captured < 4) return Layer::stop(Layer::cut_off);
      const std::uint16_t inner = load_be16(view.data + 2);
      (void)view.skip(4);
      return decode_type_or_length(inner, view);
    }
    case 0x8847:  // MPLS
    case 0x8848: return decode_mpls(view);
    case 0x8864: return decode_pppoe(view);
    case 0x880b: return {Layer::Kind::ppp, 0, view};
    case ether_type::transparent_ethernet_bridging: return {Layer::Kind::ethernet, 0, view};
    default: return Layer::stop(Layer::not_tcp);
  }
}

Layer decode_mpls(View view) {
  if (view.captured < 4) return Layer::stop(Layer::cut_off);
  const bool bottom_of_stack = (view.data[2] & 1) != 0;
  (void)view.skip(4);
  if (!bottom_of_stack) return {Layer::Kind::ether_type, 0x8847, view};
  // The label says what follows, but only to the routers: go by the first nibble as they do (RFC 4928).
  if (view.captured == 0) return Layer::stop(Layer::cut_off);
  switch (view.data[0] >> 4) {
    case 4: return {Layer::Kind::ipv4, 0, view};
    case 6: return {Layer::Kind::ipv6, 0, view};
    case 0:  // a control word before an Ethernet frame
      if (!view.skip(4)) return Layer::stop(Layer::cut_off);
      return {Layer::Kind::ethernet, 0, view};
    default: return {Layer::Kind::ethernet, 0, view};
  }
}

Layer decode_ppp(View view) {
  if (view.captured >= 2 && load_be16(view.data) == 0xff03) (void)view.skip(2);  // HDLC address and control
  if (view.captured == 0) return Layer::stop(Layer::cut_off);
  std::uint16_t protocol = view.data[0];
  if ((protocol & 1) != 0) {  // a compressed protocol field has one byte, which is odd
    (void)view.skip(1);
  } else {
    if (view.captured < 2) return Layer::stop(Layer::cut_off);
    protocol = load_be16(view.data);
    (void)view.skip(2);
  }
  switch (protocol) {
    case 0x0021: return {Layer::Kind::ipv4, 0, view};
    case 0x0057: return {Layer::Kind::ipv6, 0, view};
    case 0x0281:
    case 0x0283: return {Layer::Kind::ether_type, 0x8847, view};
    default: return Layer::stop(Layer::not_tcp);
  }
}

}  // namespace rtmpscope::net
