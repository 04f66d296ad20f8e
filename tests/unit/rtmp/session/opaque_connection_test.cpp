#include "rtmp/session/opaque_connection.hpp"

#include <gmock/gmock.h>

#include "unit/rtmp/session/event_log.hpp"

namespace rtmpscope::test {
namespace {

using ::testing::ElementsAre;

rtmp::ConnectionInfo http() {
  rtmp::ConnectionInfo about;
  about.transport = rtmp::Transport::http;
  return about;
}

TEST(OpaqueConnection, IsNamedAndNotDecoded) {
  EventLog log;
  rtmp::OpaqueConnection connection(http(), 1, log);
  connection.open({1, 0});
  connection.close(EndCause::fin, {2, 0}, {});
  EXPECT_THAT(log.lines, ElementsAre("connection_open", "finding not_rtmp", "connection_close"));
}

TEST(OpaqueConnection, ReportsAProxyHeader) {
  EventLog log;
  rtmp::ConnectionInfo about = http();
  about.proxy_headers = {{ProxyProtocol::version_2, 28, {}}};
  rtmp::OpaqueConnection connection(about, 1, log);
  connection.open({1, 0});
  EXPECT_THAT(log.lines, ElementsAre("connection_open", "finding proxy_header", "finding not_rtmp"));
}

}  // namespace
}  // namespace rtmpscope::test
