#include "rtmfp/startup_chunks.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"

namespace rtmpscope::rtmfp::test {
namespace {

using rtmpscope::test::hex;

TEST(ForwardedHello, NamesTheInitiator) {
  const auto chunk = hex("03 020f77 02 c0000207 1234 aabb");
  const auto hello = parse_forwarded_hello(chunk);
  ASSERT_TRUE(hello);
  ASSERT_TRUE(hello->endpoint.fingerprint);
  EXPECT_EQ(hello->endpoint.fingerprint->front(), 0x77);
  ASSERT_TRUE(hello->initiator);
  EXPECT_EQ(hello->initiator->endpoint.to_string(), "192.0.2.7:4660");
  EXPECT_EQ(hello->tag.size(), 2U);
  EXPECT_FALSE(parse_forwarded_hello(hex("03 020f77 02 c00002")));
}

TEST(ResponderHello, HasTagCookieAndCertificate) {
  const auto chunk = hex("02 a1a2 03 b1b2b3 c1c2c3c4");
  const auto hello = parse_responder_hello(chunk);
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->tag.size(), 2U);
  EXPECT_EQ(hello->cookie.size(), 3U);
  EXPECT_EQ(hello->certificate.size(), 4U);
  EXPECT_FALSE(parse_responder_hello(hex("02 a1a2 03 b1b2")));
}

TEST(Redirect, HasAnyNumberOfAddresses) {
  const auto redirect = parse_redirect(hex("01 a1 02 c0000201 078f 01 c0000202 0790"));
  ASSERT_TRUE(redirect);
  ASSERT_EQ(redirect->addresses.size(), 2U);
  EXPECT_EQ(redirect->addresses[1].endpoint.to_string(), "192.0.2.2:1936");
  EXPECT_TRUE(parse_redirect(hex("01 a1"))->addresses.empty());
  EXPECT_FALSE(parse_redirect(hex("01 a1 02 c0000201 07")));
}

TEST(Keying, HasSessionIdAndComponent) {
  const auto chunk = hex("02000000 01 c0 02 d0d1 03 e0e1e2 58");
  const auto keying = parse_initiator_keying(chunk);
  ASSERT_TRUE(keying);
  EXPECT_EQ(keying->session_id, 0x02000000U);
  EXPECT_EQ(keying->cookie.size(), 1U);
  EXPECT_EQ(keying->certificate.size(), 2U);
  EXPECT_EQ(keying->component.size(), 3U);
  const auto answer_chunk = hex("00000007 03 e0e1e2 58");
  const auto answer = parse_responder_keying(answer_chunk);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->session_id, 7U);
  EXPECT_EQ(answer->component.size(), 3U);
}

TEST(Keying, IsRefusedIfItIsCutOrHasNoSessionId) {
  EXPECT_FALSE(parse_initiator_keying(hex("02000000 01 c0 02 d0d1 03 e0e1")));
  EXPECT_FALSE(parse_initiator_keying(hex("00000000 01 c0 02 d0d1 03 e0e1e2")));
  EXPECT_FALSE(parse_responder_keying(hex("00000000 03 e0e1e2")));
  EXPECT_FALSE(parse_responder_keying(hex("000000")));
}

TEST(CookieChange, HasBothCookies) {
  const auto change = parse_cookie_change(hex("02 a1a2 b1b2b3"));
  ASSERT_TRUE(change);
  EXPECT_EQ(change->old_cookie.size(), 2U);
  EXPECT_EQ(change->new_cookie.size(), 3U);
}

TEST(PacketFragment, HasNumbers) {
  const auto fragment = parse_packet_fragment(hex("80 8100 05 aabb"));
  ASSERT_TRUE(fragment);
  EXPECT_TRUE(fragment->more);
  EXPECT_EQ(fragment->packet, 128U);
  EXPECT_EQ(fragment->number, 5U);
  EXPECT_EQ(fragment->bytes.size(), 2U);
  EXPECT_FALSE(parse_packet_fragment(hex("80 81")));
}

}  // namespace
}  // namespace rtmpscope::rtmfp::test
