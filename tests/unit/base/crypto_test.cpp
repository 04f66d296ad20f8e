// HMAC-SHA256 with the vectors of RFC 4231, SHA-1 with those of FIPS 180.
#include "base/crypto.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rtmpscope::test {
namespace {

std::string hex(Bytes bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    constexpr char digits[] = "0123456789abcdef";
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

TEST(Hmac, AgreesWithRfc4231) {
  const std::string key_1(20, '\x0b');
  EXPECT_EQ(hex(HmacSha256(as_bytes(key_1))(as_bytes("Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(HmacSha256(as_bytes("Jefe"))(as_bytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  const std::string longer_than_a_block(131, '\xaa');
  const std::string_view text = "Test Using Larger Than Block-Size Key - Hash Key First";
  EXPECT_EQ(hex(HmacSha256(as_bytes(longer_than_a_block))(as_bytes(text))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, AKeyServesAnyNumberOfTextsInOneOrTwoPieces) {
  const HmacSha256 jefe(as_bytes("Jefe"));
  const std::string_view text = "what do ya want for nothing?";
  const Sha256Digest whole = jefe(as_bytes(text));
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(jefe(as_bytes(text.substr(0, cut)), as_bytes(text.substr(cut))), whole);
  }
  EXPECT_NE(jefe(as_bytes("what do you want for nothing?")), whole);
}

TEST(Sha1, AgreesWithFips180) {
  EXPECT_EQ(hex(sha1(as_bytes("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

}  // namespace
}  // namespace rtmpscope::test
