// What the header decoders of this folder pass to each other. Internal to net.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/byte_order.hpp"
#include "base/bytes.hpp"

namespace rtmpscope::net {

/// The rest of a packet: what was captured of it, and how long it was on the wire.
struct View {
  const std::uint8_t* data = nullptr;
  std::uint32_t captured = 0;
  std::uint32_t wire = 0;  ///< at least `captured`

  /// Moves over a header; false if it is not there completely.
  [[nodiscard]] bool skip(std::uint32_t length) {
    if (captured < length) return false;
    data += length;
    captured -= length;
    wire -= length;
    return true;
  }
  /// A length field says that `length` bytes are left: cuts off padding, and shows how much was not captured.
  void limit(std::uint32_t length) {
    wire = length;
    captured = std::min(captured, length);
  }
};

/// What comes next in a packet.
struct Layer {
  enum class Kind : std::uint8_t {
    ethernet,
    ether_type,  ///< payload of the EtherType `number`
    ip,          ///< IPv4 or IPv6, by the version field
    ipv4,
    ipv6,
    ip_protocol,  ///< payload of the IP protocol or IPv6 next header `number`
    ppp,          ///< PPP, from its protocol field on
    udp,          ///< UDP that is no tunnel, from its header on
    end,          ///< neither TCP nor UDP here, for the reason `number` (an Ending)
  };
  enum Ending : std::uint16_t { not_tcp, cut_off, invalid, unknown_link };

  Kind kind = Kind::end;
  std::uint16_t number = not_tcp;
  View view;

  static Layer stop(Ending why) { return {Kind::end, why, {}}; }
};

namespace ether_type {
inline constexpr std::uint16_t ipv4 = 0x0800;
inline constexpr std::uint16_t ipv6 = 0x86dd;
inline constexpr std::uint16_t transparent_ethernet_bridging = 0x6558;
}  // namespace ether_type

namespace ip_protocol {
inline constexpr std::uint16_t hop_by_hop = 0;
inline constexpr std::uint16_t icmp = 1;
inline constexpr std::uint16_t ipv4 = 4;
inline constexpr std::uint16_t tcp = 6;
inline constexpr std::uint16_t udp = 17;
inline constexpr std::uint16_t ipv6 = 41;
inline constexpr std::uint16_t routing = 43;
inline constexpr std::uint16_t fragment = 44;
inline constexpr std::uint16_t gre = 47;
inline constexpr std::uint16_t authentication = 51;
inline constexpr std::uint16_t icmp_v6 = 58;
inline constexpr std::uint16_t destination_options = 60;
inline constexpr std::uint16_t ether_ip = 97;
inline constexpr std::uint16_t mobility = 135;
inline constexpr std::uint16_t mpls = 137;
}  // namespace ip_protocol

// link.cpp
[[nodiscard]] Layer decode_link(std::uint16_t link_type, View view);
[[nodiscard]] Layer decode_ethernet(View view);
[[nodiscard]] Layer decode_ether_type(std::uint16_t type, View view);
[[nodiscard]] Layer decode_mpls(View view);
[[nodiscard]] Layer decode_ppp(View view);

// tunnel.cpp
[[nodiscard]] Layer decode_gre(View view);
[[nodiscard]] Layer decode_udp(View view);

}  // namespace rtmpscope::net
