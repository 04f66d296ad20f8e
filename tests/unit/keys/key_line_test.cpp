#include "keys/key_line.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rtmpscope::keys {
namespace {

std::string hex(std::size_t bytes, char digit = 'a') {
  return std::string(2 * bytes, digit);
}

template <typename Kind>
bool is(const std::string& line) {
  return std::holds_alternative<Kind>(parse_key_line(line));
}

TEST(KeyLine, ReadsEveryTlsLabelThatIsNeeded) {
  const std::string random = "0123456789abcdefABCDEF00" + hex(20, '7');
  const std::vector<std::pair<std::string, TlsLabel>> labels = {
      {"CLIENT_RANDOM", TlsLabel::master_secret},
      {"CLIENT_EARLY_TRAFFIC_SECRET", TlsLabel::client_early},
      {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", TlsLabel::client_handshake},
      {"SERVER_HANDSHAKE_TRAFFIC_SECRET", TlsLabel::server_handshake},
      {"CLIENT_TRAFFIC_SECRET_0", TlsLabel::client_traffic},
      {"SERVER_TRAFFIC_SECRET_0", TlsLabel::server_traffic}};
  for (const auto& [word, label] : labels) {
    const KeyLine line = parse_key_line(word + " " + random + " " + hex(48, 'c'));
    const auto* tls = std::get_if<TlsSecret>(&line);
    ASSERT_NE(tls, nullptr) << word;
    EXPECT_EQ(tls->label, label);
    EXPECT_EQ(tls->client_random[0], 0x01);
    EXPECT_EQ(tls->client_random[8], 0xAB);
    EXPECT_EQ(tls->client_random[31], 0x77);
    EXPECT_EQ(tls->secret.bytes().size(), 48U);
    EXPECT_EQ(tls->secret.bytes()[47], 0xCC);
  }
}

TEST(KeyLine, AsksForTheLengthsOfTls) {
  EXPECT_TRUE(is<TlsSecret>("CLIENT_TRAFFIC_SECRET_0 " + hex(32) + " " + hex(32)));
  EXPECT_TRUE(is<MalformedLine>("CLIENT_RANDOM " + hex(32) + " " + hex(32)));  // a master secret has 48 bytes
  for (const std::size_t size : std::initializer_list<std::size_t>{0, 31, 33, 47, 49, 64})
    EXPECT_TRUE(is<MalformedLine>("SERVER_TRAFFIC_SECRET_0 " + hex(32) + " " + hex(size))) << size;
  EXPECT_TRUE(is<MalformedLine>("CLIENT_RANDOM " + hex(31) + " " + hex(48)));
  EXPECT_TRUE(is<MalformedLine>("CLIENT_RANDOM " + hex(32, 'g') + " " + hex(48)));
  EXPECT_TRUE(is<MalformedLine>("CLIENT_RANDOM " + hex(32) + " " + hex(48) + " more"));
  EXPECT_TRUE(is<MalformedLine>("CLIENT_RANDOM"));
}

TEST(KeyLine, SkipsCommentsAndTellsKindsThatItDoesNotKnow) {
  EXPECT_TRUE(is<CommentLine>(""));
  EXPECT_TRUE(is<CommentLine>("  \t\r"));
  EXPECT_TRUE(is<CommentLine>("# CLIENT_RANDOM"));
  EXPECT_TRUE(is<UnneededLine>("EXPORTER_SECRET " + hex(32) + " " + hex(48)));
  EXPECT_TRUE(is<UnknownLine>("client_random " + hex(32) + " " + hex(48)));
  EXPECT_TRUE(is<UnknownLine>(std::string("\0CLIENT_RANDOM", 14)));
}

TEST(KeyLine, TakesLineEndsOfOtherSystems) {
  EXPECT_TRUE(is<TlsSecret>("CLIENT_RANDOM " + hex(32) + " " + hex(48) + "\r"));
}

TEST(KeyLine, ReadsTheFormsOfRtmpe) {
  const KeyLine line = parse_key_line("RTMPE_SHARED_SECRET " + hex(128, '1') + " PUB_IN " + hex(128, '2') +
                                      " PUB_OUT " + hex(128, '3'));
  const auto* logged = std::get_if<RtmpeKeys>(&line);
  ASSERT_NE(logged, nullptr);
  EXPECT_EQ(logged->dh_secret, std::vector<std::uint8_t>(128, 0x11));
  EXPECT_EQ(logged->public_in, std::vector<std::uint8_t>(128, 0x22));
  EXPECT_EQ(logged->public_out, std::vector<std::uint8_t>(128, 0x33));

  const KeyLine own = parse_key_line("RTMPE rc4_to_server=" + hex(16, '4') + " dh_private=" + hex(127, '5') +
                                     " later=x public_in=" + hex(128, '6'));
  const auto* keys = std::get_if<RtmpeKeys>(&own);
  ASSERT_NE(keys, nullptr);
  EXPECT_EQ(keys->to_server.value().back(), 0x44);
  EXPECT_FALSE(keys->to_client.has_value());
  EXPECT_EQ(keys->dh_private.size(), 127U);
  EXPECT_EQ(keys->public_in.size(), 128U);

  EXPECT_TRUE(is<MalformedLine>("RTMPE public_in=" + hex(128)));  // no key at all
  EXPECT_TRUE(is<MalformedLine>("RTMPE rc4_to_server=" + hex(15)));
  EXPECT_TRUE(is<MalformedLine>("RTMPE dh_secret"));
  EXPECT_TRUE(is<MalformedLine>("RTMPE_SHARED_SECRET " + hex(129)));
  EXPECT_TRUE(is<MalformedLine>("RTMPE_SHARED_SECRET " + hex(128) + " PUB_IN zz"));
}

TEST(KeyLine, ReadsTheFormsOfRtmfp) {
  const KeyLine line = parse_key_line("RTMFP tx_aes128=" + hex(16, '1') + " rx_aes128=" + hex(16, '2') +
                                      " tx_hmac=" + hex(32, '3') + " rx_hmac=" + hex(32, '4') +
                                      " sknc=" + hex(523) + " skfc=" + hex(76) + " dh_secret=" + hex(512) +
                                      " hmac_send=1 hmac_recv=0 tx_hmac_len=16 rx_hmac_len=4");
  const auto* keys = std::get_if<RtmfpKeys>(&line);
  ASSERT_NE(keys, nullptr);
  EXPECT_EQ(keys->tx_aes.value().front(), 0x11);
  EXPECT_EQ(keys->rx_aes.value().front(), 0x22);
  EXPECT_EQ(keys->tx_hmac.value().front(), 0x33);
  EXPECT_EQ(keys->rx_hmac.value().back(), 0x44);
  EXPECT_EQ(keys->near_component.size(), 523U);
  EXPECT_EQ(keys->far_component.size(), 76U);
  EXPECT_EQ(keys->dh_secret.size(), 512U);
  EXPECT_EQ(keys->hmac_send, true);
  EXPECT_EQ(keys->hmac_receive, false);
  EXPECT_EQ(keys->tx_hmac_length, 16);
  EXPECT_EQ(keys->rx_hmac_length, 4);

  EXPECT_TRUE(is<RtmfpKeys>("RTMFP rx_aes128=" + hex(16)));
  EXPECT_TRUE(is<RtmfpKeys>("RTMFP dh_private=" + hex(128)));
  EXPECT_TRUE(is<MalformedLine>("RTMFP tx_hmac=" + hex(32)));
  EXPECT_TRUE(is<MalformedLine>("RTMFP tx_aes128=" + hex(16) + " tx_hmac_len=256"));
  EXPECT_TRUE(is<MalformedLine>("RTMFP tx_aes128=" + hex(16) + " hmac_send=2"));
}

}  // namespace
}  // namespace rtmpscope::keys
