#include "net/packet_decoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/net/frames.hpp"

namespace rtmpscope::net::test {
namespace {

using rtmpscope::test::bytes_of;

constexpr std::uint16_t link_ethernet = 1;
constexpr PacketRef packet_ref{42, 1000};

struct Decoded {
  DecodeResult result;
  TcpSegment segment;
  std::string payload;
};

Decoded decode(PacketDecoder& decoder, const Packet& packet, std::uint16_t link_type,
               std::size_t wire_length = 0) {
  Decoded decoded{};
  decoded.result = decoder.decode(packet, static_cast<std::uint32_t>(std::max(wire_length, packet.size())),
                                  link_type, packet_ref, decoded.segment);
  if (decoded.result == DecodeResult::tcp) {
    decoded.payload = as_text({decoded.segment.payload, decoded.segment.payload_length});
  }
  return decoded;
}
Decoded decode(const Packet& packet, std::uint16_t link_type = link_ethernet, std::size_t wire_length = 0) {
  PacketDecoder decoder;
  return decode(decoder, packet, link_type, wire_length);
}

const Packet tcp_payload = bytes_of("C0C1");
const Packet ipv4_packet = ipv4(6, tcp(tcp_payload));
const Packet ipv6_packet = ipv6(6, tcp(tcp_payload));
const Packet ipv4_frame = ethernet(0x0800, ipv4_packet);
const Packet ipv6_frame = ethernet(0x86dd, ipv6_packet);

struct Case {
  std::string name;
  std::uint16_t link_type;
  Packet packet;
};

// long: a table
std::vector<Case> encapsulations() {
  const Packet erspan2 = hex("1001 0001 00000000");
  const Packet erspan3 = hex("20010001 00000000 00000000");
  return {
      {"Ethernet", 1, ipv4_frame},
      {"EthernetIpv6", 1, ipv6_frame},
      {"EthernetPadded", 1, concat(ipv4_frame, hex("0000000000"))},
      {"EthernetIpv6Padded", 1, concat(ipv6_frame, hex("0000000000"))},
      {"Ieee8023Snap", 1,
       ethernet(8 + static_cast<unsigned>(ipv4_packet.size()),
                concat(hex("aaaa03 000000 0800"), ipv4_packet))},
      {"Ipv4Options", 1, ethernet(0x0800, ipv4_with_options(6, tcp(tcp_payload)))},
      {"NullLittleEndian", 0, concat(hex("02000000"), ipv4_packet)},
      {"NullBigEndian", 0, concat(hex("00000002"), ipv4_packet)},
      {"NullIpv6Linux", 0, concat(hex("0a000000"), ipv6_packet)},
      {"NullIpv6Darwin", 0, concat(hex("1e000000"), ipv6_packet)},
      {"NullIpv6FreeBsd", 0, concat(hex("0000001c"), ipv6_packet)},
      {"NullIpv6OpenBsd", 0, concat(hex("18000000"), ipv6_packet)},
      {"NullIpv6Windows", 0, concat(hex("17000000"), ipv6_packet)},
      {"Loop", 108, concat(hex("00000002"), ipv4_packet)},
      {"Raw", 101, ipv4_packet},
      {"RawIpv6", 101, ipv6_packet},
      {"RawBsd", 12, ipv4_packet},
      {"RawOpenBsd", 14, ipv6_packet},
      {"Ipv4", 228, ipv4_packet},
      {"Ipv6", 229, ipv6_packet},
      {"Ppp", 9, concat(hex("ff03 0021"), ipv4_packet)},
      {"PppWithoutAddress", 9, concat(hex("0057"), ipv6_packet)},
      {"PppCompressedProtocol", 9, concat(hex("21"), ipv4_packet)},
      {"PppMpls", 9, concat(hex("0281"), mpls(true, ipv4_packet))},
      {"PppHdlc", 50, concat(hex("ff03 0021"), ipv4_packet)},
      {"PppEther", 51, concat(hex("1100 0001"), be16(2 + ipv4_packet.size()), hex("0021"), ipv4_packet)},
      {"LinuxCooked", 113, concat(hex("0000 0001 0006 020000000001 0000 0800"), ipv4_packet)},
      {"LinuxCooked2", 276, concat(hex("86dd 0000 00000002 0001 00 06 020000000001 0000"), ipv6_packet)},
      {"Vlan", 1, ethernet(0x8100, vlan(0x0800, ipv4_packet))},
      {"QinQ", 1, ethernet(0x88a8, vlan(0x8100, vlan(0x86dd, ipv6_packet)))},
      {"OldQinQ", 1, ethernet(0x9100, vlan(0x8100, vlan(0x0800, ipv4_packet)))},
      {"VlanSnap", 1,
       ethernet(0x8100, vlan(8 + static_cast<unsigned>(ipv4_packet.size()),
                             concat(hex("aaaa03 000000 0800"), ipv4_packet)))},
      {"Mpls", 1, ethernet(0x8847, mpls(true, ipv4_packet))},
      {"MplsTwoLabelsIpv6", 1, ethernet(0x8848, mpls(false, mpls(true, ipv6_packet)))},
      {"MplsPseudowire", 1, ethernet(0x8847, mpls(true, concat(hex("00000000"), ipv4_frame)))},
      {"MplsPseudowireWithoutControlWord", 1,
       ethernet(0x8847, mpls(true, concat(hex("22"), Packet(ipv4_frame.begin() + 1, ipv4_frame.end()))))},
      {"Pppoe", 1,
       ethernet(0x8864, concat(hex("1100 0001"), be16(2 + ipv4_packet.size()), hex("0021"), ipv4_packet,
                               hex("000000")))},
      {"IpInIp", 1, ethernet(0x0800, ipv4(4, ipv4_packet))},
      {"Ipv6InIpv4", 1, ethernet(0x0800, ipv4(41, ipv6_packet))},
      {"Ipv4InIpv6", 1, ethernet(0x86dd, ipv6(4, ipv4_packet))},
      {"Gre", 1, ethernet(0x0800, ipv4(47, gre(0, 0x0800, ipv4_packet)))},
      {"GreIpv6", 1, ethernet(0x86dd, ipv6(47, gre(0, 0x86dd, ipv6_packet)))},
      {"GreChecksum", 1, ethernet(0x0800, ipv4(47, gre(0x8000, 0x0800, ipv4_packet)))},
      {"GreKey", 1, ethernet(0x0800, ipv4(47, gre(0x2000, 0x0800, ipv4_packet)))},
      {"GreSequence", 1, ethernet(0x0800, ipv4(47, gre(0x1000, 0x0800, ipv4_packet)))},
      {"GreAllFields", 1, ethernet(0x0800, ipv4(47, gre(0xb000, 0x0800, ipv4_packet)))},
      {"GreEthernet", 1, ethernet(0x0800, ipv4(47, gre(0, 0x6558, ipv4_frame)))},
      {"GreMpls", 1, ethernet(0x0800, ipv4(47, gre(0, 0x8847, mpls(true, ipv4_packet))))},
      {"ErspanType1", 1, ethernet(0x0800, ipv4(47, gre(0, 0x88be, ipv4_frame)))},
      {"ErspanType2", 1, ethernet(0x0800, ipv4(47, gre(0x1000, 0x88be, concat(erspan2, ipv4_frame))))},
      {"ErspanType3", 1, ethernet(0x0800, ipv4(47, gre(0x1000, 0x22eb, concat(erspan3, ipv4_frame))))},
      {"ErspanType3Subheader", 1,
       ethernet(0x0800,
                ipv4(47, gre(0x1000, 0x22eb,
                             concat(hex("20010001 00000000 00000001 0000000000000000"), ipv4_frame))))},
      {"EtherIp", 1, ethernet(0x0800, ipv4(97, concat(hex("3000"), ipv4_frame)))},
      {"MplsInIp", 1, ethernet(0x0800, ipv4(137, mpls(true, ipv4_packet)))},
      {"Vxlan", 1, ethernet(0x0800, ipv4(17, vxlan(ipv4_frame)))},
      {"VxlanOverIpv6", 1, ethernet(0x86dd, ipv6(17, vxlan(ipv6_frame)))},
      {"VxlanLinuxPort", 1,
       ethernet(0x0800, ipv4(17, udp(8472, concat(hex("08000000 00002a00"), ipv4_frame))))},
      {"Geneve", 1, ethernet(0x0800, ipv4(17, udp(6081, concat(hex("0000 6558 00002a00"), ipv4_frame))))},
      {"GeneveOptions", 1,
       ethernet(0x0800,
                ipv4(17, udp(6081, concat(hex("0200 0800 00002a00 0102030405060708"), ipv4_packet))))},
      {"Gtp", 1,
       ethernet(0x0800, ipv4(17, udp(2152, concat(hex("30ff"), be16(ipv4_packet.size()), hex("00000001"),
                                                  ipv4_packet))))},
      {"GtpSequence", 1,
       ethernet(0x0800, ipv4(17, udp(2152, concat(hex("32ff"), be16(4 + ipv6_packet.size()),
                                                  hex("00000001 00010000"), ipv6_packet))))},
      {"GtpExtensionHeaders", 1,
       ethernet(0x0800, ipv4(17, udp(2152, concat(hex("34ff"), be16(16 + ipv4_packet.size()),
                                                  hex("00000001 00000085 01100085 02100000 00000000"),
                                                  ipv4_packet))))},
      {"VxlanInVlanInGre", 1,
       ethernet(0x8100,
                vlan(0x0800, ipv4(47, gre(0, 0x0800,
                                          ipv4(17, vxlan(ethernet(0x8100, vlan(0x0800, ipv4_packet))))))))},
      {"Ipv6HopByHop", 1, ethernet(0x86dd, ipv6(0, concat(hex("06 00 010400000000"), tcp(tcp_payload))))},
      {"Ipv6ManyHeaders", 1,
       ethernet(0x86dd,
                ipv6(0, concat(hex("3c 00 010400000000"), hex("2b 01 01040000000000000000000000 00"),
                               hex("87 00 000000000000"), hex("06 00 010400000000"), tcp(tcp_payload))))},
      {"Ipv6AtomicFragment", 1,
       ethernet(0x86dd, ipv6(44, concat(hex("06 00 0000 00000001"), tcp(tcp_payload))))},
      {"Ipv6Authentication", 1,
       ethernet(0x86dd, ipv6(51, concat(hex("06 04 0000 00000001 00000001 000000000000000000000000"),
                                        tcp(tcp_payload))))},
      {"Ipv4Authentication", 1,
       ethernet(0x0800, ipv4(51, concat(hex("06 04 0000 00000001 00000001 000000000000000000000000"),
                                        tcp(tcp_payload))))},
  };
}

TEST(PacketDecoder, FindsTheSegmentInEveryEncapsulation) {
  for (const Case& c : encapsulations()) {
    SCOPED_TRACE(c.name);
    const Decoded decoded = decode(c.packet, c.link_type);
    ASSERT_EQ(decoded.result, DecodeResult::tcp);
    const TcpSegment& s = decoded.segment;
    EXPECT_EQ(decoded.payload, "C0C1");
    EXPECT_EQ(s.wire_length, 4U);
    EXPECT_EQ(s.sequence, 0x01020304U);
    EXPECT_EQ(s.acknowledgement, 0x05060708U);
    EXPECT_EQ(s.flags, tcp_flag::psh | tcp_flag::ack);
    EXPECT_EQ(s.window, 512);
    EXPECT_EQ(s.hop_limit, 64);
    EXPECT_EQ(s.packet, packet_ref);
    EXPECT_FALSE(s.from_low);
    const bool v6 = s.key.address_length == 16;
    EXPECT_EQ(s.key.low().to_string(), v6 ? "[2001:db8::1]:1935" : "10.0.0.1:1935");
    EXPECT_EQ(s.key.high().to_string(), v6 ? "[2001:db8::2]:50000" : "10.0.0.2:50000");
  }
}

TEST(PacketDecoder, HopLimitIsThatOfTheInnermostHeader) {
  Packet inner = ipv4(6, tcp(tcp_payload));
  inner[8] = 9;
  Packet inner_v6 = ipv6(6, tcp(tcp_payload));
  inner_v6[7] = 250;
  EXPECT_EQ(decode(ethernet(0x0800, inner)).segment.hop_limit, 9);
  EXPECT_EQ(decode(ethernet(0x0800, ipv4(4, inner))).segment.hop_limit, 9);
  EXPECT_EQ(decode(ethernet(0x86dd, inner_v6)).segment.hop_limit, 250);
  EXPECT_EQ(decode(ethernet(0x0800, ipv4(41, inner_v6))).segment.hop_limit, 250);
}

// Whatever is cut off, the payload never reaches beyond what was captured, and its length on the wire stays
// known.
TEST(PacketDecoder, CopesWithEveryTruncationOfEveryEncapsulation) {
  for (const Case& c : encapsulations()) {
    SCOPED_TRACE(c.name);
    for (std::size_t length = 0; length < c.packet.size(); ++length) {
      const Packet cut(c.packet.begin(), c.packet.begin() + static_cast<std::ptrdiff_t>(length));
      const Decoded decoded = decode(cut, c.link_type, c.packet.size());
      if (decoded.result != DecodeResult::tcp) continue;
      EXPECT_EQ(decoded.segment.wire_length, 4U) << length;
      EXPECT_LE(decoded.segment.payload_length, 4U) << length;
      EXPECT_LE(decoded.segment.payload + decoded.segment.payload_length, cut.data() + cut.size()) << length;
      EXPECT_EQ(decoded.payload, std::string("C0C1").substr(0, decoded.payload.size())) << length;
    }
  }
}

TEST(PacketDecoder, KeysAreTheSameInBothDirections) {
  const Packet reply = ethernet(0x0800, concat(hex("4500 0028 0001 4000 4006 0000 0a000001 0a000002"),
                                               hex("078f c350 00000001 00000002 5010 0100 00000000")));
  const Decoded there = decode(ipv4_frame);
  const Decoded back = decode(reply);
  ASSERT_EQ(back.result, DecodeResult::tcp);
  EXPECT_TRUE(there.segment.key == back.segment.key);
  EXPECT_EQ(there.segment.hash, back.segment.hash);
  EXPECT_EQ(there.segment.host_pair_hash, back.segment.host_pair_hash);
  EXPECT_TRUE(back.segment.from_low);
  EXPECT_FALSE(there.segment.from_low);
}

TEST(PacketDecoder, OrdersEndpointsByAddressThenPort) {
  const auto key = [](std::string_view addresses, std::string_view ports) {
    return decode(ethernet(0x0800, concat(hex("4500 0028 0001 4000 4006 0000"), hex(addresses), hex(ports),
                                          hex("00000001 00000002 5010 0100 00000000"))));
  };
  EXPECT_EQ(key("0a000009 09ffffff", "0001 0002").segment.key.low().to_string(), "9.255.255.255:2");
  EXPECT_EQ(key("7f000001 7f000001", "0100 00ff").segment.key.low().to_string(), "127.0.0.1:255");
  EXPECT_TRUE(key("7f000001 7f000001", "00ff 0100").segment.from_low);
  EXPECT_FALSE(key("7f000001 7f000001", "0100 00ff").segment.from_low);
}

TEST(PacketDecoder, HostPairHashIgnoresPortsAndFlowHashDoesNot) {
  Packet other = ipv4_frame;
  other[14 + 20] ^= 1;
  const Decoded a = decode(ipv4_frame);
  const Decoded b = decode(other);
  EXPECT_EQ(a.segment.host_pair_hash, b.segment.host_pair_hash);
  EXPECT_NE(a.segment.hash, b.segment.hash);
  EXPECT_FALSE(a.segment.key == b.segment.key);
}

TEST(PacketDecoder, TellsHowMuchTheSnapLengthCutOff) {
  const Packet payload(1000, 'x');
  for (const Packet& frame :
       {ethernet(0x0800, ipv4(6, tcp(payload))), ethernet(0x86dd, ipv6(6, tcp(payload)))}) {
    PacketDecoder decoder;
    const Packet cut(frame.begin(), frame.begin() + 200);
    const Decoded decoded = decode(decoder, cut, link_ethernet, frame.size());
    ASSERT_EQ(decoded.result, DecodeResult::tcp);
    EXPECT_EQ(decoded.segment.wire_length, 1000U);
    EXPECT_EQ(decoded.segment.payload_length, 200U - (frame.size() - 1000));
    EXPECT_EQ(decoder.counters().cut_payloads, 1U);
  }
}

TEST(PacketDecoder, KnowsThePayloadLengthOfASegmentCutInItsOptions) {
  const Packet cut(ipv4_frame.begin(), ipv4_frame.begin() + 14 + 20 + 24);
  const Decoded decoded = decode(cut, link_ethernet, ipv4_frame.size());
  ASSERT_EQ(decoded.result, DecodeResult::tcp);
  EXPECT_EQ(decoded.segment.payload_length, 0U);
  EXPECT_EQ(decoded.segment.wire_length, 4U);
}

TEST(PacketDecoder, TakesTheFrameLengthWhereSegmentationIsOffloaded) {
  const Packet payload(70000, 'x');
  Packet frame = ethernet(0x0800, ipv4(6, tcp(payload)));
  frame[16] = frame[17] = 0;
  EXPECT_EQ(decode(frame).segment.wire_length, 70000U);
  Packet frame6 = ethernet(0x86dd, ipv6(6, tcp(payload)));
  frame6[18] = frame6[19] = 0;
  const Decoded decoded = decode(frame6);
  EXPECT_EQ(decoded.segment.wire_length, 70000U);
  EXPECT_EQ(decoded.segment.payload_length, 70000U);
}

TEST(PacketDecoder, SaysNotTcpToEverythingElse) {
  PacketDecoder decoder;
  const std::vector<Case> others{
      {"Arp", 1, ethernet(0x0806, Packet(28))},
      {"Icmp", 1, ethernet(0x0800, ipv4(1, ipv4_packet))},
      {"Icmpv6AfterHopByHop", 1, ethernet(0x86dd, ipv6(0, concat(hex("3a 00 010400000000"), Packet(20))))},
      {"ExtensionHeaderNumberInIpv4", 1, ethernet(0x0800, ipv4(60, Packet(40)))},
      {"PppoeDiscovery", 1, ethernet(0x8863, Packet(20))},
      {"PppoeSessionOfOtherVersion", 1, ethernet(0x8864, Packet(20))},
      {"PppLcp", 9, hex("ff03 c021 01010004")},
      {"SpanningTree", 1, ethernet(38, hex("424203 0000000000"))},
      {"EnhancedGre", 1, ethernet(0x0800, ipv4(47, gre(0x2001, 0x880b, Packet(20))))},
      {"LoopbackFamily", 0, hex("07000000 00000000")},
      {"RawOtherVersion", 101, hex("00 00")},
  };
  for (const Case& c : others) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(decode(decoder, c.packet, c.link_type).result, DecodeResult::not_tcp);
  }
  EXPECT_EQ(decoder.counters().not_tcp, others.size());
  EXPECT_EQ(decoder.counters().unknown_link_type, 0U);
  EXPECT_EQ(decode(decoder, ipv4_frame, 105).result, DecodeResult::not_tcp);
  EXPECT_EQ(decoder.counters().unknown_link_type, 1U);
}

/// A router at 10.0.0.2 says to 10.0.0.1 what became of its packet to 10.0.0.2.
Packet icmp_v4(const Packet& head, const Packet& quoted) {
  return ethernet(0x0800, ipv4(1, concat(head, quoted)));
}

TEST(PacketDecoder, IcmpErrorsQuoteASegment) {
  const Packet quoted = ipv4(6, tcp(tcp_payload));
  const Packet administrative = icmp_v4(hex("030a 0000 00000000"), quoted);  // facts point into it
  const Decoded error = decode(administrative);
  ASSERT_EQ(error.result, DecodeResult::icmp);
  const Decoded segment = decode(ipv4_frame);
  EXPECT_TRUE(error.segment.key == segment.segment.key);
  EXPECT_EQ(error.segment.hash, segment.segment.hash);
  EXPECT_EQ(error.segment.from_low, segment.segment.from_low);
  EXPECT_EQ(error.segment.sequence, 0x01020304U);
  EXPECT_EQ(error.segment.flags, tcp_flag::quoted);
  EXPECT_EQ(error.segment.wire_length, 0U);
  const IcmpFacts facts = error.segment.icmp_error();
  EXPECT_EQ(facts.type, 3);
  EXPECT_EQ(facts.code, 10);
  EXPECT_EQ(facts.mtu, 0U);
  EXPECT_FALSE(facts.v6);
  EXPECT_EQ(facts.reporter.to_string(), "10.0.0.2");
  const Packet too_big = icmp_v4(hex("0304 0000 00000578"), quoted);
  const Decoded big = decode(too_big);
  EXPECT_EQ(big.segment.icmp_error().mtu, 1400U);
}

TEST(PacketDecoder, IcmpV6ErrorsQuoteASegment) {
  const Packet big = ethernet(0x86dd, ipv6(58, concat(hex("0200 0000 00000500"), ipv6_packet)));
  const Decoded error = decode(big);
  ASSERT_EQ(error.result, DecodeResult::icmp);
  EXPECT_TRUE(error.segment.key == decode(ipv6_frame).segment.key);
  const IcmpFacts facts = error.segment.icmp_error();
  EXPECT_TRUE(facts.v6);
  EXPECT_EQ(facts.type, 2);
  EXPECT_EQ(facts.mtu, 1280U);
  EXPECT_EQ(facts.reporter.to_string(), "2001:db8::2");
}

TEST(PacketDecoder, OtherIcmpIsNotTcp) {
  const Packet quoted = ipv4(6, tcp(tcp_payload));
  EXPECT_EQ(decode(icmp_v4(hex("0800 0000 00000000"), quoted)).result,
            DecodeResult::not_tcp);  // an echo request
  EXPECT_EQ(decode(icmp_v4(hex("0303 0000 00000000"), ipv4(17, udp(53, tcp_payload)))).result,
            DecodeResult::not_tcp);
  EXPECT_EQ(decode(icmp_v4(hex("030a 0000 00000000"), ipv4(6, tcp(tcp_payload), 0x2001))).result,
            DecodeResult::not_tcp);  // not the first fragment
  EXPECT_EQ(decode(ethernet(0x86dd, ipv6(58, concat(hex("8700 0000 00000000"), ipv6_packet)))).result,
            DecodeResult::not_tcp);
  EXPECT_EQ(decode(ethernet(0x86dd, ipv6(58, concat(hex("0100 0000 00000000"), ipv4_packet)))).result,
            DecodeResult::not_tcp);
}

TEST(PacketDecoder, CopesWithEveryTruncationOfAnIcmpError) {
  for (const Packet& whole : {icmp_v4(hex("030a 0000 00000000"), ipv4_with_options(6, tcp(tcp_payload))),
                              ethernet(0x86dd, ipv6(58, concat(hex("0200 0000 00000500"), ipv6_packet)))}) {
    ASSERT_EQ(decode(whole).result, DecodeResult::icmp);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const Packet cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      const Decoded decoded = decode(cut, link_ethernet, whole.size());
      if (decoded.result != DecodeResult::icmp) continue;
      EXPECT_EQ(decoded.segment.sequence, 0x01020304U) << length;
    }
  }
}

