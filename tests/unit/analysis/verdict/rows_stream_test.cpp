// What was sent while a stream ran.
#include "unit/analysis/verdict/expectations.hpp"

namespace rtmpscope::analysis::test {
namespace {

TEST(Message, IsTooLarge) {
  const auto large = [](Story& story) {
    story.context.software[1] = nginx();
    story.history.side(client).last_message_length = 1'048'577;
  };
  const auto allowed = [](Story& story) {
    story.context.software[1] = nginx();
    story.history.side(client).last_message_length = 1'048'576;
  };
  expect({
      {"above the limit", with(live().fin(server), large), CauseId::message_too_large, likely},
      {"at the limit", with(live().fin(server), allowed), CauseId::server_closed, certain},
      {"nobody knows the limit",
       with(live().fin(server),
            [](Story& story) { story.history.side(client).last_message_length = 9'000'000; }),
       CauseId::server_closed, certain},
      {"the client closed", with(live().fin(client), large), CauseId::client_closed, certain},
  });
  EXPECT_EQ(sentence_of(with(live().fin(server), large)),
            "A message of 1048577 bytes exceeds nginx-rtmp's limit of 1048576.");
}

TEST(ProtocolError, IsWhatTheCloserHadJustReceived) {
  const FindingId id = FindingId::chunk_size_zero;
  expect({
      {"the server closes", live().finding(client, id).wait(1).fin(server), CauseId::protocol_error, likely},
      {"the client closes for the server's", live().finding(server, id).fin(client), CauseId::protocol_error,
       likely},
      {"its own error", live().finding(server, id).fin(server), CauseId::server_closed, certain},
      {"long before", live().finding(client, id).media(3).fin(server), CauseId::server_closed, certain},
      {"far before", live().finding(client, id).data(client, 70'000).fin(server), CauseId::server_closed,
       certain},
      {"no error", live().finding(client, id, Severity::warning).fin(server), CauseId::server_closed,
       certain},
      {"behind a gap it may be our own",
       with(live().finding(client, id).fin(server),
            [](Story& story) { story.history.findings[0].after_gap = true; }),
       CauseId::server_closed, certain},
      {"in a message that the end cut",
       with(live().finding(client, id).fin(server),
            [](Story& story) { story.history.side(client).last_message_complete = false; }),
       CauseId::server_closed, certain},
  });
}

TEST(ProtocolError, YieldsToAProperEnd) {
  const Story clean =
      live().finding(server, FindingId::chunk_size_zero).command(client, "deleteStream").fin(client);
  expect({{"clean", clean, CauseId::client_stopped, certain}});
  EXPECT_EQ(runners_up_of(clean), std::vector{CauseId::protocol_error});
}

TEST(ExtendedTime, IsWhereTheTimeNeedsIt) {
  const auto at = [](std::uint32_t time) {
    Story story = live().fin(server);
    story.history.side(client).last_timestamp = time;
    return story;
  };
  Story error = live().finding(client, FindingId::chunk_size_not_obeyed).fin(server);
  error.history.side(client).last_timestamp = 16'777'300;
  expect({
      {"just past it", at(16'777'300), CauseId::extended_time, possible},
      {"with an error", error, CauseId::extended_time, likely},
      {"long past it", at(16'800'000), CauseId::server_closed, certain},
      {"before it", at(16'000'000), CauseId::server_closed, certain},
  });
}

TEST(Codec, IsRefused) {
  const auto enhanced = [](Story& story) { story.history.streams[0].tracks[0].enhanced = true; };
  const auto late = [](Story& story) {
    story.history.streams[0].tracks[0].enhanced = true;
    story.history.streams[0].tracks[0].first.time -= 10'000'000'000;
  };
  const auto announced = [](Story& story) {
    story.history.streams[0].tracks[0].enhanced = true;
    story.history.connect_result =
        kept(Json::parse(R"({"command":{"arguments":[{"fourCcList":["av01"]},{"level":"status"}]}})"));
  };
  const Story closed = Story().publishing().wait(3).media(1).fin(server);
  expect({
      {"enhanced, and never announced", with(closed, enhanced), CauseId::codec_refused, possible},
      {"long after its first message", with(closed, late), CauseId::server_closed, certain},
      {"announced", with(closed, announced), CauseId::server_closed, certain},
      {"an old codec", closed, CauseId::server_closed, certain},
      {"HEVC under a private number",
       with(closed, [](Story& story) { story.history.streams[0].tracks[0].legacy_codec = 12; }),
       CauseId::codec_refused, possible},
  });
}

TEST(Start, IsBad) {
  const Story closed = Story().publishing().media(1).fin(server);
  expect({
      {"empty metadata", with(closed, [](Story& story) { story.history.streams[0].metadata_empty = true; }),
       CauseId::bad_start, possible},
      {"frames before their header",
       with(closed,
            [](Story& story) { story.history.streams[0].tracks[0].coded_before_sequence_start = true; }),
       CauseId::bad_start, possible},
      {"no metadata at all, long after publish",
       with(Story().publishing().wait(3).media(1).fin(server),
            [](Story& story) { story.history.streams[0].metadata_at.reset(); }),
       CauseId::bad_start, possible},
      {"much later",
       with(Story().publishing().media(4).fin(server),
            [](Story& story) { story.history.streams[0].metadata_empty = true; }),
       CauseId::server_closed, certain},
  });
  const Story commands_behind =
      with(Story().publishing().metadata().fin(server).command(client, "deleteStream"),
           [](Story& story) { story.history.streams[0].metadata_empty = true; });
  expect({{"what the client says behind the server's FIN counts nothing", commands_behind, CauseId::bad_start,
           possible}});
}

TEST(Server, AnnouncesItsEnd) {
  Story said = live().command(server, "onStatus").wait(1).fin(server);
  said.history.commands.back().code = "NetConnection.Connect.AppShutdown";
  expect({
      {"a code", said, CauseId::server_shutdown_said, certain},
      {"the command close", live().command(server, "close").fin(server), CauseId::server_shutdown_said,
       certain},
      {"long before", live().command(server, "close").wait(40).fin(server), CauseId::server_closed, certain},
  });
  EXPECT_EQ(sentence_of(said), "The server announced its end: NetConnection.Connect.AppShutdown.");
}

TEST(Publisher, IsGone) {
  const auto stopped = [](Story& story) { story.history.streams[0].stopped = story.now; };
  const Story played = Story().playing().media(5);
  const Story over = with(played, stopped);
  expect({
      {"the server closes then", Story(over).wait(20).fin(server), CauseId::publisher_gone, certain},
      {"the player closes at once", Story(over).wait(1).fin(client), CauseId::publisher_gone, certain},
      {"the player stays", Story(over).wait(20).fin(client), CauseId::client_closed, certain},
      {"the player says that it stops", Story(over).command(client, "deleteStream").fin(client),
       CauseId::client_stopped, certain},
      {"a recording was over",
       with(Story(over).fin(client), [](Story& story) { story.history.streams[0].recorded = true; }),
       CauseId::client_closed, certain},
  });
  EXPECT_EQ(sentence_of(Story(over).wait(20).fin(server)), "The publisher of \"cam\" left.");
}

}  // namespace
}  // namespace rtmpscope::analysis::test
