#include "analysis/judge/capture_judge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/analysis/judge/connections.hpp"

namespace rtmpscope::analysis::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

Story publisher(double seconds = 10) {
  return Story().publishing().media(seconds).command(client, "deleteStream").fin(client);
}

Story busy() {
  return Story().connected().publish().answer("onStatus", "error", "NetStream.Publish.BadName").fin(client);
}

Story killed(double seconds) {
  return Story().publishing().media(seconds).fin(server);
}

TEST(CaptureJudge, SaysWhoHoldsTheName) {
  const Listener said = Capture().add(0, publisher(10)).add(3, busy()).judged();
  EXPECT_EQ(said.of(2).cause, CauseId::publish_busy);
  EXPECT_THAT(said.of(2).sentence, HasSubstr("It is used by 192.0.2.1:40000 since 13:46:40.1"));
}

TEST(CaptureJudge, DoesNotNameAPublisherThatIsGoneOrHasAnotherName) {
  EXPECT_EQ(Capture().add(0, publisher(1)).add(3, busy()).judged().of(2).sentence.find("used by"),
            std::string::npos);
  const Story other = Story().publishing("dog").media(10).fin(client);
  EXPECT_EQ(Capture().add(0, other).add(3, busy()).judged().of(2).sentence.find("used by"),
            std::string::npos);
}

TEST(CaptureJudge, FindsTheHolderBehindASilentRefusal) {
  const Story silent = Story().connected().publish().fin(server);
  EXPECT_EQ(Capture().add(0, publisher(10)).add(3, silent).judged().of(2).cause, CauseId::publish_busy);
  EXPECT_EQ(Capture().add(0, publisher(1)).add(3, silent).judged().of(2).cause,
            CauseId::publish_silent_refusal);
}

TEST(CaptureJudge, TellsThatANewerPublisherTookTheName) {
  const Listener said = Capture().add(0, killed(10)).add(8.5, publisher(10)).judged();
  EXPECT_EQ(said.of(1).cause, CauseId::replaced);
  EXPECT_EQ(Capture().add(0, killed(10)).add(5, publisher(10)).judged().of(1).cause, CauseId::server_closed)
      << "too long before";
}

TEST(CaptureJudge, TellsARestartAsOne) {
  const Story one = Story().publishing("one").media(10).fin(server);
  const Story two = Story().publishing("two").media(9).fin(server);
  const Story three = Story().publishing("three").media(8).fin(server);
  const Listener said = Capture().add(0, one).add(1, two).add(2, three).judged();
  for (const std::uint32_t connection : {1U, 2U, 3U})
    EXPECT_EQ(said.of(connection).cause, CauseId::server_restart) << connection;
  EXPECT_THAT(said.of(1).with, ElementsAre(2, 3));
  EXPECT_THAT(said.of(3).with, ElementsAre(1, 2));
  EXPECT_THAT(said.of(2).sentence, HasSubstr("3 connections at once"));
}

TEST(CaptureJudge, PublishersThatComeBackAfterARestartHaveNotTakenTheirNames) {
  const Story one = Story().publishing("one").media(10).fin(server);
  const Story two = Story().publishing("two").media(9).fin(server);
  const Story three = Story().publishing("three").media(8).fin(server);
  const Story back = Story().publishing("one").media(3).fin(client);
  const Listener said = Capture().add(0, one).add(1, two).add(2, three).add(10.3, back).judged();
  for (const std::uint32_t connection : {1U, 2U, 3U})
    EXPECT_EQ(said.of(connection).cause, CauseId::server_restart) << connection;
}

TEST(CaptureJudge, TakesTwoForARestartOnlyIfTheyAreAll) {
  const Story one = Story().publishing("one").media(10).fin(server);
  const Story two = Story().publishing("two").media(9).fin(server);
  const Story three = Story().publishing("three").media(30).fin(client);
  EXPECT_EQ(Capture().add(0, one).add(1, two).judged().of(1).cause, CauseId::server_restart);
  EXPECT_EQ(Capture().add(0, one).add(1, two).add(2, three).judged().of(1).cause, CauseId::server_closed);
  EXPECT_EQ(Capture().add(0, one).add(9, two).judged().of(1).cause, CauseId::server_closed) << "not at once";
}

TEST(CaptureJudge, TellsALoginAsOne) {
  const auto step = [](const char* said, const char* app) {
    return Story().connect(app).answer("_error", "error", "NetConnection.Connect.Rejected", said).fin(server);
  };
  const Listener said = Capture()
                            .add(0, step("code=403 need auth", "live"))
                            .add(0.2, step("?reason=needauth&user=me", "live?user=me"))
                            .add(0.4, step("?reason=authfailed", "live?user=me"))
                            .judged();
  EXPECT_EQ(said.of(3).cause, CauseId::auth_failed);
  EXPECT_THAT(said.of(3).with, ElementsAre(1, 2));
  EXPECT_THAT(said.of(1).sentence, HasSubstr("goes on in connection 2"));
  EXPECT_EQ(without_marks(said.capture.title), "The password of user \"me\" is wrong.");
}

