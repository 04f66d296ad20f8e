#include "analysis/judge/capture_summary.hpp"

#include <gtest/gtest.h>

#include "unit/analysis/judge/connections.hpp"

namespace rtmpscope::analysis::test {
namespace {

Story stopped(const char* name = "cam") {
  return Story().publishing(name).media(5).command(client, "deleteStream").fin(client);
}
Story refused() {
  return Story().connected().publish().answer("onStatus", "error", "NetStream.Publish.BadName").fin(client);
}

CaptureVerdict verdict_of(const Capture& capture) {
  return capture.judged().capture;
}

TEST(CaptureSummary, OfNothing) {
  EXPECT_EQ(verdict_of(Capture()).title, "No connection of the RTMP family is in the capture.");
}

TEST(CaptureSummary, OfOneConnectionIsItsSentence) {
  EXPECT_EQ(verdict_of(Capture().add(0, stopped())).title,
            "The client stopped publishing properly after 5.0 s.");
}

TEST(CaptureSummary, SaysThatAllIsWell) {
  const CaptureVerdict verdict = verdict_of(Capture().add(0, stopped("a")).add(1, stopped("b")));
  EXPECT_EQ(verdict.title, "All 2 connections ended properly.");
  EXPECT_EQ(verdict.severity, Severity::note);
  EXPECT_TRUE(verdict.connections.empty());
}

TEST(CaptureSummary, SaysWhatWasStillOpen) {
  const Story open = Story().publishing("b").media(5).close("capture_end");
  EXPECT_EQ(verdict_of(Capture().add(0, stopped("a")).add(1, open)).title,
            "1 of 2 connections ended properly; 1 was open when the capture ended.");
  EXPECT_EQ(verdict_of(Capture().add(0, open).add(0, open)).title,
            "All 2 connections were open when the capture ended.");
}

TEST(CaptureSummary, PutsTheWorstFirst) {
  const CaptureVerdict verdict =
      verdict_of(Capture().add(0, stopped("a")).add(1, stopped("b")).add(2, refused()).add(3, stopped("d")));
  EXPECT_EQ(verdict.title, "1 of 4 publishers was refused: the name is in use.");
  EXPECT_EQ(verdict.severity, Severity::error);
  EXPECT_EQ(verdict.connections, std::vector{3U});
}

TEST(CaptureSummary, SaysThatTheCaptureIsIncomplete) {
  const Story hidden = Story().publishing("a").media(5).gap(client).fin(client);
  EXPECT_EQ(verdict_of(Capture().add(0, hidden).add(1, stopped("b"))).title,
            "The capture is incomplete: it does not hold why 1 of 2 connections ended.");
}

TEST(CaptureSummary, ForgivesPlayers) {
  EXPECT_EQ(verdict_of(Capture().add(0, Story().playing().media(5).fin(client)).add(1, stopped())).severity,
            Severity::note);
  EXPECT_EQ(verdict_of(Capture().add(0, Story().publishing().media(5).fin(client))).severity,
            Severity::warning);
}

}  // namespace
}  // namespace rtmpscope::analysis::test
