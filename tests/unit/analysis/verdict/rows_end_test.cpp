// No more than the end itself.
#include "unit/analysis/verdict/expectations.hpp"

namespace rtmpscope::analysis::test {
namespace {

TEST(Client, Stops) {
  const Story story =
      Story().publishing().media(5).command(client, "deleteStream").fin(client).fin(server).reset(client);
  expect({{"and resets afterwards", story, CauseId::client_stopped, certain}});
  EXPECT_EQ(sentence_of(story), "The client stopped publishing properly after 5.0 s.");
  EXPECT_EQ(decide(story.history, story.context).ended_by, client);
  EXPECT_EQ(sentence_of(Story().playing().media(5).command(client, "closeStream").fin(client)),
            "The client stopped playing properly after 5.0 s.");
  EXPECT_EQ(sentence_of(Story().connected().command(client, "deleteStream").fin(client)),
            "The client stopped properly after 100 ms.");
}

TEST(Client, ClosesOrVanishes) {
  expect({
      {"FIN", Story().publishing().media(5).fin(client), CauseId::client_closed, certain},
      {"reset", Story().publishing().media(5).reset(client), CauseId::client_vanished, likely},
      {"reset of a player", Story().playing().media(5).reset(client), CauseId::client_vanished, likely},
  });
  EXPECT_EQ(sentence_of(Story().playing().media(5).reset(client)),
            "The player closed after 5.0 s with unread data, as players do.");
  EXPECT_EQ(sentence_of(Story().publishing().media(5).reset(client)).substr(0, 34),
            "The client's program ended abruptl");
}

TEST(Server, ClosesOrResets) {
  const Story found = Story()
                          .publishing()
                          .media(5)
                          .finding(client, FindingId::data_message_empty, Severity::warning)
                          .reset(server);
  expect({
      {"FIN", Story().publishing().media(5).fin(server), CauseId::server_closed, certain},
      {"reset", Story().publishing().media(5).reset(server), CauseId::server_reset, certain},
      {"reset with something odd before", found, CauseId::server_reset, certain},
  });
  EXPECT_NE(sentence_of(found).find("data_message_empty"), std::string::npos);
}

TEST(Nobody, Ends) {
  Story story = Story().publishing().media(5).close("idle");
  story.context.capture_last.time += 300'000'000'000;
  expect({{"silence", story, CauseId::unknown, certain}});
  EXPECT_FALSE(decide(story.history, story.context).ended_by);
}

TEST(VerdictEvidence, HasTheFramesThatShowIt) {
  const Story story = Story().publishing().media(5).command(client, "deleteStream").fin(client);
  const Verdict verdict = decide(story.history, story.context);
  ASSERT_EQ(verdict.evidence.size(), 2U);
  EXPECT_EQ(verdict.evidence[0].what, "deleteStream");
  EXPECT_EQ(verdict.evidence[1].what, "FIN of the client");
  EXPECT_EQ(verdict.evidence[1].at.frame, story.now.frame);
}

TEST(Names, AreThoseOfTheTable) {
  EXPECT_EQ(name(CauseId::capture_ended), "capture_ended");
  EXPECT_EQ(name(CauseId::unknown), "unknown");
  EXPECT_TRUE(is_refusal(CauseId::publish_busy));
  EXPECT_FALSE(is_refusal(CauseId::play_waiting));
  EXPECT_FALSE(is_refusal(CauseId::client_stopped));
  EXPECT_TRUE(is_undecided(CauseId::capture_hole));
  EXPECT_FALSE(is_undecided(CauseId::server_closed));
}

}  // namespace
}  // namespace rtmpscope::analysis::test
