#include <gtest/gtest.h>

#include "rtmp/handshake/digest.hpp"
#include "support/bytes.hpp"
#include "unit/rtmp/handshake/recorded_handshake.hpp"

namespace rtmpscope {
namespace {

using test::hex;

std::vector<std::uint8_t> vector_of(Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

class ComputedDigest : public testing::Test {
 protected:
  const test::RecordedHandshake handshake{"computed_digest"};
  const Bytes c1 = handshake.block(Direction::to_server, 1);
  const Bytes s1 = handshake.block(Direction::to_client, 1);
};

TEST_F(ComputedDigest, IsFoundWithItsLayoutOnEachSide) {
  EXPECT_EQ(find_digest(c1, Direction::to_server), DigestLayout::key_first);
  EXPECT_EQ(find_digest(s1, Direction::to_client), DigestLayout::digest_first);
}

TEST_F(ComputedDigest, IsNotValidWithTheOtherSidesKey) {
  EXPECT_EQ(find_digest(c1, Direction::to_client), DigestLayout::none);
  EXPECT_EQ(find_digest(s1, Direction::to_server), DigestLayout::none);
}

TEST_F(ComputedDigest, AndPublicKeyAreWhereTheOffsetFieldsSay) {
  const DigestLocation client = locate_digest(c1, DigestLayout::key_first);
  EXPECT_EQ(client.key, 154U);
  EXPECT_EQ(client.digest, 1034U);
  EXPECT_EQ(client.key_offset_field, 768U);
  EXPECT_EQ(client.digest_offset_field, 772U);
  EXPECT_EQ(vector_of(c1.subspan(client.digest, 32)),
            hex("cb43c0617af5e4b74b665c279d3857f6cec885c495ec16528dae2be1fed821ed"));
  const DigestLocation server = locate_digest(s1, DigestLayout::digest_first);
  EXPECT_EQ(server.key, 1298U);
  EXPECT_EQ(server.digest, 550U);
  EXPECT_EQ(server.key_offset_field, 1532U);
  EXPECT_EQ(server.digest_offset_field, 8U);
  EXPECT_EQ(vector_of(s1.subspan(server.digest, 32)),
            hex("feb431812fafea86f1d70d34754f868ecf193b4e349dcf3e4b4ba59391be29c9"));
}

TEST_F(ComputedDigest, SignsTheReply) {
  const Sha256Digest s2 = handshake_signature(handshake.block(Direction::to_client, 2), Direction::to_client,
                                              c1.subspan(1034, 32), 3);
  EXPECT_EQ(vector_of(s2), hex("ab3162002ee07ff96c79394dbbaf723a2b1e2feb9544233efa54e9b8d7f2488d"));
  const Sha256Digest c2 = handshake_signature(handshake.block(Direction::to_server, 2), Direction::to_server,
                                              s1.subspan(550, 32), 3);
  EXPECT_EQ(vector_of(c2), hex("fc274586658a18e75ade080416d9eb849ddbc859dbccb498c58221df59c9e542"));
}

TEST_F(ComputedDigest, IsBrokenByEachChangedByte) {
  std::vector<std::uint8_t> block = vector_of(c1);
  for (std::size_t i = 0; i < block.size(); i += 37) {
    block[i] ^= 1;
    EXPECT_EQ(find_digest(block, Direction::to_server), DigestLayout::none) << i;
    block[i] ^= 1;
  }
  EXPECT_EQ(find_digest(block, Direction::to_server), DigestLayout::key_first);
}

TEST(DigestLocation, StaysInsideTheBlockForAllOffsetFields) {
  std::vector<std::uint8_t> block(handshake_block_size);
  for (int sum = 0; sum <= 4 * 255; ++sum) {
    for (const std::size_t field : {std::size_t{8}, std::size_t{768}, std::size_t{772}, std::size_t{1532}}) {
      for (int i = 0, rest = sum; i < 4; ++i) {
        block[field + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(std::min(rest, 255));
        rest -= std::min(rest, 255);
      }
    }
    const DigestLocation digest_first = locate_digest(block, DigestLayout::digest_first);
    ASSERT_GE(digest_first.digest, 12U);
    ASSERT_LE(digest_first.digest + 32, 772U);
    ASSERT_GE(digest_first.key, 772U);
    ASSERT_LE(digest_first.key + 128, 1532U);
    const DigestLocation key_first = locate_digest(block, DigestLayout::key_first);
    ASSERT_GE(key_first.key, 8U);
    ASSERT_LE(key_first.key + 128, 768U);
    ASSERT_GE(key_first.digest, 776U);
    ASSERT_LE(key_first.digest + 32, 1536U);
  }
}

}  // namespace
}  // namespace rtmpscope
