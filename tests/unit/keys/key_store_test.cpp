#include "keys/key_store.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::keys {
namespace {

TlsSecret secret_of(std::uint32_t session, TlsLabel label, std::uint8_t content) {
  TlsSecret line;
  line.label = label;
  std::memcpy(line.client_random.data() + 4, &session, sizeof session);
  line.secret = Secret(std::vector<std::uint8_t>(32, content));
  return line;
}

TEST(KeyStore, FindsASecretByClientRandomAndLabel) {
  KeyStore store;
  EXPECT_TRUE(store.add(secret_of(1, TlsLabel::client_traffic, 1)));
  EXPECT_TRUE(store.add(secret_of(2, TlsLabel::client_traffic, 2)));
  EXPECT_TRUE(store.add(secret_of(1, TlsLabel::server_traffic, 3)));
  const KeyView view(&store);
  const auto find = [&](std::uint32_t session, TlsLabel label) -> int {
    const Secret* found = view.find_tls(secret_of(session, label, 0).client_random, label);
    return found == nullptr ? -1 : found->bytes()[0];
  };
  EXPECT_EQ(find(1, TlsLabel::client_traffic), 1);
  EXPECT_EQ(find(2, TlsLabel::client_traffic), 2);
  EXPECT_EQ(find(1, TlsLabel::server_traffic), 3);
  EXPECT_EQ(find(2, TlsLabel::server_traffic), -1);
  EXPECT_EQ(find(3, TlsLabel::client_traffic), -1);
  EXPECT_EQ(view.tls_count(), 3U);
  EXPECT_EQ(view.tls_at(1).secret.bytes()[0], 2);
}

TEST(KeyStore, OfTwoSecretsTheLastOneCountsAndARepeatedLineIsNotKeptTwice) {
  KeyStore store;
  EXPECT_TRUE(store.add(secret_of(1, TlsLabel::client_traffic, 1)));
  EXPECT_TRUE(store.add(secret_of(1, TlsLabel::client_traffic, 1)));
  EXPECT_EQ(KeyView(&store).tls_count(), 1U);
  EXPECT_TRUE(store.add(secret_of(1, TlsLabel::client_traffic, 9)));
  const ClientRandom random = secret_of(1, TlsLabel::client_traffic, 0).client_random;
  EXPECT_EQ(KeyView(&store).find_tls(random, TlsLabel::client_traffic)->bytes()[0], 9);
}

TEST(KeyView, SeesNoKeyThatWasAddedAfterItsVersion) {
  KeyStore store;
  store.add(secret_of(1, TlsLabel::client_traffic, 1));
  const KeyVersion before = store.version();
  store.add(secret_of(2, TlsLabel::client_traffic, 2));
  store.add(secret_of(1, TlsLabel::client_traffic, 3));
  RtmpeKeys rtmpe;
  rtmpe.dh_secret = {1};
  store.add(rtmpe);
  KeyView view(&store, before);
  const ClientRandom first = secret_of(1, TlsLabel::client_traffic, 0).client_random;
  const ClientRandom second = secret_of(2, TlsLabel::client_traffic, 0).client_random;
  EXPECT_EQ(view.find_tls(first, TlsLabel::client_traffic)->bytes()[0], 1);
  EXPECT_EQ(view.find_tls(second, TlsLabel::client_traffic), nullptr);
  EXPECT_TRUE(view.knows_tls(first));
  EXPECT_FALSE(view.knows_tls(second));
  EXPECT_EQ(view.tls_count(), 1U);
  EXPECT_EQ(view.rtmpe_count(), 0U);
  view.set_version(store.version());
  EXPECT_TRUE(view.knows_tls(second));
  EXPECT_EQ(view.tls_count(), 3U);
  ASSERT_EQ(view.rtmpe_count(), 1U);
  EXPECT_EQ(view.rtmpe_at(0).dh_secret.size(), 1U);
}

TEST(KeyView, WithoutAStoreHasNoKeys) {
  const KeyView view;
  EXPECT_TRUE(view.empty());
  EXPECT_EQ(view.find_tls({}, TlsLabel::master_secret), nullptr);
  EXPECT_FALSE(view.knows_tls({}));
  EXPECT_EQ(view.rtmfp_count(), 0U);
}

TEST(KeyStore, KeepsABoundedNumber) {
  KeyStore store;
  for (std::uint32_t i = 0; i < most_tls_secrets; ++i)
    ASSERT_TRUE(store.add(secret_of(i, TlsLabel::client_traffic, 1)));
  EXPECT_FALSE(store.add(secret_of(most_tls_secrets, TlsLabel::client_traffic, 1)));
  EXPECT_TRUE(store.add(secret_of(7, TlsLabel::client_traffic, 1)));  // is there already
  RtmfpKeys rtmfp;
  rtmfp.dh_secret = {1};
  for (std::size_t i = 0; i < most_tried_keys; ++i) ASSERT_TRUE(store.add(rtmfp));
  EXPECT_FALSE(store.add(rtmfp));
}

/// A file that gives one client random ever new secrets must not cost more with each.
TEST(KeyStore, KeepsFewSecretsOfOneClientRandom) {
  KeyStore store;
  unsigned kept = 0;
  for (unsigned i = 0; i < 256; ++i)
    kept += store.add(secret_of(1, TlsLabel::client_traffic, static_cast<std::uint8_t>(i))) ? 1 : 0;
  EXPECT_EQ(kept, 16U);
}

}  // namespace
}  // namespace rtmpscope::keys
