#include "carrier/http_tunnel/tunnel_request.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::test {
namespace {

using carrier::read_tunnel_target;
using carrier::TunnelCommand;

TEST(TunnelRequest, ReadsTheTargetsOfASession) {
  const auto send = read_tunnel_target("/send/c16a5320fa475530/42");
  ASSERT_TRUE(send.has_value());
  EXPECT_EQ(send->command, TunnelCommand::send);
  EXPECT_EQ(send->session, "c16a5320fa475530");
  EXPECT_EQ(send->sequence, 42U);
  EXPECT_EQ(read_tunnel_target("/idle/a/0")->command, TunnelCommand::idle);
  EXPECT_EQ(read_tunnel_target("http://192.0.2.1:80/close/a/7?x")->sequence, 7U);
  EXPECT_EQ(read_tunnel_target("/open/1")->command, TunnelCommand::open);
  EXPECT_EQ(read_tunnel_target("/fcs/ident2")->command, TunnelCommand::ident);
}

TEST(TunnelRequest, OtherTargetsAreNone) {
  for (const char* target : {"/", "/send/", "/send/a", "/send/a/", "/send/a/x", "/send//1", "/send/a/1x",
                             "/send/a/1234567890", "/sent/a/1", "/open/2", "http://host", "/idle/a b/1"}) {
    EXPECT_FALSE(read_tunnel_target(target).has_value()) << target;
  }
}

TEST(TunnelRequest, SessionIdsHaveALimit) {
  EXPECT_TRUE(carrier::is_session_id(std::string(carrier::longest_session_id, 'a')));
  EXPECT_FALSE(carrier::is_session_id(std::string(carrier::longest_session_id + 1, 'a')));
  EXPECT_FALSE(carrier::is_session_id("<html>"));
  EXPECT_FALSE(carrier::is_session_id(""));
}

}  // namespace
}  // namespace rtmpscope::test
