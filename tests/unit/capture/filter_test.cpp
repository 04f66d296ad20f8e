// Filter expressions on files.
#include <gmock/gmock.h>

#include "files.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::capture::test {
namespace {

using rtmpscope::test::hex;
using testing::HasSubstr;
using testing::StartsWith;

/// IPv4 and TCP without options or payload, from port 40000 to `port`.
File ip_packet(std::uint8_t port_low) {
  File ip =
      hex("4500 0028 0000 4000 4006 0000 7f000001 7f000001 9c40 0700 00000000 00000000 5010 ffff 0000 0000");
  ip[23] = port_low;
  return ip;
}

File ethernet_packet(std::uint8_t port_low) {
  return rtmpscope::test::concat(hex("000000000001 000000000002 0800"), ip_packet(port_low));
}

OwnedPacket owned_packet(std::uint64_t number, File bytes, std::uint16_t link_type = 1) {
  OwnedPacket packet;
  packet.wire_length = static_cast<std::uint32_t>(bytes.size());
  packet.bytes = std::move(bytes);
  packet.number = number;
  packet.link_type = link_type;
  return packet;
}

constexpr std::uint8_t rtmp_port = 0x8f;  // 1935 is 0x078f

std::vector<OwnedPacket> mixed_packets(std::size_t count) {
  std::vector<OwnedPacket> packets;
  for (std::size_t i = 1; i <= count; ++i) {
    packets.push_back(owned_packet(i, ethernet_packet(i % 3 == 0 ? rtmp_port : std::uint8_t{0x90})));
  }
  return packets;
}

TEST(Filter, PacketsKeepTheirNumbersInTheFile) {
  const auto packets = mixed_packets(100);
  for (const File& content : {make_pcap(packets), gzip(make_pcap(packets)), make_pcapng(packets)}) {
    for (const std::size_t batch_size : {1U, 2U, 1000U}) {
      auto source = open_memory(content, "test", {.filter = "tcp port 1935"});
      ASSERT_TRUE(source) << source.error().message;
      const auto passed = read_all(**source, batch_size);
      ASSERT_EQ(passed.size(), 33U);
      for (std::size_t i = 0; i < passed.size(); ++i) EXPECT_EQ(passed[i], packets[3 * i + 2]);
      EXPECT_EQ((*source)->statistics().packets, 33U);
      EXPECT_EQ((*source)->statistics().filtered_out, 67U);
      EXPECT_EQ((*source)->statistics().interfaces[0].packets, 33U);
      EXPECT_EQ((*source)->statistics().captured_bytes, 33U * 54U);
    }
  }
}

TEST(Filter, ASyntaxErrorIsAUsageErrorInOneLine) {
  const File pcap = make_pcap({});
  const File pcapng = make_pcapng({});
  PcapngBuilder no_interface;
  no_interface.section();
  for (const File& file : {pcap, pcapng, no_interface.file()}) {
    auto source = open_memory(file, "test", {.filter = "tcp prot 1935"});
    ASSERT_FALSE(source);
    EXPECT_EQ(source.error().kind, ErrorKind::usage);
    EXPECT_THAT(source.error().message, StartsWith("capture filter \"tcp prot 1935\": "));
    EXPECT_THAT(source.error().message, HasSubstr("syntax error"));
    EXPECT_THAT(source.error().message, testing::Not(HasSubstr("\n")));
  }
}

TEST(Filter, AnExpressionThatTheLinkTypeCannotHaveIsAUsageError) {
  const File file = make_pcap({}, {.link_type = 101});
  auto source = open_memory(file, "test", {.filter = "ether host 1:2:3:4:5:6"});
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().kind, ErrorKind::usage);
}

TEST(Filter, RawIpFilesAreFiltered) {
  // Its value in files is not the one that libpcap's compiler knows.
  const File file =
      make_pcap({owned_packet(1, ip_packet(rtmp_port), 101), owned_packet(2, ip_packet(0x90), 101)},
                {.link_type = 101});
  auto source = open_memory(file, "test", {.filter = "tcp port 1935"});
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ(read_all(**source).size(), 1U);
}

TEST(Filter, IsCompiledForEachLinkType) {
  PcapngBuilder builder;
  builder.section();
  builder.interface(1);
  builder.interface(101);
  for (std::uint32_t i = 0; i < 10; ++i) {
    builder.packet(0, i, owned_packet(1, ethernet_packet(rtmp_port)));
    builder.packet(1, i, owned_packet(1, ip_packet(rtmp_port)));
    builder.packet(0, i, owned_packet(1, ethernet_packet(0x90)));
    builder.packet(1, i, owned_packet(1, ip_packet(0x90)));
  }
  builder.interface(101);  // described later, with a link type that is known
  builder.packet(2, 0, owned_packet(1, ip_packet(rtmp_port)));
  auto source = open_memory(builder.file(), "test", {.filter = "tcp port 1935"});
  ASSERT_TRUE(source);
  EXPECT_EQ(read_all(**source).size(), 21U);
  EXPECT_TRUE((*source)->statistics().notes.empty());
}

TEST(Filter, LinkTypesForWhichItMakesNoSenseAreRejectedWithANote) {
  PcapngBuilder builder;
  builder.section();
  builder.interface(1);
  builder.interface(101);
  for (std::uint32_t i = 0; i < 10; ++i) {
    builder.packet(0, i, owned_packet(1, ethernet_packet(rtmp_port)));
    builder.packet(1, i, owned_packet(1, ip_packet(rtmp_port)));
  }
  auto source = open_memory(builder.file(), "test", {.filter = "ether host 0:0:0:0:0:1"});
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ(read_all(**source).size(), 10U);
  EXPECT_EQ((*source)->statistics().filtered_out, 10U);
  ASSERT_EQ((*source)->statistics().notes.size(), 1U);
  EXPECT_THAT((*source)->statistics().notes[0],
              StartsWith("the capture filter rejects all packets of link type 101: "));
}

TEST(Filter, LooksAtTheWireLength) {
  OwnedPacket cut = owned_packet(1, ethernet_packet(rtmp_port));
  cut.wire_length = 1514;
  const File file = make_pcap({cut, owned_packet(2, ethernet_packet(rtmp_port))});
  auto source = open_memory(file, "test", {.filter = "greater 1000"});
  ASSERT_TRUE(source);
  EXPECT_EQ(read_all(**source), std::vector{cut});
}

TEST(Filter, ThatRejectsEverythingComesBackNowAndThen) {
  const auto packets = mixed_packets(1000);
  const File file = make_pcap(packets);
  auto source = open_memory(file, "test", {.filter = "udp"});
  ASSERT_TRUE(source);
  PacketBatch batch;
  EXPECT_TRUE((*source)->read(batch, 10));
  EXPECT_TRUE(batch.packets.empty());
  EXPECT_TRUE(read_all(**source).empty());
  EXPECT_EQ((*source)->statistics().filtered_out, 1000U);
}

}  // namespace
}  // namespace rtmpscope::capture::test