TEST(PacketDecoder, FindsDatagramsInEveryEncapsulation) {
  const Packet datagram = udp(1935, bytes_of("IHello"));
  const Packet in_ipv4 = ipv4(17, datagram);
  const Packet in_ipv6 = ipv6(17, datagram);
  const std::vector<Case> cases{
      {"Ethernet", 1, ethernet(0x0800, in_ipv4)},
      {"EthernetIpv6", 1, ethernet(0x86dd, in_ipv6)},
      {"EthernetPadded", 1, concat(ethernet(0x0800, in_ipv4), hex("0000"))},
      {"Raw", 101, in_ipv4},
      {"LinuxCooked", 113, concat(hex("0000 0001 0006 020000000001 0000 0800"), in_ipv4)},
      {"Vlan", 1, ethernet(0x8100, vlan(0x0800, in_ipv4))},
      {"Mpls", 1, ethernet(0x8847, mpls(true, in_ipv4))},
      {"Gre", 1, ethernet(0x0800, ipv4(47, gre(0, 0x0800, in_ipv4)))},
      {"Vxlan", 1, ethernet(0x0800, ipv4(17, vxlan(ethernet(0x0800, in_ipv4))))},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    PacketDecoder decoder;
    ASSERT_EQ(decode(decoder, c.packet, c.link_type).result, DecodeResult::udp);
    const UdpDatagram& found = decoder.datagram();
    EXPECT_EQ(as_text(found.bytes()), "IHello");
    EXPECT_EQ(found.wire_length, 6U);
    EXPECT_FALSE(found.cut());
    EXPECT_EQ(found.packet, packet_ref);
    const bool v6 = found.key.address_length == 16;
    EXPECT_EQ(found.source().to_string(), v6 ? "[2001:db8::2]:40000" : "10.0.0.2:40000");
    EXPECT_EQ(found.destination().to_string(), v6 ? "[2001:db8::1]:1935" : "10.0.0.1:1935");
    EXPECT_EQ(decoder.counters().udp, 1U);
    EXPECT_EQ(decoder.counters().not_tcp, 0U);
  }
}

