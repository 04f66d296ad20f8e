// Captures that other programs wrote.
#include <gmock/gmock.h>

#include "files.hpp"

namespace rtmpscope::capture::test {
namespace {

using testing::StartsWith;

struct Row {
  const char* file;
  const char* format;
  std::size_t packets;
  std::uint64_t captured_bytes;
  std::uint64_t wire_bytes;
  Timestamp first;
  Timestamp last;
};

// The numbers are what tshark 4.0.17 prints.
const Row rows[] = {
    {"pcapng_two_interfaces.pcapng", "pcapng", 816, 182768, 182768, 1795381958770873013, 1795381960968469133},
    {"rtmps_tls13_rtmpdump_nginx_dsb.pcapng", "pcapng", 17, 5112, 5112, 1795379174584959000,
     1795379174587777000},
    {"snaplen_96.pcap", "pcap", 764, 57799, 176897, 1795381927849416000, 1795381932046573000},
    {"link_sll2.pcap", "pcap", 1114, 286608, 286608, 1795381307015915000, 1795381311170631000},
    {"err_plain_http_on_1935.pcap", "pcap", 8, 579, 579, 1795378631113515000, 1795378633114245000},
};

std::string sample(const std::string& file) {
  return std::string(RTMPSCOPE_SAMPLES) + "/" + file;
}

TEST(RealFiles, PacketsAreThoseThatWiresharkSees) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.file);
    auto source = open_file(sample(row.file));
    ASSERT_TRUE(source) << source.error().message;
    const auto packets = read_all(**source, 100);
    const SourceStatistics& statistics = (*source)->statistics();
    EXPECT_EQ((*source)->format(), row.format);
    EXPECT_FALSE((*source)->fault());
    ASSERT_EQ(packets.size(), row.packets);
    EXPECT_EQ(statistics.captured_bytes, row.captured_bytes);
    EXPECT_EQ(statistics.wire_bytes, row.wire_bytes);
    EXPECT_EQ(packets.front().time, row.first);
    EXPECT_EQ(packets.back().time, row.last);
    EXPECT_EQ(packets.back().number, row.packets);
  }
}

TEST(RealFiles, DumpcapsTwoInterfacesHaveTheirLinkTypes) {
  auto source = open_file(sample("pcapng_two_interfaces.pcapng"));
  ASSERT_TRUE(source);
  const auto packets = read_all(**source, 100);
  const auto& interfaces = (*source)->statistics().interfaces;
  ASSERT_EQ(interfaces.size(), 2U);
  EXPECT_EQ(interfaces[0].name, "lo");
  EXPECT_EQ(interfaces[0].link_type, 1);
  EXPECT_EQ(interfaces[0].packets, 408U);
  EXPECT_EQ(interfaces[1].name, "any");
  EXPECT_EQ(interfaces[1].link_type, 113);
  EXPECT_EQ(interfaces[1].packets, 408U);
  EXPECT_EQ((*source)->statistics().interface_drops, 0U);
  EXPECT_FALSE((*source)->statistics().kernel_drops);  // dumpcap does not note them
  EXPECT_EQ((*source)->statistics().comment_count, 0U);
  for (const OwnedPacket& packet : packets) EXPECT_EQ(packet.link_type, packet.interface_id == 0 ? 1 : 113);
}

TEST(RealFiles, EditcapsInjectedSecretsAreKept) {
  auto source = open_file(sample("rtmps_tls13_rtmpdump_nginx_dsb.pcapng"));
  ASSERT_TRUE(source);
  read_all(**source);
  const auto& secrets = (*source)->statistics().secrets;
  ASSERT_EQ(secrets.size(), 1U);
  EXPECT_EQ(secrets[0].type, DecryptionSecrets::tls_key_log);
  EXPECT_THAT(std::string(as_text(secrets[0].bytes)),
              StartsWith("SERVER_HANDSHAKE_TRAFFIC_SECRET 731c190d9155"));
}

}  // namespace
}  // namespace rtmpscope::capture::test
