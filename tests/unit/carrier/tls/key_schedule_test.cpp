#include "carrier/tls/key_schedule.hpp"

#include <gtest/gtest.h>

#include "carrier/tls/record_cipher.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::tls {
namespace {

using test::hex;

/// RFC 8448, section 3: the server's handshake traffic secret and what it becomes.
TEST(KeySchedule, ExpandsLabelsAsInRfc8448) {
  const auto secret = hex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
  EXPECT_EQ(expand_label(HashKind::sha256, secret, "key", 16), hex("3fce516009c21727d0f2e4e86ee403bc"));
  EXPECT_EQ(expand_label(HashKind::sha256, secret, "iv", 12), hex("5d313eb2671276ee13000b30"));
}

/// The vector for P_SHA256 that the TLS working group has published (mailing list, 2009).
TEST(KeySchedule, ThePrfOfTls12) {
  const auto secret = hex("9bbe436ba940f017b17652849a71db35");
  const auto seed = hex("a0ba9f936cda311827a6f796ffd5198c");
  EXPECT_EQ(
      prf(tls_1_2, HashKind::sha256, secret, "test label", seed, 100),
      hex("e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af"
          "0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701"
          "87347b66"));
}

TEST(KeySchedule, KeyBlocksHaveTheSizesOfTheirSuites) {
  const auto size = [](std::uint16_t suite, std::uint16_t version) {
    return RecordCipher::key_block_size(*find_suite(suite), version);
  };
  EXPECT_EQ(size(0xC02F, tls_1_2), 2U * (16 + 4));        // AES-128-GCM: salt
  EXPECT_EQ(size(0xCCA8, tls_1_2), 2U * (32 + 12));       // ChaCha20
  EXPECT_EQ(size(0x002F, tls_1_0), 2U * (20 + 16 + 16));  // CBC with an IV
  EXPECT_EQ(size(0x002F, tls_1_2), 2U * (20 + 16));
  EXPECT_EQ(size(0xC028, tls_1_2), 2U * (48 + 32));
}

TEST(Suite, ParametersComeFromTheName) {
  const Suite ccm = find_suite(0x1305).value();
  EXPECT_EQ(ccm.cipher, CipherKind::aes_ccm);
  EXPECT_EQ(ccm.tag_size, 8);
  EXPECT_EQ(ccm.key_size, 16);
  EXPECT_EQ(find_suite(0x1302).value().prf, HashKind::sha384);
  EXPECT_EQ(find_suite(0xC027).value().mac, HashKind::sha256);
  EXPECT_EQ(find_suite(0x002F).value().mac, HashKind::sha1);
  EXPECT_EQ(find_suite(0x002F).value().prf, HashKind::sha256);
  EXPECT_FALSE(find_suite(0x0005).has_value());  // RC4
}

}  // namespace
}  // namespace rtmpscope::tls
