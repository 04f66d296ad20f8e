#include "net/packet_decoder.hpp"

namespace rtmpscope::net {
namespace {

constexpr std::uint32_t ethernet_header_size = 14;
constexpr std::uint32_t ipv4_header_size = 20;
constexpr std::uint32_t ipv6_header_size = 40;
constexpr std::uint32_t tcp_header_size = 20;

// EtherType and the first byte of IPv4 as they lie in memory, so that the usual case costs one comparison
// each.
bool is_plain_ipv4(const std::uint8_t* frame) {
  return load_be16(frame + 12) == ether_type::ipv4 && frame[14] == 0x45;
}

/// `from` and `to`: the addresses as FlowKey has them. `out`: a TcpSegment or UdpDatagram.
template <typename Out>
void set_key(const std::array<std::uint64_t, 2>& from, const std::array<std::uint64_t, 2>& to, bool from_low,
             std::uint16_t source_port, std::uint16_t destination_port, Out& out) {
  out.key.low_address = from_low ? from : to;
  out.key.high_address = from_low ? to : from;
  out.key.low_port = from_low ? source_port : destination_port;
  out.key.high_port = from_low ? destination_port : source_port;
  out.from_low = from_low;
}

template <typename Out>
void set_key_v4(const std::uint8_t* source, const std::uint8_t* destination, const std::uint8_t* ports,
                Out& out) {
  const std::uint32_t from = load_le32(source);
  const std::uint32_t to = load_le32(destination);
  const std::uint16_t source_port = load_be16(ports);
  const std::uint16_t destination_port = load_be16(ports + 2);
  const bool from_low = (std::uint64_t{__builtin_bswap32(from)} << 16 | source_port) <=
                        (std::uint64_t{__builtin_bswap32(to)} << 16 | destination_port);
  set_key({from, 0}, {to, 0}, from_low, source_port, destination_port, out);
  out.key.address_length = 4;
}

template <typename Out>
void set_key_v6(const std::uint8_t* source, const std::uint8_t* destination, const std::uint8_t* ports,
                Out& out) {
  std::array<std::uint64_t, 2> from;
  std::array<std::uint64_t, 2> to;
  std::memcpy(from.data(), source, 16);
  std::memcpy(to.data(), destination, 16);
  const std::uint16_t source_port = load_be16(ports);
  const std::uint16_t destination_port = load_be16(ports + 2);
  const std::array numbers_from = {__builtin_bswap64(from[0]), __builtin_bswap64(from[1]),
                                   std::uint64_t{source_port}};
  const std::array numbers_to = {__builtin_bswap64(to[0]), __builtin_bswap64(to[1]),
                                 std::uint64_t{destination_port}};
  set_key(from, to, numbers_from <= numbers_to, source_port, destination_port, out);
  out.key.address_length = 16;
}

}  // namespace

DecodeResult PacketDecoder::decode(Bytes packet, std::uint32_t wire_length, std::uint16_t link_type,
                                   PacketRef ref, TcpSegment& out) {
  ++counters_.packets;
  const auto captured = static_cast<std::uint32_t>(packet.size());
  View view{packet.data(), captured, std::max(captured, wire_length)};

  constexpr std::uint16_t link_ethernet = 1;
  if (link_type == link_ethernet && captured >= ethernet_header_size + ipv4_header_size + tcp_header_size) {
    const std::uint8_t* ip = view.data + ethernet_header_size;
    if (is_plain_ipv4(view.data)) {
      const std::uint32_t total = load_be16(ip + 2);
      if (ip[9] == ip_protocol::tcp && (load_be16(ip + 6) & 0x3fff) == 0 &&
          total >= ipv4_header_size + tcp_header_size) {
        (void)view.skip(ethernet_header_size + ipv4_header_size);
        view.limit(total - ipv4_header_size);
        return decode_tcp({ip + 12, ip + 16, false, ip[8]}, view, ref, out);
      }
    } else if (load_be16(view.data + 12) == ether_type::ipv6 && ip[0] >> 4 == 6 &&
               ip[6] == ip_protocol::tcp) {
      const std::uint32_t length = load_be16(ip + 4);
      if (captured >= ethernet_header_size + ipv6_header_size + tcp_header_size &&
          length >= tcp_header_size) {
        (void)view.skip(ethernet_header_size + ipv6_header_size);
        view.limit(length);
        return decode_tcp({ip + 8, ip + 24, true, ip[7]}, view, ref, out);
      }
    }
  }
  return decode_general(view, link_type, ref, out);
}

DecodeResult PacketDecoder::decode_general(View view, std::uint16_t link_type, PacketRef ref,
                                           TcpSegment& out) {
  Addresses addresses;
  Layer layer = decode_link(link_type, view);
  for (std::uint32_t depth = 0; depth < limits_.headers_per_packet; ++depth) {
    Step step = Step::next;
    switch (layer.kind) {
      case Layer::Kind::ethernet: layer = decode_ethernet(layer.view); break;
      case Layer::Kind::ether_type: layer = decode_ether_type(layer.number, layer.view); break;
      case Layer::Kind::ppp: layer = decode_ppp(layer.view); break;
      case Layer::Kind::ip: {
        const std::uint8_t version =
            layer.view.captured == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(layer.view.data[0] >> 4);
        if (layer.view.captured == 0) return reject(Layer::cut_off);
        if (version != 4 && version != 6) return reject(Layer::not_tcp);
        layer.kind = version == 4 ? Layer::Kind::ipv4 : Layer::Kind::ipv6;
        break;
      }
      case Layer::Kind::ipv4: step = decode_ipv4(layer, addresses, ref.time); break;
      case Layer::Kind::ipv6: step = decode_ipv6(layer, addresses); break;
      case Layer::Kind::ip_protocol:
        if (layer.number == ip_protocol::tcp) return decode_tcp(addresses, layer.view, ref, out);
        if (layer.number == (addresses.v6 ? ip_protocol::icmp_v6 : ip_protocol::icmp))
          return decode_icmp(addresses, layer.view, ref, out);
        step = decode_ip_protocol(layer, addresses, ref.time);
        break;
      case Layer::Kind::udp: return decode_datagram(addresses, layer.view, ref);
      case Layer::Kind::end: return reject(static_cast<Layer::Ending>(layer.number));
    }
    if (step == Step::pending) {
      ++counters_.fragment_pending;
      return DecodeResult::fragment_pending;
    }
  }
  if (layer.kind == Layer::Kind::end) return reject(static_cast<Layer::Ending>(layer.number));
  ++counters_.malformed;
  ++counters_.too_deep;
  return DecodeResult::malformed;
}

DecodeResult PacketDecoder::reject(Layer::Ending why) {
  switch (why) {
    case Layer::unknown_link: ++counters_.unknown_link_type; [[fallthrough]];
    case Layer::not_tcp: ++counters_.not_tcp; return DecodeResult::not_tcp;
    case Layer::cut_off: ++counters_.cut_in_headers; break;
    case Layer::invalid: ++counters_.invalid_headers; break;
  }
  ++counters_.malformed;
  return DecodeResult::malformed;
}

DecodeResult PacketDecoder::decode_tcp(const Addresses& addresses, View view, PacketRef ref,
                                       TcpSegment& out) {
  if (view.captured < tcp_header_size)
    return reject(view.wire < tcp_header_size ? Layer::invalid : Layer::cut_off);
  const std::uint8_t* tcp = view.data;
  const std::uint32_t header = (tcp[12] >> 4) * 4U;
  if (header < tcp_header_size || header > view.wire) return reject(Layer::invalid);
  (addresses.v6 ? set_key_v6<TcpSegment> : set_key_v4<TcpSegment>)(addresses.source, addresses.destination,
                                                                   tcp, out);
  const FlowHashes hashes = hash_of(out.key, hash_seed_);
  out.hash = hashes.flow;
  out.host_pair_hash = hashes.host_pair;
  out.sequence = load_be32(tcp + 4);
  out.acknowledgement = load_be32(tcp + 8);
  out.flags = static_cast<std::uint8_t>(tcp[13] & 0x3f);
  out.window = load_be16(tcp + 14);
  out.hop_limit = addresses.hop_limit;
  out.packet = ref;
  // Cut within the options: nothing of the payload is there, but how long it was is known.
  const std::uint32_t header_captured = std::min(header, view.captured);
  out.payload = tcp + header_captured;
  out.header_length = static_cast<std::uint8_t>(header_captured);
  out.payload_length = view.captured - header_captured;
  out.wire_length = view.wire - header;
  if (out.payload_length < out.wire_length) ++counters_.cut_payloads;
  ++counters_.tcp;
  return DecodeResult::tcp;
}

/// Errors quote the IP header and at least 8 bytes of what follows (RFC 792; RFC 4443, section 3): ports and
/// sequence number of TCP. Anything else is not TCP.
DecodeResult PacketDecoder::decode_icmp(const Addresses& addresses, View view, PacketRef ref,
                                        TcpSegment& out) {
  constexpr std::uint32_t icmp_header_size = 8;
  constexpr std::uint32_t quoted_size = 8;
  const std::uint32_t ip_size = addresses.v6 ? ipv6_header_size : ipv4_header_size;
  if (view.captured < icmp_header_size + ip_size + quoted_size) return reject(Layer::not_tcp);
  const std::uint8_t* icmp = view.data;
  const std::uint8_t type = icmp[0];
  const std::uint8_t* quoted = icmp + icmp_header_size;
  const bool error = addresses.v6 ? type >= 1 && type <= 4 : type == 3 || type == 11 || type == 12;
  std::uint32_t header = ip_size;
  if (!addresses.v6) header = (quoted[0] & 0x0fU) * 4;
  const bool first_fragment = addresses.v6 || (load_be16(quoted + 6) & 0x1fff) == 0;
  const std::uint16_t protocol = quoted[addresses.v6 ? 6 : 9];
  if (!error || quoted[0] >> 4 != (addresses.v6 ? 6 : 4) || header < ip_size || !first_fragment ||
      protocol != ip_protocol::tcp || view.captured < icmp_header_size + header + quoted_size)
    return reject(Layer::not_tcp);
  const std::uint8_t* tcp = quoted + header;
  (addresses.v6 ? set_key_v6<TcpSegment> : set_key_v4<TcpSegment>)(quoted + (addresses.v6 ? 8 : 12),
                                                                   quoted + (addresses.v6 ? 24 : 16), tcp,
                                                                   out);
  const FlowHashes hashes = hash_of(out.key, hash_seed_);
  out.hash = hashes.flow;
  out.host_pair_hash = hashes.host_pair;
  out.sequence = load_be32(tcp + 4);
  const bool too_big = addresses.v6 ? type == 2 : type == 3 && icmp[1] == 4;
  // RFC 1191, section 4; RFC 4443, section 3.2
  out.acknowledgement = !too_big ? 0 : addresses.v6 ? load_be32(icmp + 4) : load_be16(icmp + 6);
  out.flags = tcp_flag::quoted;
  out.window = static_cast<std::uint16_t>(type << 8 | icmp[1]);
  out.hop_limit = 0;
  out.packet = ref;
  out.payload = addresses.source;
  out.payload_length = addresses.v6 ? 16 : 4;
  out.header_length = 0;
  out.wire_length = 0;
  ++counters_.not_tcp;
  return DecodeResult::icmp;
}

/// `view` has a whole UDP header (RFC 768).
DecodeResult PacketDecoder::decode_datagram(const Addresses& addresses, View view, PacketRef ref) {
  (addresses.v6 ? set_key_v6<UdpDatagram> : set_key_v4<UdpDatagram>)(addresses.source, addresses.destination,
                                                                     view.data, datagram_);
  datagram_.hash = hash_of(datagram_.key, hash_seed_).flow;
  (void)view.skip(8);
  datagram_.packet = ref;
  datagram_.payload = view.data;
  datagram_.payload_length = view.captured;
  datagram_.wire_length = view.wire;
  ++counters_.udp;
  return DecodeResult::udp;
}

PacketDecoder::Step PacketDecoder::decode_ipv4(Layer& layer, Addresses& addresses, Timestamp time) {
  View view = layer.view;
  const std::uint8_t* ip = view.data;
  if (view.captured < ipv4_header_size) {
    layer = Layer::stop(Layer::cut_off);
    return Step::next;
  }
  const std::uint32_t header = (ip[0] & 0x0fU) * 4;
  std::uint32_t total = load_be16(ip + 2);
  if (total == 0) total = view.wire;  // left to the network card, which splits the packet (TSO)
  if (ip[0] >> 4 != 4 || header < ipv4_header_size || total < header) {
    layer = Layer::stop(Layer::invalid);
    return Step::next;
  }
  if (view.captured < header) {
    layer = Layer::stop(Layer::cut_off);
    return Step::next;
  }
  view.limit(total);
  (void)view.skip(header);
  addresses = {ip + 12, ip + 16, false, ip[8]};
  const std::uint16_t protocol = ip[9];
  const std::uint16_t fragment = load_be16(ip + 6);
  if ((fragment & 0x3fff) == 0) {
    layer = {Layer::Kind::ip_protocol, protocol, view};
    return Step::next;
  }
  return add_fragment(layer, addresses, load_be16(ip + 4),
                      {(fragment & 0x1fffU) * 8, (fragment & 0x2000) != 0, protocol, view}, time);
}

PacketDecoder::Step PacketDecoder::decode_ipv6(Layer& layer, Addresses& addresses) {
  View view = layer.view;
  const std::uint8_t* ip = view.data;
  if (view.captured < ipv6_header_size) {
    layer = Layer::stop(Layer::cut_off);
    return Step::next;
  }
  if (ip[0] >> 4 != 6) {
    layer = Layer::stop(Layer::invalid);
    return Step::next;
  }
  const std::uint32_t length = load_be16(ip + 4);
  (void)view.skip(ipv6_header_size);
  if (length != 0) view.limit(length);  // 0: a jumbogram, or left to the network card
  addresses = {ip + 8, ip + 24, true, ip[7]};
  layer = {Layer::Kind::ip_protocol, ip[6], view};
  return Step::next;
}

PacketDecoder::Step PacketDecoder::decode_ip_protocol(Layer& layer, const Addresses& addresses,
                                                      Timestamp time) {
  View view = layer.view;
  switch (layer.number) {
    case ip_protocol::ipv4: layer.kind = Layer::Kind::ipv4; return Step::next;
    case ip_protocol::ipv6: layer.kind = Layer::Kind::ipv6; return Step::next;
    case ip_protocol::gre: layer = decode_gre(view); return Step::next;
    case ip_protocol::udp: layer = decode_udp(view); return Step::next;
    case ip_protocol::mpls: layer = decode_mpls(view); return Step::next;
    case ip_protocol::ether_ip:  // RFC 3378: two bytes, then the frame
      layer = view.skip(2) ? Layer{Layer::Kind::ethernet, 0, view} : Layer::stop(Layer::cut_off);
      return Step::next;
    case ip_protocol::hop_by_hop:
    case ip_protocol::routing:
    case ip_protocol::destination_options:
    case ip_protocol::mobility:
    case ip_protocol::authentication:
    case ip_protocol::fragment: break;
    default: layer = Layer::stop(Layer::not_tcp); return Step::next;
  }
  // Extension headers (RFC 8200, section 4). Authentication (RFC 4302) exists for IPv4, too.
  const bool authentication = layer.number == ip_protocol::authentication;
  if (!addresses.v6 && !authentication) {
    layer = Layer::stop(Layer::not_tcp);
    return Step::next;
  }
  if (view.captured < 8) {
    layer = Layer::stop(Layer::cut_off);
    return Step::next;
  }
  const std::uint16_t next = view.data[0];
  if (layer.number == ip_protocol::fragment) {
    const std::uint16_t field = load_be16(view.data + 2);
    const std::uint32_t identification = load_be32(view.data + 4);
    (void)view.skip(8);
    const Fragment fragment{field & 0xfff8U, (field & 1) != 0, next, view};
    if (fragment.offset == 0 && !fragment.more) {  // an atomic fragment (RFC 6946) is whole
      layer = {Layer::Kind::ip_protocol, next, view};
      return Step::next;
    }
    return add_fragment(layer, addresses, identification, fragment, time);
  }
  const std::uint32_t length = authentication ? (view.data[1] + 2U) * 4 : (view.data[1] + 1U) * 8;
  layer = view.skip(length) ? Layer{Layer::Kind::ip_protocol, next, view} : Layer::stop(Layer::cut_off);
  return Step::next;
}

PacketDecoder::Step PacketDecoder::add_fragment(Layer& layer, const Addresses& addresses,
                                                std::uint32_t identification, const Fragment& fragment,
                                                Timestamp time) {
  DatagramKey key;
  const std::size_t length = addresses.v6 ? 16 : 4;
  std::memcpy(key.source.data(), addresses.source, length);
  std::memcpy(key.destination.data(), addresses.destination, length);
  key.identification = identification;
  key.version = addresses.v6 ? 6 : 4;
  key.protocol = addresses.v6 ? std::uint16_t{0} : fragment.protocol;
  const std::optional<FragmentReassembler::Datagram> datagram = fragments_.add(key, fragment, time, buffers_);
  if (!datagram) return Step::pending;
  layer = {Layer::Kind::ip_protocol, datagram->protocol, datagram->payload};
  return Step::next;
}

}  // namespace rtmpscope::net
