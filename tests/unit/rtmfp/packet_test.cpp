// The startup packet of RFC 7425's profile, and packets of a session.
#include "rtmfp/packet.hpp"

#include <gtest/gtest.h>

#include "rtmfp/startup_chunks.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::rtmfp::test {
namespace {

using rtmpscope::test::bytes_of;
using rtmpscope::test::hex;

/// IHello to rtmfp://h/a, tag 00 to 0F, timestamp 0x1234; written by zenomt's rtmfp-cpp.
const auto hello_datagram =
    hex("03a7c2b840ea3628434df490967af9e3d92a5046bf2435a32728d054ae53cfbb9d07a36efc921fe77f5e5b3019b3867a76e0"
        "aadc");
const auto hello_packet =
    hex("0b123430001e0d0c0a72746d66703a2f2f682f61000102030405060708090a0b0c0d0e0fffffffffffffffffffff");

std::vector<std::uint8_t> copy_of(std::optional<Bytes> bytes) {
  return bytes ? std::vector<std::uint8_t>(bytes->begin(), bytes->end()) : std::vector<std::uint8_t>();
}

TEST(SessionId, IsUnscrambled) {
  EXPECT_EQ(session_id_of(hello_datagram), 0U);
  EXPECT_EQ(session_id_of(hex("00000001 00000020 00000300 ffffffffffffffff")), 0x321U);
}

TEST(Checksum, IsThatOfRfc1071) {
  EXPECT_EQ(checksum(hello_packet), 0xFD0A);
  EXPECT_EQ(checksum({}), 0xFFFF);
  EXPECT_EQ(checksum(hex("ffff")), 0);
  EXPECT_EQ(checksum(hex("01")), 0xFEFF);
}

TEST(StartupCipher, OpensAStartupPacket) {
  StartupCipher cipher;
  EXPECT_EQ(copy_of(cipher.open(hello_datagram)), hello_packet);
}

TEST(StartupCipher, RefusesEveryDamagedPacket) {
  StartupCipher cipher;
  for (std::size_t at = 4; at < hello_datagram.size(); ++at) {
    auto damaged = hello_datagram;
    damaged[at] ^= 0x10;
    EXPECT_FALSE(cipher.open(damaged)) << at;
  }
  for (std::size_t size = 0; size < hello_datagram.size(); ++size) {
    EXPECT_FALSE(cipher.open(Bytes(hello_datagram).first(size))) << size;
  }
}

TEST(PacketReader, ReadsChunksUpToThePadding) {
  PacketReader reader(hello_packet);
  EXPECT_EQ(reader.mode(), PacketMode::startup);
  EXPECT_EQ(reader.timestamp(), 0x1234);
  const auto chunk = reader.next();
  ASSERT_TRUE(chunk);
  EXPECT_EQ(chunk->type, initiator_hello);
  EXPECT_EQ(chunk->payload.size(), 0x1EU);
  EXPECT_FALSE(reader.next());
}

TEST(PacketReader, SaysWhichChunkIsCut) {
  const auto packet = hex("0d 0001 0002 01 0000 10 0009 aabb");
  PacketReader reader(packet);
  EXPECT_EQ(reader.next()->type, ping);
  const auto cut = reader.next();
  ASSERT_TRUE(cut);
  EXPECT_TRUE(cut->cut);
  EXPECT_EQ(cut->payload.size(), 2U);
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(PacketReader(hex("0d 0001 00")).malformed());
}

TEST(Plausible, NeedsModeAndAWholeKnownChunk) {
  EXPECT_TRUE(is_plausible(hex("01 0c 0000"), PacketMode::initiator));
  EXPECT_FALSE(is_plausible(hex("01 0c 0000"), PacketMode::responder));
  EXPECT_FALSE(is_plausible(hex("11 0c 0000"), PacketMode::initiator));  // a reserved bit
  EXPECT_FALSE(is_plausible(hex("01 0d 0000"), PacketMode::initiator));  // no known type
  EXPECT_FALSE(is_plausible(hex("01 0c 0001"), PacketMode::initiator));
  EXPECT_FALSE(is_plausible(hex("01 ff"), PacketMode::initiator));
}

TEST(InitiatorHello, HasTheUriAndTheTag) {
  PacketReader reader(hello_packet);
  const auto chunk = reader.next();
  ASSERT_TRUE(chunk);
  const auto hello = parse_initiator_hello(chunk->payload);
  ASSERT_TRUE(hello);
  ASSERT_TRUE(hello->endpoint.uri);
  EXPECT_EQ(as_text(*hello->endpoint.uri), "rtmfp://h/a");
  EXPECT_FALSE(hello->endpoint.host);
  EXPECT_EQ(copy_of(hello->tag), hex("000102030405060708090a0b0c0d0e0f"));
}

}  // namespace
}  // namespace rtmpscope::rtmfp::test
