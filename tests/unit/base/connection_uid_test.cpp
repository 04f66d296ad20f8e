#include "base/connection_uid.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace rtmpscope {
namespace {

Endpoint endpoint(std::uint8_t last, std::uint16_t port) {
  Endpoint result;
  result.address.bytes = {192, 0, 2, last};
  result.port = port;
  return result;
}

std::string uid(const Endpoint& client, const Endpoint& server, Timestamp time) {
  return std::string(as_text(connection_uid(client, server, time)));
}

TEST(ConnectionUid, HasTheFormOfZeek) {
  const std::string text = uid(endpoint(1, 50000), endpoint(2, 1935), 1'795'378'385'000'000'000);
  ASSERT_EQ(text.size(), 18U);
  EXPECT_EQ(text[0], 'C');
  for (const char c : text) EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c))) << text;
}

TEST(ConnectionUid, IsTheSameForTheSameConnectionOnly) {
  const std::string text = uid(endpoint(1, 50000), endpoint(2, 1935), 1000);
  EXPECT_EQ(text, uid(endpoint(1, 50000), endpoint(2, 1935), 1000));
  EXPECT_NE(text, uid(endpoint(1, 50000), endpoint(2, 1935), 1001));
  EXPECT_NE(text, uid(endpoint(1, 50001), endpoint(2, 1935), 1000));
  EXPECT_NE(text, uid(endpoint(1, 50000), endpoint(3, 1935), 1000));
  EXPECT_NE(text, uid(endpoint(2, 1935), endpoint(1, 50000), 1000));
}

TEST(ConnectionUid, AnIpv4AddressIsNotTheIpv6AddressOfTheSameBytes) {
  Endpoint wide = endpoint(1, 50000);
  wide.address.length = 16;
  EXPECT_NE(uid(endpoint(1, 50000), endpoint(2, 1935), 0), uid(wide, endpoint(2, 1935), 0));
}

TEST(ConnectionUid, EveryPlaceTakesManyCharacters) {
  std::array<std::set<char>, 17> seen;
  for (int i = 0; i < 2000; ++i) {
    const std::string text = uid(endpoint(1, 50000), endpoint(2, 1935), i);
    for (std::size_t place = 0; place < seen.size(); ++place) seen[place].insert(text[place + 1]);
  }
  for (const auto& characters : seen) EXPECT_EQ(characters.size(), 62U);
}

TEST(ConnectionUid, NoneHasNoText) {
  EXPECT_EQ(as_text(ConnectionUid{}), "");
}

}  // namespace
}  // namespace rtmpscope
