#include "carrier/rtmpe/session_keys.hpp"

#include <gtest/gtest.h>

#include "base/diffie_hellman.hpp"
#include "base/old_ciphers.hpp"
#include "support/bytes.hpp"
#include "unit/rtmp/handshake/recorded_handshake.hpp"

namespace rtmpscope::test {
namespace {

using carrier::find_public_key;
using carrier::rtmpe_candidates;
using carrier::RtmpeCandidates;
using carrier::RtmpeKeyKind;
using carrier::RtmpePadding;
using carrier::RtmpePublicKey;

constexpr Direction up = Direction::to_server;
constexpr Direction down = Direction::to_client;

// Made with independent scripts from the handshake "computed_digest".
const std::vector<std::uint8_t> client_private =
    hex("948fe603f61dc036b5c596dc09fe3ce3f3d30dc90f024c85f3c82db2ccab679d");
const std::vector<std::uint8_t> server_private =
    hex("b3eacd33433b31b5252351032c9b3e7a2e7aa7738d5decdf0dd6c62680853c06");
const std::vector<std::uint8_t> to_server_key = hex("0c91a71cca3139b081a888d4be227b81");
const std::vector<std::uint8_t> to_client_key = hex("2723c0f93df82a68a28b9fe43096068e");

const RecordedHandshake& handshake() {
  static const RecordedHandshake recorded("computed_digest");
  return recorded;
}
RtmpePublicKey client() {
  return *find_public_key(handshake().block(up, 1), up);
}
RtmpePublicKey server() {
  return *find_public_key(handshake().block(down, 1), down);
}

keys::RtmpeKeys with_private(const std::vector<std::uint8_t>& key) {
  keys::RtmpeKeys line;
  line.dh_private = key;
  return line;
}
keys::RtmpeKeys with_secret(std::vector<std::uint8_t> secret) {
  keys::RtmpeKeys line;
  line.dh_secret = std::move(secret);
  return line;
}

RtmpeCandidates candidates_of(const std::vector<keys::RtmpeKeys>& lines) {
  keys::KeyStore store;
  for (const keys::RtmpeKeys& line : lines) EXPECT_TRUE(store.add(line));
  return rtmpe_candidates(keys::KeyView(&store), client(), server());
}

void expect_keys(const RtmpeCandidates& found, RtmpeKeyKind kind) {
  ASSERT_EQ(found.list.size(), 1U);
  EXPECT_EQ(found.list[0].kind, kind);
  EXPECT_TRUE(std::ranges::equal(*found.list[0].keys[0], to_server_key));
  EXPECT_TRUE(std::ranges::equal(*found.list[0].keys[1], to_client_key));
}

TEST(RtmpePublicKey, LiesWhereTheValidDigestSays) {
  EXPECT_TRUE(std::ranges::equal(client(), dh_public_key(2, client_private)));
  EXPECT_TRUE(std::ranges::equal(server(), dh_public_key(2, server_private)));
  EXPECT_FALSE(find_public_key(handshake().block(up, 2), up).has_value());
}

TEST(RtmpeCandidates, PrivateKeyOfEitherSideGivesBothKeys) {
  expect_keys(candidates_of({with_private(client_private)}), RtmpeKeyKind::private_key);
  expect_keys(candidates_of({with_private(server_private)}), RtmpeKeyKind::private_key);
  EXPECT_TRUE(candidates_of({with_private(hex("07"))}).list.empty());
}

TEST(RtmpeCandidates, SecretAndKeysOfTheFileAreTried) {
  const RtmpePublicKey public_key = server();
  expect_keys(candidates_of({with_secret(dh_secret(2, client_private, public_key))}),
              RtmpeKeyKind::shared_secret);
  keys::RtmpeKeys line;
  line.to_server.emplace();
  line.to_client.emplace();
  std::ranges::copy(to_server_key, line.to_server->begin());
  std::ranges::copy(to_client_key, line.to_client->begin());
  expect_keys(candidates_of({line}), RtmpeKeyKind::rc4_keys);
}

TEST(RtmpeCandidates, ShortSecretIsTriedWithZerosOnEitherSide) {
  const RtmpeCandidates found = candidates_of({with_secret(std::vector<std::uint8_t>(127, 5))});
  ASSERT_EQ(found.list.size(), 2U);
  EXPECT_EQ(found.list[0].padding, RtmpePadding::left);
  EXPECT_EQ(found.list[1].padding, RtmpePadding::right);
  EXPECT_NE(found.list[0].keys[0], found.list[1].keys[0]);
  std::vector<std::uint8_t> padded(128, 5);
  padded.front() = 0;
  EXPECT_EQ(candidates_of({with_secret(padded)}).list.size(), 2U);
}

TEST(RtmpeCandidates, LineThatNamesTheSessionIsItsOnlyOne) {
  keys::RtmpeKeys named = with_secret(std::vector<std::uint8_t>(128, 9));
  const RtmpePublicKey key = server();
  named.public_in.assign(key.begin(), key.end());
  keys::RtmpeKeys other = with_secret(std::vector<std::uint8_t>(128, 8));
  other.public_in.assign(128, 1);
  const RtmpeCandidates found = candidates_of({with_secret(std::vector<std::uint8_t>(128, 7)), other, named});
  EXPECT_TRUE(found.named);
  ASSERT_EQ(found.list.size(), 1U);
  EXPECT_TRUE(
      std::ranges::equal(*found.list[0].keys[0], carrier::rtmpe_key(std::vector<std::uint8_t>(128, 9), key)));
}

TEST(RtmpeKey, StreamBehindTheDiscardedBlock) {
  std::vector<std::uint8_t> stream(16);
  Rc4 cipher(to_server_key);
  cipher.skip(1536);
  cipher.apply(stream);
  EXPECT_EQ(stream, hex("e92fe37c35ceb2da293b8894c8848f03"));
}

}  // namespace
}  // namespace rtmpscope::test
