// Tunnels over IP: GRE (RFC 2784, RFC 2890), ERSPAN (draft-foschiano-erspan), VXLAN (RFC 7348), Geneve (RFC
// 8926) and GTP-U (3GPP TS 29.281, section 5).
#include "net/layer.hpp"

namespace rtmpscope::net {
namespace {

constexpr std::uint16_t vxlan_port = 4789;
constexpr std::uint16_t linux_vxlan_port = 8472;  // the default of Linux, older than the assignment
constexpr std::uint16_t geneve_port = 6081;
constexpr std::uint16_t gtp_user_port = 2152;

/// Anything may use these UDP ports: payload without a valid tunnel header is not a malformed packet, but UDP
/// like any other.
Layer decode_vxlan(View view) {
  if (view.captured < 8) return Layer::stop(Layer::not_tcp);
  const bool valid = (view.data[0] & 0x08) != 0;  // I: the network identifier is valid
  (void)view.skip(8);
  return valid ? Layer{Layer::Kind::ethernet, 0, view} : Layer::stop(Layer::not_tcp);
}

Layer decode_geneve(View view) {
  if (view.captured < 8 || view.data[0] >> 6 != 0) return Layer::stop(Layer::not_tcp);
  const std::uint32_t options = (view.data[0] & 0x3fU) * 4;
  const std::uint16_t type = load_be16(view.data + 2);
  if (!view.skip(8 + options)) return Layer::stop(Layer::cut_off);
  return {Layer::Kind::ether_type, type, view};
}

Layer decode_gtp_user(View view) {
  constexpr std::uint8_t user_packet = 255;  // message type G-PDU
  if (view.captured < 8) return Layer::stop(Layer::not_tcp);
  const std::uint8_t flags = view.data[0];
  if ((flags & 0xf0) != 0x30 || view.data[1] != user_packet)
    return Layer::stop(Layer::not_tcp);  // version 1, PT
  const std::uint16_t length = load_be16(view.data + 2);
  (void)view.skip(8);
  if (length <= view.wire) view.limit(length);
  if ((flags & 0x07) != 0) {  // one of E, S, PN: all three fields are there
    if (view.captured < 4) return Layer::stop(Layer::cut_off);
    std::uint8_t next = (flags & 0x04) != 0 ? view.data[3] : std::uint8_t{0};
    (void)view.skip(4);
    while (next != 0) {
      if (view.captured == 0) return Layer::stop(Layer::cut_off);
      const std::uint32_t extension = view.data[0] * 4U;
      if (extension == 0) return Layer::stop(Layer::invalid);
      if (view.captured < extension) return Layer::stop(Layer::cut_off);
      next = view.data[extension - 1];
      (void)view.skip(extension);
    }
  }
  return {Layer::Kind::ip, 0, view};
}

/// Mirrored Ethernet frames. Type I has no header; type II has 8 bytes; both use this protocol type.
Layer decode_erspan(View view, bool has_sequence) {
  if (has_sequence && !view.skip(8)) return Layer::stop(Layer::cut_off);
  return {Layer::Kind::ethernet, 0, view};
}

Layer decode_erspan_type_3(View view) {
  if (view.captured < 12) return Layer::stop(Layer::cut_off);
  const bool subheader = (view.data[11] & 1) != 0;  // O
  if (!view.skip(subheader ? 20 : 12)) return Layer::stop(Layer::cut_off);
  return {Layer::Kind::ethernet, 0, view};
}

}  // namespace

Layer decode_gre(View view) {
  if (view.captured < 4) return Layer::stop(Layer::cut_off);
  const std::uint16_t flags = load_be16(view.data);
  const std::uint16_t type = load_be16(view.data + 2);
  constexpr std::uint16_t checksum = 0x8000;
  constexpr std::uint16_t routing = 0x4000;
  constexpr std::uint16_t key = 0x2000;
  constexpr std::uint16_t sequence = 0x1000;
  constexpr std::uint16_t version = 0x0007;
  if ((flags & (version | routing)) != 0) return Layer::stop(Layer::not_tcp);
  std::uint32_t header = 4;
  for (const std::uint16_t field : {checksum, key, sequence}) header += (flags & field) != 0 ? 4U : 0U;
  if (!view.skip(header)) return Layer::stop(Layer::cut_off);
  constexpr std::uint16_t erspan = 0x88be;
  constexpr std::uint16_t erspan_type_3 = 0x22eb;
  if (type == erspan) return decode_erspan(view, (flags & sequence) != 0);
  if (type == erspan_type_3) return decode_erspan_type_3(view);
  return {Layer::Kind::ether_type, type, view};
}

Layer decode_udp(const View datagram) {
  View view = datagram;
  if (view.captured < 8) return Layer::stop(Layer::not_tcp);
  const std::uint16_t port = load_be16(view.data + 2);
  const std::uint16_t length = load_be16(view.data + 4);
  if (length >= 8 && length <= view.wire) view.limit(length);
  const Layer whole{Layer::Kind::udp, 0, view};
  (void)view.skip(8);
  Layer inner = Layer::stop(Layer::not_tcp);
  switch (port) {
    case vxlan_port:
    case linux_vxlan_port: inner = decode_vxlan(view); break;
    case geneve_port: inner = decode_geneve(view); break;
    case gtp_user_port: inner = decode_gtp_user(view); break;
    default: break;
  }
  const bool is_tunnel = inner.kind != Layer::Kind::end || inner.number != Layer::not_tcp;
  return is_tunnel ? inner : whole;
}

}  // namespace rtmpscope::net
