#include <gtest/gtest.h>

#include "checker.hpp"

namespace rtmpscope::analysis {
namespace {

TEST(Status, ByCodeAndDescription) {
  const Checker check(server);
  const Story story = publishing().status("NetStream.Publish.BadName", "error", "Already publishing");
  EXPECT_EQ(check(R"({"test": "status", "code": "BadName$", "description": "^Already"})", story), pass);
  EXPECT_EQ(check(R"({"test": "status", "code": "BadName$", "description": "^Not"})", story), fail);
  EXPECT_EQ(check(R"({"test": "status", "code": "Rejected"})", story), fail);
  const Story redirected = Story().connect().command(
      server, "_error", 1,
      R"([null, {"code": "NetConnection.Connect.Rejected", "ex": {"redirect": "rtmp://b/"}}])");
  EXPECT_EQ(check(R"({"test": "status", "code": "Rejected$", "redirect": true})", redirected), pass);
  EXPECT_EQ(check(R"({"test": "status", "code": "BadName$", "redirect": true})", story), fail);
}

TEST(NoErrorStatus, OfAWholeDirection) {
  const Checker check(server);
  const std::string none = R"({"test": "no_error_status"})";
  EXPECT_EQ(check(none, publishing()), pass);
  EXPECT_EQ(check(none, publishing().status("NetStream.Publish.BadName", "error")), fail);
  EXPECT_EQ(check(none, publishing().gap(server)), not_decided);
}

TEST(Unanswered, TheLastRequest) {
  const Checker check(server);
  const std::string publish = R"({"test": "unanswered", "request": "publish"})";
  EXPECT_EQ(check(publish, Story().connect().reply().publish()), pass);
  EXPECT_EQ(check(publish, publishing()), fail);
  EXPECT_EQ(check(publish, Story().connect().reply()), fail);
  EXPECT_EQ(check(publish, Story().connect().reply().publish().gap(server)), not_decided);
}

TEST(Answered, ByThatName) {
  const Checker check(client);
  const std::string result = R"({"test": "answered", "request": "publish", "by": "_result"})";
  EXPECT_EQ(check(result, Story().connect().reply().publish().command(server, "_result", 5, "[null, null]")),
            pass);
  EXPECT_EQ(check(result, publishing()), fail);
  EXPECT_EQ(check(result, Story().connect().reply().publish()), fail);
}

TEST(RequestUnanswered, ForALimit) {
  const Checker check(client, R"({"limit": "command_answer_s", "value": 3})");
  const std::string limit = R"({"test": "request_unanswered_for", "limit": "command_answer_s"})";
  EXPECT_EQ(check(limit, Story().connect().reply().publish().wait(3).close(client)), pass);
  EXPECT_EQ(check(limit, Story().connect().reply().publish().wait(5).close(client)), fail);
  EXPECT_EQ(check(limit, publishing().wait(3).close(client)), fail);
}

TEST(PublishStarted, AfterThatTime) {
  const Checker check(client);
  const std::string late = R"({"test": "publish_started_after", "from_ms": 100, "to_ms": 250})";
  EXPECT_EQ(check(late, Story().connect().reply().wait(0.15).publish().publish_start()), pass);
  EXPECT_EQ(check(late, publishing()), fail);
  EXPECT_EQ(check(late, Story().connect().reply().publish()), fail);
}

TEST(CommandPauses, OfThatLength) {
  const Checker check(client);
  const std::string two = R"({"test": "command_pauses", "from_ms": 35, "to_ms": 50, "at_least": 2})";
  const auto story = [](double pause) {
    return Story().connect().wait(pause).command(client, "createStream", 4, "[null]").wait(pause).publish();
  };
  EXPECT_EQ(check(two, story(0.032)), pass);
  EXPECT_EQ(check(two, story(0.1)), fail);
}

TEST(Reply, InSmallChunks) {
  const Checker check(client);
  const std::string small = R"({"test": "reply_in_small_chunks"})";
  const auto story = [](int chunks) {
    return Story().connect().message(
        server, 20,
        {{"length", 300},
         {"chunks", chunks},
         {"command", {{"name", "_result"}, {"transaction_id", 1}, {"arguments", Json::array()}}}},
        3, 0);
  };
  EXPECT_EQ(check(small, story(3)), pass);
  EXPECT_EQ(check(small, story(1)), fail);
}

TEST(Commands, ThatWereNotSent) {
  const Checker check(client);
  const std::string none = R"({"test": "no_command", "name": "connect"})";
  const auto story = [] { return Story().handshake("c1", "{}").handshake_done(); };
  EXPECT_EQ(check(none, story().chunk_size(client, 4096)), pass);
  EXPECT_EQ(check(none, story().connect()), fail);
  EXPECT_EQ(check(none, story().gap(client).connect()), not_decided);
}

TEST(Connect, HoldsAList) {
  const Checker check(server);
  EXPECT_EQ(check(R"({"test": "list_in_connect"})", Story().connect(R"({"fourCcList": ["av01"]})")), pass);
  EXPECT_EQ(check(R"({"test": "list_in_connect"})", Story().connect()), fail);
}

TEST(Name, WithoutAText) {
  const Checker check(server);
  EXPECT_EQ(check(R"({"test": "name_without", "text": "user="})", publishing()), pass);
  EXPECT_EQ(check(R"({"test": "name_without", "text": "user="})", Story().connect().publish("a?user=me")),
            fail);
}

}  // namespace
}  // namespace rtmpscope::analysis
