// Connections that came to nothing, and ICMP errors.
#include <gtest/gtest.h>

#include "unit/net/recorder.hpp"

namespace rtmpscope::net::test {
namespace {

FlowLimits measuring() {
  FlowLimits limits;
  limits.measure = true;
  return limits;
}

/// What is told of a connection by the end of a capture that goes on until `end` milliseconds.
std::string told(const std::vector<const char*>& segments, Timestamp end,
                 const FlowLimits& limits = measuring()) {
  Scenario s(limits);
  s.tick(0);
  for (const char* segment : segments) s.feed(segment);
  s.time = end * millisecond;
  s.finish();
  return s.log.text;
}

TEST(Unopened, ARefusedConnection) {
  EXPECT_EQ(told({"c S 99", "s RA 0 ack=100 t=1"}, 2), "refused:reset");
  EXPECT_EQ(told({"c S 99", "s RA 0 ack=100 t=1"}, 2, {}), "");
  // The SYN again, as some systems do, within a second: the same connection.
  EXPECT_EQ(told({"c S 99", "s RA 0 ack=100 t=1", "c S 99 t=500", "s RA 0 ack=100 t=501"}, 600),
            "refused:reset");
}

TEST(Unopened, AResetThatDoesNotAcknowledgeTheSynRefusesNothing) {
  EXPECT_EQ(told({"c S 99", "s RA 0 ack=700 t=1"}, 2), "");
  EXPECT_EQ(told({"c S 99", "s R 0 t=1"}, 2), "");
  EXPECT_EQ(told({"c S 99", "s RA 0 ack=700 t=1", "s RA 0 ack=100 t=2"}, 3), "refused:reset");
}

TEST(Unopened, AnUnansweredConnection) {
  EXPECT_EQ(told({"c S 99", "c S 99 t=1000"}, 1000), "unanswered:capture_end");
  EXPECT_EQ(told({"c S 99"}, 3000), "unanswered:capture_end");
  EXPECT_EQ(told({"c S 99"}, 2999), "");                // the answer may be on its way
  EXPECT_EQ(told({"c S 99", "c S 99 t=1"}, 2999), "");  // captured twice
  EXPECT_EQ(told({"c S 99", "c S 99 t=1000"}, 9000, {}), "");
}

TEST(Unopened, AnAnsweredConnectionIsNone) {
  EXPECT_EQ(told({"c S 99", "s SA 499 ack=100 t=1"}, 9000), "");
  EXPECT_EQ(told({"c S 99", "c S 99 t=1000", "s SA 499 ack=100 t=1001"}, 9000), "");
  EXPECT_EQ(
      told({"c S 99", "s SA 499 ack=100 t=1", "c A 100 ack=500 t=2", "c FA 100 t=3", "s R 500 t=4"}, 9000),
      "");
  EXPECT_EQ(told({"s SA 499 ack=100 t=1"}, 9000), "");  // whose SYN was not captured
  EXPECT_EQ(told({"c S 99", "c A 100 hello t=2"}, 9000),
            "open >0:hello >5.capture_end <0.capture_end close:capture_end");
}

TEST(Unopened, EndsByTimeoutAndByAnotherOne) {
  Scenario s(measuring());
  s.tick(0);
  s.feed("c S 99");
  s.tick(FlowLimits{}.half_open_timeout + 1);
  EXPECT_EQ(s.log.text, "unanswered:idle");
  EXPECT_EQ(told({"c S 99", "c S 777 t=5000"}, 5001), "unanswered:port_reuse");
}

TEST(Unopened, TellsTheResetAndItsTtl) {
  Scenario s(measuring());
  s.feed("c S 99");
  s.feed("s RA 0 ack=100 ttl=250");
  const std::optional<ResetFacts>& reset = s.end(Direction::to_client).reset;
  ASSERT_TRUE(reset.has_value());
  EXPECT_EQ(reset->hop_limit, 250);
  EXPECT_EQ(reset->usual_hop_limit, 0);
}

TEST(Icmp, ErrorsOfAConnection) {
  Scenario s(measuring());
  s.feed("c A 100 hello");
  s.feed_icmp(true, 100, 3, 1);
  s.feed_icmp(false, 0, 3, 1);             // nothing of the server was captured
  s.feed_icmp(true, 1'000'000'000, 3, 1);  // nothing that the client has sent
  ASSERT_EQ(s.log.icmp.size(), 1U);
  EXPECT_EQ(s.log.icmp[0].direction, Direction::to_server);
  EXPECT_EQ(s.log.icmp[0].error.type, 3);
  EXPECT_EQ(s.log.icmp[0].error.code, 1);
  EXPECT_EQ(s.log.icmp[0].error.packet.number, 2U);
  EXPECT_EQ(s.log.icmp[0].error.reporter.to_string(), "192.0.2.9");
  s.finish();
  EXPECT_EQ(s.end(Direction::to_server).icmp_errors, 1U);
  EXPECT_EQ(s.end(Direction::to_client).icmp_errors, 0U);
}

TEST(Icmp, TenAreToldAndAllAreCounted) {
  Scenario s(measuring());
  s.feed("c A 100 hello");
  for (int i = 0; i < 25; ++i) s.feed_icmp(true, 100, 11, 0);
  s.finish();
  EXPECT_EQ(s.log.icmp.size(), 10U);
  EXPECT_EQ(s.end(Direction::to_server).icmp_errors, 25U);
}

TEST(Icmp, WaitsUntilSomebodyTakesIt) {
  Scenario s(measuring());
  s.log.takes_samples = false;
  s.feed("c A 100 hello");
  s.feed_icmp(true, 100, 3, 1);
  EXPECT_TRUE(s.log.icmp.empty());
  s.log.takes_samples = true;
  s.finish();
  EXPECT_EQ(s.log.icmp.size(), 1U);
}

TEST(Icmp, OfAnUnansweredConnection) {
  Scenario s(measuring());
  s.feed("c S 99");
  s.feed_icmp(true, 99, 3, 13);
  s.feed("c S 99 t=1000");
  s.finish();
  EXPECT_EQ(s.log.text, "unanswered:capture_end");
  ASSERT_EQ(s.log.icmp.size(), 1U);
  EXPECT_EQ(s.log.icmp[0].error.code, 13);
}

TEST(Icmp, OfUnknownConnectionsAndUnmeasuredOnes) {
  Scenario s(measuring());
  s.feed_icmp(true, 100, 3, 1);
  EXPECT_EQ(s.table.size(), 0U);
  EXPECT_EQ(s.table.counters().stray_segments, 1U);
  Scenario unmeasured;
  unmeasured.feed("c A 100 hello");
  unmeasured.feed_icmp(true, 100, 3, 1);
  unmeasured.finish();
  EXPECT_TRUE(unmeasured.log.icmp.empty());
}

}  // namespace
}  // namespace rtmpscope::net::test
