#include "rtmfp/keying.hpp"

#include <gtest/gtest.h>

#include "rtmfp/packet_cipher.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::rtmfp::test {
namespace {

using rtmpscope::test::hex;

const auto initiator = hex("021e07031a0710030d02aa");
const auto responder = hex("021e07031a0710030d02bb");
const auto secret = hex("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");

std::vector<std::uint8_t> bytes_of(const auto& array) {
  return {array.begin(), array.end()};
}

TEST(DerivedKeys, AreThoseOfRfc7425) {
  const DirectionKeys to_responder = derive_keys(secret, initiator, responder);
  EXPECT_EQ(bytes_of(to_responder.aes), hex("0f6d41a4dd446799dc42498440bed78c"));
  ASSERT_TRUE(to_responder.hmac);
  EXPECT_EQ(bytes_of(*to_responder.hmac),
            hex("39dcd7efc4cce75c7cf35d3754b980cc10e795356f3cf3f21fffc6b9428919c5"));
  const DirectionKeys to_initiator = derive_keys(secret, responder, initiator);
  EXPECT_EQ(bytes_of(to_initiator.aes), hex("1d1be7d6145fc7a5e5896c9655f03cea"));
}

TEST(DerivedKeys, DoNotDependOnZerosInFrontOfTheSecret) {
  const auto padded = rtmpscope::test::concat(hex("000000"), secret);
  EXPECT_EQ(derive_keys(padded, initiator, responder).aes, derive_keys(secret, initiator, responder).aes);
}

TEST(PacketFormat, IsNegotiatedForEachDirection) {
  const auto always = hex("031a0410");      // sends always, 16 bytes
  const auto on_request = hex("031a0210");  // sends if asked
  const auto asks = hex("031a0110");
  const auto nothing = hex("");
  EXPECT_EQ(packet_format(always, nothing).hmac_length, 16);
  EXPECT_EQ(packet_format(on_request, nothing).hmac_length, 0);
  EXPECT_EQ(packet_format(on_request, asks).hmac_length, 16);
  EXPECT_EQ(packet_format(asks, asks).hmac_length, 0);
  EXPECT_EQ(packet_format(nothing, asks).hmac_length, 0);
  EXPECT_EQ(packet_format(hex("031a0403"), asks).hmac_length, 0);  // no such length
  EXPECT_TRUE(packet_format(hex("021e04"), nothing).sequence_numbers);
  EXPECT_FALSE(packet_format(hex("021e02"), nothing).sequence_numbers);
  EXPECT_TRUE(packet_format(hex("021e02"), hex("021e01")).sequence_numbers);
}

TEST(PublicKey, IsEphemeralOrSelected) {
  const auto ephemeral = public_key_of(hex("040d0ea1a2"));
  ASSERT_TRUE(ephemeral);
  EXPECT_EQ(ephemeral->group, 14U);
  EXPECT_EQ(ephemeral->key.size(), 2U);
  const auto selected = public_key_of(hex("021d02"));
  ASSERT_TRUE(selected);
  EXPECT_EQ(selected->group, 2U);
  EXPECT_TRUE(selected->key.empty());
  EXPECT_FALSE(public_key_of(hex("021e07")));
  const auto certificate = hex("041d0eb1b2 041d02c1c2");
  EXPECT_EQ(static_key_of(certificate, 2)->front(), 0xC1);
  EXPECT_FALSE(static_key_of(certificate, 16));
}

// Blocks below: one packet with Session Close and padding, encrypted with a key of zeros by
// openssl enc -aes-128-cbc -nopad.

TEST(PacketCipher, ChecksTheChecksum) {
  // fef3 01 0c0000 ffff ffff ffff ffff ffff: the checksum of what follows it
  DirectionKeys keys;
  PacketCipher cipher(keys, PacketFormat{});
  const auto block = hex("f3f88891b05f7142650dff2c8895cd59");
  const auto datagram = rtmpscope::test::concat(hex("00000000"), block);
  const auto plain = cipher.open(datagram, PacketMode::initiator, false);
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->front(), 0x01);
  EXPECT_FALSE(cipher.open(datagram, PacketMode::responder, false));
  auto damaged = datagram;
  damaged.back() ^= 1;
  EXPECT_FALSE(cipher.open(damaged, PacketMode::initiator, false));
  EXPECT_FALSE(cipher.open(Bytes(datagram).first(19), PacketMode::initiator, false));
}

TEST(PacketCipher, ChecksTheHmacBehindThePacket) {
  DirectionKeys keys;
  keys.hmac = Sha256Digest{};
  PacketCipher cipher(keys, {.hmac_length = 4, .sequence_numbers = true});
  // sequence number 8105, 01 0c0000, padding
  const auto block = hex("6c0630dbbdf4cb9817a902bbba9e8465");
  const Sha256Digest digest = hmac_sha256(Sha256Digest{}, block);
  auto datagram = rtmpscope::test::concat(hex("00000000"), block, Bytes(digest).first(4));
  const auto plain = cipher.open(datagram, PacketMode::initiator, false);
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->front(), 0x01);
  datagram.back() ^= 1;
  EXPECT_FALSE(cipher.open(datagram, PacketMode::initiator, false));
  // Without the key of the HMAC it has to look like a packet.
  PacketCipher unchecked(DirectionKeys{}, {.hmac_length = 4, .sequence_numbers = true});
  EXPECT_TRUE(unchecked.open(datagram, PacketMode::initiator, false));
  EXPECT_FALSE(unchecked.open(datagram, PacketMode::responder, false));
}

}  // namespace
}  // namespace rtmpscope::rtmfp::test
