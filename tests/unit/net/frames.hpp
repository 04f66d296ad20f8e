// Hand-made packets.
#pragma once

#include "support/bytes.hpp"

namespace rtmpscope::net::test {

using Packet = std::vector<std::uint8_t>;
using rtmpscope::test::concat;
using rtmpscope::test::hex;

inline Packet be16(std::size_t value) {
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}
inline Packet be32(std::size_t value) {
  return concat(be16(value >> 16), be16(value & 0xffff));
}

/// The segment that all encapsulations carry: ports 50000 -> 1935, sequence 0x01020304, acknowledgement
/// 0x05060708, PSH ACK, window 512, 12 bytes of options.
inline Packet tcp(const Packet& payload) {
  return concat(hex("c350 078f 01020304 05060708 8018 0200 0000 0000 0101080a 00000001 00000002"), payload);
}
inline Packet udp(std::size_t port, const Packet& payload) {
  return concat(be16(40000), be16(port), be16(8 + payload.size()), be16(0), payload);
}
/// 10.0.0.2 -> 10.0.0.1
inline Packet ipv4(unsigned protocol, const Packet& payload, unsigned fragment_field = 0x4000,
                   unsigned id = 7) {
  return concat(hex("4500"), be16(20 + payload.size()), be16(id), be16(fragment_field),
                be16(64U << 8 | protocol), be16(0), hex("0a000002 0a000001"), payload);
}
/// 10.0.0.2 -> 10.0.0.1 with four bytes of options
inline Packet ipv4_with_options(unsigned protocol, const Packet& payload) {
  return concat(hex("4600"), be16(24 + payload.size()), be16(7), be16(0), be16(64U << 8 | protocol), be16(0),
                hex("0a000002 0a000001 01010101"), payload);
}
/// 2001:db8::2 -> 2001:db8::1
inline Packet ipv6(unsigned next_header, const Packet& payload) {
  return concat(hex("60000000"), be16(payload.size()), be16(next_header << 8 | 64),
                hex("20010db8000000000000000000000002 20010db8000000000000000000000001"), payload);
}
inline Packet ethernet(unsigned type, const Packet& payload) {
  return concat(hex("020000000001 020000000002"), be16(type), payload);
}
inline Packet vlan(unsigned inner_type, const Packet& payload) {
  return concat(hex("6064"), be16(inner_type), payload);
}
inline Packet mpls(bool bottom, const Packet& payload) {
  return concat(hex(bottom ? "00064140" : "00065040"), payload);
}
inline Packet gre(unsigned flags, unsigned type, const Packet& payload) {
  Packet fields;
  for (const unsigned flag : {0x8000U, 0x2000U, 0x1000U}) {
    if ((flags & flag) != 0) fields = concat(fields, hex("deadbeef"));
  }
  return concat(be16(flags), be16(type), fields, payload);
}
inline Packet vxlan(const Packet& frame) {
  return udp(4789, concat(hex("08000000 00002a00"), frame));
}

}  // namespace rtmpscope::net::test
