// What TCP, windows, silence and clocks show.
#include "unit/analysis/verdict/expectations.hpp"

namespace rtmpscope::analysis::test {
namespace {

Story limited(Story story, std::uint32_t idle_s) {
  story.context.software[1].id = "srs";
  story.context.software[1].name = "SRS";
  story.context.software[1].idle_s = idle_s;
  return story;
}

TEST(AckStall, IsAStopAtTheWindow) {
  const auto window = [](Story& story) {
    story.history.side(client).window_asked = story.history.side(client).bytes;
  };
  const auto acknowledged = [](Story& story) {
    story.history.side(client).window_asked = story.history.side(client).bytes;
    story.history.side(server).last_acknowledgement = story.history.side(client).bytes - 1000;
  };
  expect({
      {"no Acknowledgement", with(live().wait(4).fin(client), window), CauseId::ack_stall, likely},
      {"acknowledged", with(live().wait(4).fin(client), acknowledged), CauseId::client_closed, certain},
      {"no pause", with(live().fin(client), window), CauseId::client_closed, certain},
      {"even if it ends properly", with(live().wait(4).command(client, "deleteStream").fin(client), window),
       CauseId::ack_stall, likely},
  });
}

TEST(Receiver, Stopped) {
  const auto zero = [](Story& story) { story.history.side(server).zero_window_at_end_ms = 12'000; };
  const auto brief = [](Story& story) { story.history.side(server).zero_window_at_end_ms = 900; };
  expect({
      {"12 s", with(live().wait(12).fin(client), zero), CauseId::receiver_stopped, likely},
      {"a moment", with(live().wait(12).fin(client), brief), CauseId::client_closed, certain},
  });
  EXPECT_EQ(sentence_of(with(live().wait(12).fin(client), zero)),
            "The server stopped reading for 12.0 s; then the client closed.");
}

TEST(Path, IsLost) {
  const auto repeats = [](Story& story) {
    story.history.side(client).repeats_at_end = 6;
    story.history.side(client).unanswered_ms = 25'000;
  };
  const auto few = [](Story& story) {
    story.history.side(client).repeats_at_end = 2;
    story.history.side(client).unanswered_ms = 25'000;
  };
  const auto longer = [](Story& story) {
    story.history.side(client).repeats_at_end = 6;
    story.history.side(client).unanswered_ms = 25'000;
    story.context.capture_last.time += 10'000'000'000;
  };
  expect({
      {"the client resets", with(live().wait(25).reset(client), repeats), CauseId::path_lost, likely},
      {"nothing more", with(live().close("idle"), longer), CauseId::path_lost, likely},
      {"too few repeats", with(live().wait(25).reset(client), few), CauseId::client_vanished, likely},
      {"a FIN", with(live().wait(25).fin(client), repeats), CauseId::client_closed, certain},
  });
  EXPECT_EQ(sentence_of(with(live().wait(25).reset(client), repeats)),
            "The way to the server broke: 6 repeats without an answer over 25.0 s.");
}

TEST(Client, GivesUpAtItsSendLimit) {
  const auto limit = [](Story& story) {
    story.context.software[0].name = "OBS Studio";
    story.context.software[0].send_s = 15;
    story.history.side(client).unanswered_ms = 15'100;
    story.history.side(client).repeats_at_end = 2;
  };
  expect({{"its limit", with(live().wait(15).fin(client), limit), CauseId::send_timeout, likely}});
  EXPECT_EQ(sentence_of(with(live().wait(15).fin(client), limit)),
            "OBS Studio gave up after 15.1 s, its send limit.");
}

TEST(Ping, IsUnanswered) {
  const auto pinged = [](Story story) {
    story.history.side(server).ping_asked = story.now;
    return story;
  };
  const auto known = [](Story& story) { story.context.software[1] = nginx(); };
  const auto answered = [](Story& story) { story.history.side(client).ping_answered = story.now; };
  const Story silent = pinged(live()).wait(30).fin(server);
  expect({
      {"a known limit", with(silent, known), CauseId::ping_unanswered, likely},
      {"a usual one", silent, CauseId::ping_unanswered, possible},
      {"no limit", pinged(live()).wait(38).fin(server), CauseId::server_closed, certain},
  });
  EXPECT_NE(decide(with(silent, answered).history, {}).cause, CauseId::ping_unanswered);
}

TEST(Publisher, IsSilent) {
  expect({
      {"the software's limit", limited(live().wait(5).fin(server), 5), CauseId::publisher_silent, likely},
      {"a usual limit", live().wait(10).fin(server), CauseId::publisher_silent, possible},
      {"no limit", live().wait(7).fin(server), CauseId::server_closed, certain},
      {"the client closes", limited(live().wait(5).fin(client), 5), CauseId::client_closed, certain},
      {"players are silent by nature", Story().playing().media(5).wait(5).fin(server), CauseId::server_closed,
       certain},
  });
  EXPECT_EQ(sentence_of(limited(live().wait(5).fin(server), 5)),
            "The client sent nothing for 5.0 s: SRS's limit of 5 s.");
}

TEST(NobodyWatching, IsARunnerUpAtMost) {
  const Story closed = limited(Story().publishing().media(20).fin(server), 5);
  expect({{"SRS", closed, CauseId::server_closed, certain}});
  EXPECT_EQ(runners_up_of(closed), std::vector{CauseId::nobody_watching});
  EXPECT_TRUE(runners_up_of(Story().publishing().media(20).fin(server)).empty());
}

TEST(Middlebox, SendsResets) {
  const auto foreign = [](Story& story) {
    story.history.side(server).reset->ttl = 255;
    story.history.side(server).reset->ttl_usual = 52;
  };
  const auto goes_on = [](Story& story) {
    story.history.side(server).last_data = story.now;
    story.history.side(server).last_data->time += 1000;
  };
  const auto next_hop = [](Story& story) {
    story.history.side(server).reset->ttl = 53;
    story.history.side(server).reset->ttl_usual = 52;
  };
  const Story idle = Story().publishing().media(5).data(server).wait(350).reset(server);
  expect({
      {"another time to live", with(live().reset(server), foreign), CauseId::middlebox_reset, likely},
      {"the server goes on", with(live().data(server).reset(server), goes_on), CauseId::middlebox_reset,
       likely},
      {"one hop is no difference", with(live().reset(server), next_hop), CauseId::server_reset, certain},
      {"idle for a balancer's limit", with(idle, foreign), CauseId::middlebox_idle, possible},
  });
}

TEST(Middlebox, IsNeitherSide) {
  EXPECT_FALSE(decide(with(live().reset(server),
                           [](Story& story) {
                             story.history.side(server).reset->ttl = 255;
                             story.history.side(server).reset->ttl_usual = 52;
                           })
                          .history,
                      {})
                   .ended_by);
}

TEST(Time, IsOver) {
  const auto eight_hours = [](Story& story) {
    story.context.platform.name = "Facebook Live";
    story.context.platform.longest_session_hours = 8;
  };
  const Story day = Story().publishing().wait(8 * 3600 - 60).media(5).fin(server);
  expect({
      {"the platform's", with(day, eight_hours), CauseId::time_limit, likely},
      {"not yet", with(Story().publishing().wait(7 * 3600).media(5).fin(server), eight_hours),
       CauseId::server_closed, certain},
      {"the key's", Story().publishing("cam?expire=1000010").media(30).fin(server), CauseId::server_closed,
       certain},
  });
  Story key = Story().publishing("cam?expire=1000000010").media(30).fin(server);
  const Timestamp ahead = 999'000'000LL * 1'000'000'000LL;
  key.history.opened.time += ahead;
  key.history.side(server).fin->at.time += ahead;
  key.history.side(client).last_data->time += ahead;
  EXPECT_EQ(decide(key.history, key.context).cause, CauseId::time_limit);
}

}  // namespace
}  // namespace rtmpscope::analysis::test
