#include "base/diffie_hellman.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"

namespace rtmpscope::test {
namespace {

TEST(DiffieHellman, BothSidesHaveOneSecret) {
  const auto a = bytes_of("the private key of one side");
  const auto b = bytes_of("the private key of the other");
  for (const std::uint64_t group : {2U, 14U, 16U}) {
    const auto secret = dh_secret(group, a, dh_public_key(group, b));
    EXPECT_FALSE(secret.empty());
    EXPECT_EQ(secret, dh_secret(group, b, dh_public_key(group, a))) << group;
  }
}

TEST(DiffieHellman, SmallPowersOfTwoAreThemselves) {
  EXPECT_EQ(dh_public_key(14, hex("0a")), hex("0400"));
  EXPECT_EQ(dh_secret(14, hex("03"), hex("0400")), hex("40000000"));
}

TEST(DiffieHellman, RefusesWhatIsNoPublicKeyOrGroup) {
  const auto key = hex("03");
  EXPECT_TRUE(dh_secret(5, key, hex("0400")).empty());
  EXPECT_TRUE(dh_public_key(5, key).empty());
  EXPECT_TRUE(dh_secret(2, key, hex("01")).empty());
  EXPECT_TRUE(dh_secret(2, key, hex("00")).empty());
  EXPECT_TRUE(dh_secret(2, key, {}).empty());
  EXPECT_TRUE(dh_secret(2, key, std::vector<std::uint8_t>(128, 0xFF)).empty());
  EXPECT_TRUE(dh_secret(2, key, std::vector<std::uint8_t>(129, 1)).empty());
  EXPECT_FALSE(is_dh_group(1));
  EXPECT_TRUE(is_dh_group(16));
}

TEST(DiffieHellman, MembersOfTheGroupAreSquaresInItsRange) {
  std::vector<std::uint8_t> key(128);
  EXPECT_FALSE(is_dh_member(2, key));
  key.back() = 1;
  EXPECT_FALSE(is_dh_member(2, key));
  key.back() = 2;
  EXPECT_TRUE(is_dh_member(2, key));
  key.back() = 5;  // no square modulo p
  EXPECT_FALSE(is_dh_member(2, key));
  key.assign(128, 0xFF);
  EXPECT_FALSE(is_dh_member(2, key));
  key.assign(129, 0);
  key.back() = 2;
  EXPECT_FALSE(is_dh_member(2, key)) << "longer than the prime";
  const std::uint8_t private_key[] = {0x12, 0x34, 0x56};
  EXPECT_TRUE(is_dh_member(2, dh_public_key(2, private_key)));
  EXPECT_FALSE(is_dh_member(3, dh_public_key(2, private_key))) << "no such group";
}

TEST(DiffieHellman, LeadingZerosAreNoPartOfANumber) {
  const std::uint8_t number[] = {0, 0, 1, 0};
  EXPECT_EQ(without_leading_zeros(number).size(), 2U);
  EXPECT_TRUE(without_leading_zeros(Bytes(number).first(2)).empty());
}

}  // namespace
}  // namespace rtmpscope::test
