// The phase of publish and play.
#include "unit/analysis/verdict/expectations.hpp"

namespace rtmpscope::analysis::test {
namespace {

Story publish_refused(const char* code, const char* description = "") {
  return Story().connected().publish().answer("onStatus", "error", code, description).fin(client);
}

TEST(Publish, IsBusy) {
  expect({
      {"the code says it", publish_refused("NetStream.Publish.BadName"), CauseId::publish_busy, certain},
      {"the description says it", publish_refused("NetStream.Publish.Denied", "Stream already publishing"),
       CauseId::publish_busy, certain},
      {"does not exist is something else", publish_refused("NetStream.Publish.Denied", "app does not exist"),
       CauseId::publish_denied, certain},
      {"a later publish was let in",
       Story()
           .connected()
           .publish()
           .answer("onStatus", "error", "NetStream.Publish.BadName")
           .publish("other")
           .started()
           .media(3)
           .command(client, "deleteStream")
           .fin(client),
       CauseId::client_stopped, certain},
      {"the client ends properly, but was refused",
       Story()
           .connected()
           .publish()
           .answer("onStatus", "error", "NetStream.Publish.BadName")
           .command(client, "deleteStream")
           .fin(client),
       CauseId::publish_busy, certain},
  });
  EXPECT_EQ(sentence_of(publish_refused("NetStream.Publish.BadName", "Already publishing")),
            "The name \"cam\" is in use: NetStream.Publish.BadName, \"Already publishing\".");
}

TEST(Publish, IsDenied) {
  expect({
      {"a code", publish_refused("NetStream.Publish.BadAuth"), CauseId::publish_denied, certain},
      {"an error without a code", publish_refused(""), CauseId::publish_denied, certain},
  });
}

TEST(Publish, IsAcceptedAndThenClosed) {
  Story left = Story().publishing().media(1).command(client, "FCUnpublish").fin(server);
  expect({
      {"at once", Story().publishing().fin(server), CauseId::publish_start_then_close, likely},
      {"within two seconds", Story().publishing().metadata().media(1.5).fin(server),
       CauseId::publish_start_then_close, likely},
      {"later", Story().publishing().media(3).fin(server), CauseId::server_closed, certain},
      {"by the client", Story().publishing().media(1).fin(client), CauseId::client_closed, certain},
      {"the client had said that it stops", left, CauseId::client_stopped, certain},
      {"what was sent is the reason",
       Story().publishing().media(1).finding(client, FindingId::chunk_size_zero).fin(server),
       CauseId::protocol_error, likely},
  });
}

TEST(Publish, IsRefusedWithoutAWord) {
  expect({
      {"FIN", Story().connected().publish().fin(server), CauseId::publish_silent_refusal, likely},
      {"media flow although nothing was said", Story().connected().publish().media(10).fin(server),
       CauseId::server_closed, certain},
  });
}

TEST(Publish, IsUnanswered) {
  expect({
      {"the client gives up", Story().connected().publish().wait(5).fin(client), CauseId::publish_unanswered,
       certain},
      {"the client does not wait", Story().connected().publish().wait(0.2).fin(client),
       CauseId::client_closed, certain},
      {"media flow although nothing was said", Story().connected().publish().media(10).fin(client),
       CauseId::client_closed, certain},
  });
}

TEST(Publish, IsAnsweredInTheWrongForm) {
  Story wrong = Story().connected().publish().answer("_result", "", "").wait(5).fin(client);
  wrong.history.requests.back().wrong_form = true;
  Story goes_on = Story().connected().publish().answer("_result", "", "").media(5).fin(client);
  goes_on.history.requests.back().wrong_form = true;
  expect({
      {"the client leaves", wrong, CauseId::publish_wrong_reply, likely},
      {"the client does not mind", goes_on, CauseId::client_closed, certain},
  });
}

TEST(Play, IsMissing) {
  expect({
      {"a code",
       Story().connected().play().answer("onStatus", "error", "NetStream.Play.StreamNotFound").fin(client),
       CauseId::play_missing, certain},
      {"another stream was there",
       Story()
           .connected()
           .play()
           .answer("onStatus", "error", "NetStream.Play.StreamNotFound")
           .play("other")
           .started()
           .media(3)
           .fin(client),
       CauseId::client_closed, certain},
  });
  EXPECT_EQ(sentence_of(Story()
                            .connected()
                            .play("a")
                            .answer("onStatus", "error", "NetStream.Play.StreamNotFound")
                            .fin(client)),
            "The stream \"a\" does not exist.");
}

TEST(Play, Waits) {
  expect({
      {"no answer", Story().connected().play().wait(3).fin(client), CauseId::play_waiting, likely},
      {"started, but nothing came", Story().playing().wait(3).fin(client), CauseId::play_waiting, likely},
      {"also if it ends properly", Story().playing().wait(3).command(client, "deleteStream").fin(client),
       CauseId::play_waiting, likely},
      {"media came", Story().playing().media(3).fin(client), CauseId::client_closed, certain},
      {"the player leaves at once", Story().playing().wait(0.3).fin(client), CauseId::client_closed, certain},
      {"the server ends it", Story().playing().wait(30).fin(server), CauseId::server_closed, certain},
  });
}

}  // namespace
}  // namespace rtmpscope::analysis::test