TEST(PacketDecoder, APortOfATunnelMayHaveOtherDatagrams) {
  for (const auto& [port, payload] : std::vector<std::pair<std::size_t, Packet>>{
           {4789, Packet(20)}, {6081, Packet(20, 0xff)}, {2152, hex("3201 0004 00000000 00000000")}}) {
    PacketDecoder decoder;
    const Packet frame = ethernet(0x0800, ipv4(17, udp(port, payload)));  // datagram() views it
    EXPECT_EQ(decode(decoder, frame, link_ethernet).result, DecodeResult::udp);
    EXPECT_EQ(Packet(decoder.datagram().bytes().begin(), decoder.datagram().bytes().end()), payload);
  }
}

TEST(PacketDecoder, TellsHowMuchOfADatagramIsMissing) {
  const Packet frame = ethernet(0x0800, ipv4(17, udp(1935, Packet(1000, 'x'))));
  for (std::size_t length = 0; length < frame.size(); ++length) {
    PacketDecoder decoder;
    const Packet cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(length));
    if (decode(decoder, cut, link_ethernet, frame.size()).result != DecodeResult::udp) continue;
    EXPECT_TRUE(decoder.datagram().cut());
    EXPECT_EQ(decoder.datagram().wire_length, 1000U);
    EXPECT_EQ(decoder.datagram().payload_length, length - (14 + 20 + 8));
  }
}

