#include "base/old_ciphers.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/bytes.hpp"

namespace rtmpscope::test {
namespace {

std::vector<std::uint8_t> rc4(std::string_view key, std::vector<std::uint8_t> bytes) {
  Rc4 cipher(as_bytes(key));
  cipher.apply(bytes);
  return bytes;
}

TEST(Rc4, KnownAnswers) {
  EXPECT_EQ(rc4("Key", bytes_of("Plaintext")), hex("bbf316e8d940af0ad3"));
  EXPECT_EQ(rc4("Wiki", bytes_of("pedia")), hex("1021bf0420"));
  EXPECT_EQ(rc4("Secret", bytes_of("Attack at dawn")), hex("45a01f645fc35b383552544b9bf5"));
}

TEST(Rc4, FirstBytesOfTheStreamWithThePublishedKey) {  // RFC 6229: key 0102030405, offsets 0 and 1536
  const std::vector<std::uint8_t> key = hex("0102030405");
  std::vector<std::uint8_t> first(16), later(16);
  Rc4 cipher(key);
  cipher.apply(first);
  EXPECT_EQ(first, hex("b2396305f03dc027ccc3524a0a1118a8"));
  cipher.skip(1536 - 16);
  cipher.apply(later);
  EXPECT_EQ(later, hex("d8729db41882259bee4f825325f5a130"));
}

TEST(Blowfish, KnownAnswers) {  // Schneier's vectors
  const std::vector<std::uint8_t> zeros(8);
  EXPECT_EQ(blowfish_encrypt(zeros, {}), (CipherBlock{0x4E, 0xF9, 0x97, 0x45, 0x61, 0x98, 0xDD, 0x78}));
}

}  // namespace
}  // namespace rtmpscope::test