TEST(CaptureJudge, KnowsALoginThatSucceeds) {
  const Story asked = Story()
                          .connect()
                          .answer("_error", "error", "NetConnection.Connect.Rejected", "code=403 need auth")
                          .fin(server);
  const Listener said = Capture().add(0, asked).add(0.2, publisher(30)).judged();
  EXPECT_THAT(said.of(1).sentence, HasSubstr("goes on in connection 2"));
  EXPECT_EQ(Capture().add(0, asked).judged().of(1).sentence,
            "The server asked for a user and password; the client gave none.");
}

TEST(CaptureJudge, TellsALoopOfRefusals) {
  const Listener said = Capture().add(0, busy()).add(5, busy()).add(10, busy()).add(90, busy()).judged();
  EXPECT_THAT(said.of(2).sentence, HasSubstr("reconnected once, each time refused"));
  EXPECT_THAT(said.of(3).sentence, HasSubstr("reconnected 2 times, each time refused"));
  EXPECT_THAT(said.of(3).with, ElementsAre(1, 2));
  EXPECT_THAT(said.of(4).with, IsEmpty()) << "after more than a minute";
  EXPECT_THAT(said.findings, ElementsAre(Pair(3, "reconnecting")));
}

TEST(CaptureJudge, FindsNoLoopInSessionsThatEndWell) {
  EXPECT_THAT(Capture().add(0, publisher(2)).add(5, publisher(2)).add(10, publisher(2)).judged().findings,
              IsEmpty());
}

TEST(CaptureJudge, FindsTwoPublishersOfOneName) {
  EXPECT_THAT(Capture().add(0, publisher(20)).add(5, publisher(5)).judged().findings,
              ElementsAre(Pair(2, "duplicate_publisher")));
  Story elsewhere = publisher(5);
  elsewhere.history.client_address = "192.0.2.77";
  EXPECT_THAT(Capture().add(0, publisher(20)).add(5, elsewhere).judged().findings,
              ElementsAre(Pair(2, "duplicate_publisher"), Pair(2, "key_reused")));
  EXPECT_THAT(Capture().add(0, publisher(4)).add(5, publisher(5)).judged().findings, IsEmpty());
  EXPECT_THAT(Capture().add(0, killed(6)).add(5, publisher(5)).judged().findings, IsEmpty())
      << "the server replaces publishers";
}

TEST(CaptureJudge, SaysWhyThePublisherLeft) {
  Story player = Story().playing().media(5);
  player.history.streams[0].stopped = player.now;
  player.fin(server);
  const Story vanished = Story().publishing().media(4.9).reset(client);
  const Listener said = Capture().add(0, vanished).add(0.1, player).judged();
  EXPECT_EQ(said.of(2).cause, CauseId::publisher_gone);
  EXPECT_THAT(said.of(2).sentence, HasSubstr("Connection 1: The client's program ended abruptly"));
  EXPECT_GT(said.capture.severity, Severity::note);
}

TEST(CaptureJudge, APlayerWhosePublisherStoppedHasEndedWell) {
  Story player = Story().playing().media(2.2);
  player.history.streams[0].stopped = player.now;
  player.fin(server);
  const Listener said = Capture().add(0, publisher(2)).add(0.1, player).judged();
  EXPECT_EQ(said.of(2).cause, CauseId::publisher_gone);
  EXPECT_THAT(said.of(2).sentence, HasSubstr("Connection 1: The client stopped publishing"));
  EXPECT_EQ(said.capture.severity, Severity::note);
  EXPECT_THAT(said.capture.title, HasSubstr("All 2 connections ended properly"));
}

TEST(CaptureJudge, DoesNotSayThatNobodyPublishesWhereSomebodyDoes) {
  const Story player = Story().playing().wait(5).fin(client);
  EXPECT_THAT(Capture().add(0, publisher(20)).add(2, player).judged().of(2).sentence,
              HasSubstr("though 192.0.2.1"));
  EXPECT_THAT(Capture().add(2, player).judged().of(1).sentence, HasSubstr("Nobody was publishing \"cam\""));
}

TEST(CaptureJudge, KnowsServersThatSpeakTls) {
  Story tls = Story().data(client, 5000).data(server, 5000);
  tls.history.tls.seen = true;
  tls.history.phase = Phase::tls;
  tls.fin(client);
  const Story plain = Story().part(client, "c0").part(client, "c1").fin(server);
  EXPECT_EQ(Capture().add(0, tls).add(5, plain).judged().of(2).cause, CauseId::tls_expected);
  EXPECT_EQ(Capture().add(5, plain).judged().of(1).cause, CauseId::handshake_server_gone);
}

TEST(CaptureJudge, TellsAnOutageAsOne) {
  const auto lost = [](double seconds) {
    Story story = Story().publishing().media(seconds).wait(20).reset(client);
    story.history.side(client).repeats_at_end = 6;
    story.history.side(client).unanswered_ms = 20'000;
    return story;
  };
  const Listener said = Capture().add(0, lost(10)).add(1, lost(9)).judged();
  EXPECT_THAT(said.of(1).with, ElementsAre(2));
  EXPECT_THAT(said.of(1).sentence, HasSubstr("2 connections broke at the same time"));
}

TEST(CaptureJudge, GivesEachVerdictOnce) {
  Capture capture;
  for (int i = 0; i < 5000; ++i)
    capture.add(0.001 * i, Story().publishing(std::to_string(i)).media(3).fin(server));
  EXPECT_EQ(capture.judged().verdicts.size(), 5000U);
}

}  // namespace
}  // namespace rtmpscope::analysis::test
