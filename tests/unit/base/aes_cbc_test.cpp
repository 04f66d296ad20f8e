// AES-128-CBC with the vectors of NIST SP 800-38A, section F.2.2, moved to an initialization vector of zeros.
#include "base/aes_cbc.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"

namespace rtmpscope::test {
namespace {

const auto key = hex("2b7e151628aed2a6abf7158809cf4f3c");
const auto encrypted = hex("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2");
const auto vector = hex("000102030405060708090a0b0c0d0e0f");
const auto plain = hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");

TEST(AesCbc, DecryptsTheVectorOfNist) {
  AesCbcDecryptor cipher(key);
  std::vector<std::uint8_t> found(encrypted.size());
  cipher(encrypted, found);
  for (std::size_t i = 0; i < vector.size(); ++i) found[i] ^= vector[i];  // which is added to the first block
  EXPECT_EQ(found, plain);
}

TEST(AesCbc, EveryCallBeginsAnew) {
  AesCbcDecryptor cipher(key);
  std::vector<std::uint8_t> first(16);
  std::vector<std::uint8_t> whole(32);
  for (int i = 0; i < 3; ++i) {
    cipher(Bytes(encrypted).first(16), first);
    cipher(encrypted, whole);
    EXPECT_TRUE(std::equal(first.begin(), first.end(), whole.begin()));
  }
}

}  // namespace
}  // namespace rtmpscope::test
