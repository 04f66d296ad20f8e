// Live capture, as far as the machine allows it.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "files.hpp"

namespace rtmpscope::capture::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::uint16_t discard_port = 9;

void send_datagram(std::string_view text) {
  const int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(discard_port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sendto(descriptor, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&address),
         sizeof address);
  close(descriptor);
}

TEST(Live, ADeviceThatDoesNotExistIsAnError) {
  auto source = open_live({.interfaces = {"no-such-dev0"}});
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().kind, ErrorKind::open_input);
  EXPECT_THAT(source.error().message, StartsWith("cannot capture on no-such-dev0: no "));
}

TEST(Live, DatagramsOnTheLoopbackInterfaceAreCaptured) {
  auto source = open_live({.interfaces = {"lo"}, .filter = "udp dst port 9"});
  if (!source) GTEST_SKIP() << source.error().message;
  EXPECT_EQ((*source)->format(), "live");
  EXPECT_EQ((*source)->name(), "lo");
  std::vector<OwnedPacket> packets;
  PacketBatch batch;
  for (int i = 0; i < 100 && packets.size() < 2; ++i) {
    if (i % 20 == 0) {
      send_datagram("first of two");
      send_datagram("second of two");
    }
    ASSERT_TRUE((*source)->read(batch, 100));
    for (OwnedPacket& packet : owned(batch)) packets.push_back(std::move(packet));
  }
  ASSERT_GE(packets.size(), 2U);
  EXPECT_EQ(packets[0].number, 1U);
  EXPECT_EQ(packets[1].number, 2U);
  EXPECT_EQ(packets[0].link_type, 1);
  EXPECT_THAT(std::string(as_text(packets[0].bytes)), HasSubstr("first of two"));
  EXPECT_THAT(std::string(as_text(packets[1].bytes)), HasSubstr("second of two"));
  EXPECT_GT(packets[0].time, 1'500'000'000'000'000'000);
  EXPECT_GE(packets[1].time, packets[0].time);
  EXPECT_EQ((*source)->statistics().packets, packets.size());
  EXPECT_TRUE((*source)->statistics().kernel_drops);
  (*source)->request_stop();
  while ((*source)->read(batch, 100)) {
  }
  EXPECT_FALSE((*source)->fault());
}

TEST(Live, AFilterSyntaxErrorIsAUsageError) {
  auto source = open_live({.interfaces = {"lo"}, .filter = "udp prot 9"});
  ASSERT_FALSE(source);
  if (source.error().kind == ErrorKind::open_input) GTEST_SKIP() << source.error().message;
  EXPECT_EQ(source.error().kind, ErrorKind::usage);
  EXPECT_THAT(source.error().message, StartsWith("capture filter \"udp prot 9\": "));
}

TEST(Live, InterfacesAreListedWithNames) {
  auto interfaces = list_live_interfaces();
  ASSERT_TRUE(interfaces) << interfaces.error().message;
  for (const LiveInterface& interface : *interfaces) EXPECT_FALSE(interface.name.empty());
}

}  // namespace
}  // namespace rtmpscope::capture::test
