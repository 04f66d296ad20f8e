#include <gtest/gtest.h>

#include "checker.hpp"

namespace rtmpscope::analysis {
namespace {

TEST(EndedBy, SideAndKind) {
  const Checker check(server);
  const std::string by_fin = R"({"test": "ended_by", "side": "server", "how": "fin"})";
  EXPECT_EQ(check(by_fin, publishing().close(server)), pass);
  EXPECT_EQ(check(by_fin, publishing().close(server, "reset")), fail);
  EXPECT_EQ(check(by_fin, publishing().close(client)), fail);
  EXPECT_EQ(check(by_fin, publishing().capture_ends()), fail);
  EXPECT_EQ(
      check(R"({"test": "ended_by", "side": "server", "how": "reset"})", publishing().close(server, "reset")),
      pass);
}

TEST(EndedBy, SoonAfterSomething) {
  const Checker check(server);
  const auto after = [](const char* event, const char* more = "") {
    return R"({"test": "ended_by", "side": "server", "within_s": 1, "after": ")" + std::string(event) + "\"" +
           more + "}";
  };
  EXPECT_EQ(check(after("publish_start"), publishing().close(server)), pass);
  EXPECT_EQ(check(after("publish_start"), publishing().wait(2).close(server)), fail);
  EXPECT_EQ(check(after("connect"), Story().connect().close(server)), pass);
  EXPECT_EQ(check(after("publish"), Story().connect().close(server)), fail);
  EXPECT_EQ(check(after("publish"), Story().connect().publish().close(server)), pass);
  EXPECT_EQ(check(after("first_video"), publishing().media(client, MediaType::video).close(server)), pass);
  EXPECT_EQ(check(after("first_audio"), publishing().media(client, MediaType::video).close(server)), fail);
  EXPECT_EQ(check(after("metadata"), publishing().metadata(client, "{}").close(server)), pass);
  EXPECT_EQ(
      check(after("time_passed"), publishing().media(client, MediaType::video, 4, 16777215).close(server)),
      pass);
  EXPECT_EQ(
      check(after("time_passed"), publishing().media(client, MediaType::video, 4, 16777214).close(server)),
      fail);
  const Story large =
      publishing().media(client, MediaType::video, 4, 0, PacketKind::coded_frames, false, 1048576);
  EXPECT_EQ(check(after("large_message", R"(, "bytes": 1048576)"), Story(large).close(server)), pass);
  EXPECT_EQ(check(after("large_message", R"(, "bytes": 1048577)"), Story(large).close(server)), fail);
}

TEST(Silent, AsLongAsALimit) {
  const Checker check(server, R"({"limit": "client_silent_s", "value": 5})");
  const std::string limit =
      R"({"test": "silent", "side": "client", "about_limit": "client_silent_s", "then": "ended"})";
  EXPECT_EQ(check(limit, publishing().media(client, MediaType::video).wait(5.3).close(server)), pass);
  EXPECT_EQ(check(limit, publishing().media(client, MediaType::video).wait(6.5).close(server)), fail);
  EXPECT_EQ(check(limit, publishing().media(client, MediaType::video).wait(5.3).close(client)), fail);
  EXPECT_EQ(check(limit, publishing().media(client, MediaType::video).gap(client).wait(5).close(server)),
            not_decided);
}

TEST(Silent, AndStillOpen) {
  const Checker check(server);
  const std::string open = R"({"test": "silent", "side": "client", "at_least_s": 60, "then": "open"})";
  EXPECT_EQ(check(open, publishing().wait(61).capture_ends()), pass);
  EXPECT_EQ(check(open, publishing().wait(59).capture_ends()), fail);
  EXPECT_EQ(check(open, publishing().wait(61).close(server)), fail);
  Checker live(server);
  live.context.capture_last = {100'000'000'000, 9};
  EXPECT_EQ(live(open, publishing()), pass);
}

TEST(Silent, BetweenTwoTimes) {
  const Checker check(server);
  const std::string between =
      R"({"test": "silent", "side": "client", "from_s": 9.4, "to_s": 10.6, "then": "ended"})";
  EXPECT_EQ(check(between, publishing().wait(10).close(server)), pass);
  EXPECT_EQ(check(between, publishing().wait(11).close(server)), fail);
}

TEST(Unacknowledged, ForALimit) {
  const Checker check(client, R"({"limit": "send_s", "value": 15})");
  const std::string limit = R"({"test": "unacknowledged_for", "limit": "send_s"})";
  EXPECT_EQ(
      check(limit, publishing().close(client, "fin", R"({"to_server": {"tcp": {"unanswered_ms": 15200}}})")),
      pass);
  EXPECT_EQ(
      check(limit, publishing().close(client, "fin", R"({"to_server": {"tcp": {"unanswered_ms": 9000}}})")),
      fail);
  EXPECT_EQ(check(limit, publishing().close(client, "fin",
                                            R"({"to_server": {"tcp": {"zero_window_at_end_ms": 15000}}})")),
            pass);
  EXPECT_EQ(check(limit, publishing().close(client)), not_decided);
}

TEST(ZeroWindow, ForASecond) {
  const Checker check(server);
  const std::string zero = R"({"test": "zero_window", "side": "server"})";
  const auto story = [](int ms) {
    return publishing().close(
        server, "fin", R"({"to_server": {"tcp": {"zero_window_at_end_ms": )" + std::to_string(ms) + "}}}");
  };
  EXPECT_EQ(check(zero, story(5000)), pass);
  EXPECT_EQ(check(zero, story(500)), fail);
  EXPECT_EQ(check(zero, publishing().close(server)), not_decided);
}

TEST(Duration, BetweenTwoTimes) {
  const Checker check(client);
  const std::string near = R"({"test": "duration", "from_s": 85, "to_s": 95})";
  EXPECT_EQ(check(near, publishing().wait(90).close(server)), pass);
  EXPECT_EQ(check(near, publishing().wait(100).close(server)), fail);
  EXPECT_EQ(check(near, publishing().wait(90).capture_ends()), fail);
}

TEST(NotClean, WithoutASayingSo) {
  const Checker check(client);
  const std::string rough = R"({"test": "not_clean"})";
  EXPECT_EQ(check(rough, publishing().close(client)), pass);
  EXPECT_EQ(check(rough, publishing().command(client, "FCUnpublish", 6, "[null]").close(client)), fail);
  EXPECT_EQ(check(rough, publishing().gap(client).close(client)), not_decided);
}

TEST(EndsInCutCommand, OfThatManyBytes) {
  const Checker check(client);
  const std::string cut = R"({"test": "ends_in_cut_command", "bytes": 8})";
  const auto story = [](int bytes) {
    Story told = publishing();
    told.message(client, 20,
                 {{"complete", false}, {"length", 34}, {"command", {{"arguments", Json::array()}}}}, 3, 0);
    return told.close(client, "reset", R"({"to_server": {"bytes": )" + std::to_string(3273 + bytes) + "}}");
  };
  EXPECT_EQ(check(cut, story(8)), pass);
  EXPECT_EQ(check(cut, story(20)), fail);
  EXPECT_EQ(check(cut, publishing().close(client)), fail);
}

}  // namespace
}  // namespace rtmpscope::analysis
