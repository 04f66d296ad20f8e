// From a captured packet to its TCP segment or UDP datagram, through whatever it is wrapped in.
#pragma once

#include <utility>

#include "net/fragments.hpp"
#include "net/tcp_segment.hpp"
#include "net/udp_datagram.hpp"

namespace rtmpscope::net {

enum class DecodeResult : std::uint8_t {
  tcp,               ///< a segment
  udp,               ///< a datagram
  icmp,              ///< an ICMP error that quotes a TCP segment
  fragment_pending,  ///< a fragment of a datagram that is not complete yet
  not_tcp,           ///< something else, or a link type that is not known
  malformed,         ///< headers that are cut off or contradict themselves
};

struct DecodeCounters {
  std::uint64_t packets = 0;
  std::uint64_t tcp = 0;
  std::uint64_t udp = 0;
  std::uint64_t fragment_pending = 0;
  std::uint64_t not_tcp = 0;         ///< ICMP errors included
  std::uint64_t malformed = 0;       ///< the following three together
  std::uint64_t cut_in_headers = 0;  ///< by the snap length, mostly
  std::uint64_t invalid_headers = 0;
  std::uint64_t too_deep = 0;           ///< DecoderLimits::headers_per_packet
  std::uint64_t unknown_link_type = 0;  ///< part of not_tcp
  std::uint64_t cut_payloads = 0;       ///< part of tcp: segments of which the end was not captured
};

/// Decodes the headers of one packet after the other, in capture order (fragments need that).
///
/// Link types: NULL, ETHERNET, PPP, PPP_HDLC, PPP_ETHER, RAW (three numbers), LOOP, LINUX_SLL, LINUX_SLL2,
/// IPV4, IPV6. Within: VLAN tags, MPLS, PPPoE, IPv4 and IPv6 with fragments, IP in IP, GRE (and ERSPAN),
/// EtherIP, VXLAN, Geneve and GTP-U, nested up to DecoderLimits::headers_per_packet. Checksums are not
/// verified: machines that capture their own traffic see packets before the network card fills them in.
class PacketDecoder {
 public:
  /// `hash_seed` goes into TcpSegment::hash; see hash_of.
  explicit PacketDecoder(const DecoderLimits& limits = {}, std::uint64_t hash_seed = 0)
      : limits_(limits), hash_seed_(hash_seed), fragments_(limits) {}

  /// `wire_length` is the packet's length before the capture cut it. `out` is written for DecodeResult::tcp
  /// and DecodeResult::icmp (tcp_flag::quoted) only. Its payload points into `packet` or, after fragments,
  /// into this decoder's buffers. For DecodeResult::udp the same holds of `datagram()`.
  DecodeResult decode(Bytes packet, std::uint32_t wire_length, std::uint16_t link_type, PacketRef ref,
                      TcpSegment& out);

  /// What the last call of `decode` found, if it answered DecodeResult::udp.
  [[nodiscard]] const UdpDatagram& datagram() const { return datagram_; }

  /// Frees the buffers of defragmented datagrams: no segment decoded so far may be used any more.
  void release_buffers() { buffers_.clear(); }
  /// Hands the buffers over to whoever keeps segments for longer. Segments stay valid as long as the result
  /// lives.
  [[nodiscard]] DatagramBuffers take_buffers() { return std::exchange(buffers_, {}); }

  [[nodiscard]] const DecodeCounters& counters() const { return counters_; }
  [[nodiscard]] const FragmentReassembler& fragments() const { return fragments_; }

 private:
  /// The addresses of the innermost IP header so far.
  struct Addresses {
    const std::uint8_t* source = nullptr;
    const std::uint8_t* destination = nullptr;
    bool v6 = false;
    std::uint8_t hop_limit = 0;  ///< time to live (RFC 791, section 3.1), or hop limit (RFC 8200, section 3)
  };
  enum class Step : std::uint8_t { next, pending };

  DecodeResult decode_general(View view, std::uint16_t link_type, PacketRef ref, TcpSegment& out);
  DecodeResult decode_tcp(const Addresses& addresses, View view, PacketRef ref, TcpSegment& out);
  DecodeResult decode_icmp(const Addresses& addresses, View view, PacketRef ref, TcpSegment& out);
  DecodeResult decode_datagram(const Addresses& addresses, View view, PacketRef ref);
  DecodeResult reject(Layer::Ending why);
  Step decode_ipv4(Layer& layer, Addresses& addresses, Timestamp time);
  Step decode_ipv6(Layer& layer, Addresses& addresses);
  Step decode_ip_protocol(Layer& layer, const Addresses& addresses, Timestamp time);
  Step add_fragment(Layer& layer, const Addresses& addresses, std::uint32_t identification,
                    const Fragment& fragment, Timestamp time);

  DecoderLimits limits_;
  std::uint64_t hash_seed_;
  FragmentReassembler fragments_;
  DatagramBuffers buffers_;
  DecodeCounters counters_;
  UdpDatagram datagram_;
};

}  // namespace rtmpscope::net