TEST(PacketDecoder, CountsMalformedHeaders) {
  struct Broken {
    std::string name;
    std::uint16_t link_type;
    Packet packet;
  };
  const auto with = [](Packet packet, std::size_t at, std::uint8_t value) {
    packet[at] = value;
    return packet;
  };
  const std::vector<Broken> invalid{
      {"Ipv4HeaderLength", 1, with(ipv4_frame, 14, 0x44)},
      {"Ipv4Version", 1, with(ipv4_frame, 14, 0x55)},
      {"Ipv6Version", 1, with(ipv6_frame, 14, 0x50)},
      {"Ipv4TotalLength", 1, with(with(ipv4_frame, 16, 0), 17, 19)},
      {"TcpBeyondTotalLength", 1, with(with(ipv4_frame, 16, 0), 17, 39)},
      {"TcpHeaderLength", 1, with(ipv4_frame, 14 + 20 + 12, 0x40)},
      {"TcpHeaderBeyondPacket", 1, with(ipv4_frame, 14 + 20 + 12, 0xf0)},
      {"GtpExtensionOfNoLength", 1,
       ethernet(0x0800, ipv4(17, udp(2152, hex("34ff 0008 00000001 00000085 00000000"))))},
  };
  for (const Broken& b : invalid) {
    SCOPED_TRACE(b.name);
    PacketDecoder decoder;
    EXPECT_EQ(decode(decoder, b.packet, b.link_type).result, DecodeResult::malformed);
    EXPECT_EQ(decoder.counters().invalid_headers, 1U);
    EXPECT_EQ(decoder.counters().malformed, 1U);
  }
  PacketDecoder decoder;
  EXPECT_EQ(decode(decoder, Packet(ipv4_frame.begin(), ipv4_frame.begin() + 50), 1, ipv4_frame.size()).result,
            DecodeResult::malformed);
  EXPECT_EQ(decode(decoder, {}, 1, 60).result, DecodeResult::malformed);
  EXPECT_EQ(decode(decoder, {}, 101, 60).result, DecodeResult::malformed);
  EXPECT_EQ(decoder.counters().cut_in_headers, 3U);
}

TEST(PacketDecoder, GivesUpWhereHeadersAreNestedTooDeep) {
  DecoderLimits limits;
  limits.headers_per_packet = 10;
  const auto nested = [](int depth) {
    Packet packet = ipv4_packet;
    for (int i = 0; i < depth; ++i) packet = ipv4(4, packet);
    return packet;
  };
  PacketDecoder decoder(limits);
  EXPECT_EQ(decode(decoder, nested(3), 228).result, DecodeResult::tcp);
  EXPECT_EQ(decode(decoder, nested(5), 228).result, DecodeResult::malformed);
  EXPECT_EQ(decoder.counters().too_deep, 1U);
}

TEST(PacketDecoder, SeedChangesHashesOnly) {
  PacketDecoder a(DecoderLimits{}, 1);
  PacketDecoder b(DecoderLimits{}, 2);
  const Decoded x = decode(a, ipv4_frame, 1);
  const Decoded y = decode(b, ipv4_frame, 1);
  EXPECT_TRUE(x.segment.key == y.segment.key);
  EXPECT_NE(x.segment.hash, y.segment.hash);
  EXPECT_NE(x.segment.host_pair_hash, y.segment.host_pair_hash);
}

}  // namespace
}  // namespace rtmpscope::net::test
