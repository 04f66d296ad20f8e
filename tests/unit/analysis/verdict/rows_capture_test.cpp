// What the capture does not hold.
#include "unit/analysis/verdict/expectations.hpp"

namespace rtmpscope::analysis::test {
namespace {

Story with_later_capture(Story story, double seconds) {
  story.context.capture_last.time += static_cast<Timestamp>(seconds * 1e9);
  return story;
}

TEST(CaptureEnded, IsSaidWhereTheConnectionWasStillAtWork) {
  const Story open = Story().publishing().media(3).close("capture_end");
  expect({
      {"media to the end", open, CauseId::capture_ended, certain},
      {"something within the last 5 s", with_later_capture(open, 5), CauseId::capture_ended, certain},
      {"silent for longer", with_later_capture(open, 5.1), CauseId::unknown, certain},
      {"a FIN was seen", Story().publishing().media(3).fin(client), CauseId::client_closed, certain},
      {"nobody knows when the capture ended", with(Story().publishing().media(3), [](History&) {}),
       CauseId::unknown, certain},
  });
}

TEST(CaptureHole, GoesBeforeWhateverElseFits) {
  expect({
      {"a gap right before the end", Story().publishing().media(3).gap(client).fin(client),
       CauseId::capture_hole, certain},
      {"also in the other direction", Story().publishing().media(3).gap(server).fin(client),
       CauseId::capture_hole, certain},
      {"a gap long before", Story().publishing().gap(client).media(3).fin(client), CauseId::client_closed,
       certain},
      {"bytes acknowledged that are not there",
       with(Story().publishing().media(3).fin(client),
            [](History& history) { ++*history.side(client).acknowledged; }),
       CauseId::capture_hole, certain},
      {"a FIN acknowledged that is not there",
       with(Story().publishing().media(3).fin(server),
            [](History& history) { history.side(client).fin_not_captured = true; }),
       CauseId::capture_hole, certain},
      {"a reset beyond what was captured",
       with(Story().publishing().media(3).reset(client),
            [](History& history) { ++history.side(client).reset->offset; }),
       CauseId::capture_hole, certain},
      {"a reset behind a FIN counts the FIN",
       with(Story().publishing().media(3).fin(client).reset(client),
            [](History& history) { ++history.side(client).reset->offset; }),
       CauseId::client_closed, certain},
  });
}

TEST(CaptureHole, HidesAnAnswerHoweverLongAgo) {
  expect({
      {"the reply to publish may be in the gap",
       Story().connected().publish().gap(server).wait(8).fin(server), CauseId::capture_hole, certain},
      {"a gap before the request", Story().connected().gap(server).publish().wait(8).fin(server),
       CauseId::publish_silent_refusal, likely},
      {"media of a player", Story().playing().gap(server).wait(8).fin(client), CauseId::capture_hole,
       certain},
      {"what was not read while borders were unknown",
       with(Story().playing().wait(8).fin(client),
            [](History& history) { history.side(server).out_of_sync = true; }),
       CauseId::capture_hole, certain},
      {"a capture that begins later than the connection",
       with(Story().wait(1).data(client).fin(client),
            [](History& history) {
              history.start = "midstream";
              history.phase = Phase::running;
            }),
       CauseId::capture_hole, certain},
  });
}

TEST(CaptureHole, IsNotTheBeginningThatWasNotCaptured) {
  Story story = Story().publishing().media(5).command(client, "deleteStream").fin(client);
  story.history.start = "midstream";
  story.history.gaps.push_back({story.now, server, 0, std::nullopt, "start_not_captured"});
  expect({{"the server speaks for the first time at the end", story, CauseId::client_stopped, certain}});
  story.history.gaps[0].cause = "not_captured";
  expect({{"a real gap", story, CauseId::capture_hole, certain}});
}

TEST(CaptureHole, SaysHowMuchIsMissing) {
  EXPECT_EQ(sentence_of(Story().publishing().media(3).gap(client, 700).fin(client)).substr(0, 77),
            "What was said at the end is not in the capture: 700 bytes are missing before ");
}

TEST(OtherSideMissing, IsSaidOfOneDirection) {
  const auto one_way = [](History& history) {
    history.side(server).packets = 0;
    history.side(server).bytes = 0;
    history.side(server).acknowledged.reset();
  };
  expect({
      {"only the client",
       with(Story().publishing().media(3).command(client, "deleteStream").fin(client), one_way),
       CauseId::other_side_missing, certain},
      {"also if no end was seen", with(Story().publishing().media(3).close("capture_end"), one_way),
       CauseId::other_side_missing, certain},
      {"the server sent packets without data",
       with(Story().data(client).wait(2).fin(client),
            [](History& history) { history.phase = Phase::running; }),
       CauseId::client_closed, certain},
  });
}

TEST(PortReused, IsSaidWhereNoEndWasSeen) {
  expect({
      {"a new SYN", Story().publishing().media(3).close("port_reuse"), CauseId::port_reused, likely},
      {"behind a FIN", Story().publishing().media(3).fin(client).close("port_reuse"), CauseId::client_closed,
       certain},
  });
}

TEST(OldTimelines, GiveWhatIsPossible) {
  expect({{"no more than who ended it", Story().publishing().media(3).close("fin", server),
           CauseId::server_closed, possible}});
}

}  // namespace
}  // namespace rtmpscope::analysis::test
