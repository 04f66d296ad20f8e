// The phase of connect.
#include "unit/analysis/verdict/expectations.hpp"

namespace rtmpscope::analysis::test {
namespace {

Story refused(const char* description, const char* app = "live") {
  return Story()
      .connect(app)
      .answer("_error", "error", "NetConnection.Connect.Rejected", description)
      .command(server, "close")
      .fin(server);
}

TEST(Login, IsToldByItsLastStep) {
  const char* const needed = "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ";
  const char* const challenge =
      "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user=me&salt=x";
  const char* const failed = "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=authfailed&opaque=x";
  const char* const nobody = "[ AccessManager.Reject ] : [ authmod=llnw ] : ?reason=nosuchuser";
  expect({
      {"asked, and none given", refused(needed), CauseId::auth_needed, certain},
      {"asked for the answer", refused(challenge), CauseId::auth_needed, certain},
      {"wrong", refused(failed, "live?authmod=adobe&user=me&response=x"), CauseId::auth_failed, certain},
      {"no such user", refused(nobody, "live?authmod=llnw&user=me"), CauseId::auth_user, certain},
      {"another reason", refused("no such application"), CauseId::connect_rejected, certain},
  });
  EXPECT_EQ(sentence_of(refused(needed)), "The server asked for a user and password; the client gave none.");
  EXPECT_EQ(sentence_of(refused(failed, "live?authmod=adobe&user=me&response=x")),
            "The password of user \"me\" is wrong.");
  EXPECT_TRUE(runners_up_of(refused(failed)).empty());
}

TEST(Connect, IsRefusedWithAStatus) {
  expect({
      {"rejected, and the client closes",
       Story().connect().answer("_error", "error", "NetConnection.Connect.Rejected", "no").fin(client),
       CauseId::connect_rejected, certain},
      {"accepted", Story().connected().fin(client), CauseId::client_closed, certain},
  });
  EXPECT_EQ(sentence_of(refused("No such application.", "liev")),
            "The server refused connect to application \"liev\": NetConnection.Connect.Rejected, \"No such "
            "application\".");
}

TEST(Connect, IsRefusedWithoutAWord) {
  expect({
      {"FIN", Story().connect().fin(server), CauseId::connect_silent_refusal, likely},
      {"reset", Story().connect().reset(server), CauseId::connect_silent_refusal, likely},
      {"the reply may be missing", Story().connect().gap(server).fin(server), CauseId::capture_hole, certain},
      {"after the reply", Story().connected().fin(server), CauseId::server_closed, certain},
  });
}

TEST(Connect, IsUnanswered) {
  Story limit = Story().connect().wait(15).fin(client);
  limit.context.software[0].name = "HaishinKit";
  limit.context.software[0].command_s = 15;
  expect({
      {"the client gives up", Story().connect().wait(5).fin(client), CauseId::connect_unanswered, certain},
      {"the client does not wait", Story().connect().wait(0.5).fin(client), CauseId::client_closed, certain},
  });
  EXPECT_EQ(sentence_of(limit),
            "No reply to connect within 15.0 s; the client gave up, as HaishinKit does after 15 s.");
}

TEST(Connect, IsRedirected) {
  Story story = Story().connect().answer("_error", "error", "NetConnection.Connect.Rejected").fin(client);
  story.history.requests.back().answered->redirect = "rtmp://other/live";
  story.history.commands.back().redirect = "rtmp://other/live";
  expect({{"elsewhere", story, CauseId::connect_redirect, certain}});
  EXPECT_EQ(sentence_of(story), "The server sent the client to rtmp://other/live.");
}

}  // namespace
}  // namespace rtmpscope::analysis::test
