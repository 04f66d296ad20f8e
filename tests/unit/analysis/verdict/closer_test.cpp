#include "analysis/verdict/closer.hpp"

#include <gtest/gtest.h>

#include "unit/analysis/verdict/story.hpp"

namespace rtmpscope::analysis {
namespace {

using test::client;
using test::server;
using test::Story;

TEST(Closer, IsTheSideOfTheFirstFin) {
  const EndFacts end = end_of(Story().fin(client).fin(server).history);
  EXPECT_EQ(end.closer, client);
  EXPECT_FALSE(end.by_reset);
  EXPECT_EQ(end.at.frame, 2U);
}

TEST(Closer, IsNotTheSideOfALaterReset) {
  EXPECT_EQ(end_of(Story().fin(server).reset(client).history).closer, server);
  const EndFacts end = end_of(Story().fin(client).fin(server).reset(client).history);
  EXPECT_EQ(end.closer, client);
  EXPECT_FALSE(end.by_reset);
}

TEST(Closer, IsTheSideOfAResetWhereThereWasNoFin) {
  const EndFacts end = end_of(Story().reset(server).history);
  EXPECT_EQ(end.closer, server);
  EXPECT_TRUE(end.by_reset);
}

TEST(Closer, IsNotASideWhoseResetIsIgnored) {
  Story story;
  story.reset(server).fin(client);
  story.history.side(server).reset->in_window = false;
  EXPECT_EQ(end_of(story.history).closer, client);
}

TEST(Closer, IsNotTheSideThatSaysThatDataWasNotRead) {
  Story story;
  story.reset(client).fin(server);
  story.history.side(client).reset->answers_data = true;
  EXPECT_EQ(end_of(story.history).closer, server);
}

TEST(Closer, IsTakenFromTheCloseEventWhereNothingElseSaysIt) {
  const EndFacts end = end_of(Story().close("reset", server).history);
  EXPECT_EQ(end.closer, server);
  EXPECT_TRUE(end.by_reset);
  EXPECT_FALSE(end.is_exact);
}

TEST(Closer, IsNobodyWhereTheCaptureEnds) {
  EXPECT_FALSE(end_of(Story().data(client).close("capture_end").history).closer);
  EXPECT_FALSE(end_of(Story().data(client).close("idle").history).closer);
}

TEST(Closer, IsCleanWithAClosingCommandRightBefore) {
  for (const char* const name : {"FCUnpublish", "deleteStream", "closeStream", "close"})
    EXPECT_TRUE(end_of(Story().command(client, name).fin(client).history).farewell) << name;
  EXPECT_FALSE(end_of(Story().command(client, "publish").fin(client).history).farewell);
  EXPECT_FALSE(end_of(Story().command(client, "deleteStream").wait(3).fin(client).history).farewell);
  EXPECT_FALSE(end_of(Story().fin(client).command(client, "deleteStream").history).farewell) << "too late";
  EXPECT_FALSE(end_of(Story().command(client, "deleteStream").fin(server).history).farewell) << "the other's";
  EXPECT_TRUE(end_of(Story().command(server, "close").fin(server).history).farewell);
  EXPECT_FALSE(end_of(Story().command(server, "deleteStream").fin(server).history).farewell);
}

TEST(Closer, OfATunnelIsTheClientThatAskedForIt) {
  Story story;
  story.data(client);
  story.history.tunnel_closed = story.now;
  story.fin(server);
  const EndFacts end = end_of(story.history);
  EXPECT_EQ(end.closer, client);
  ASSERT_TRUE(end.farewell);
  EXPECT_EQ(end.farewell->name, "close");
  story.history.tunnel_closed->time += 1'000'000'000;
  EXPECT_EQ(end_of(story.history).closer, server) << "the server had ended it before";
}

TEST(IdleBeforeEnd, EndsWhereASideThatPausedSaysMoreBehindTheEnd) {
  Story story = Story().data(client).wait(10).fin(server).data(client);
  story.history.side(client).pauses.push_back({{story.now.time - 10'020'000'000, 1}, story.now});
  EXPECT_EQ(idle_before_end(story.history, end_of(story.history), client), 10'010'000'000);
}

TEST(IdleBeforeEnd, IsFromTheLastDataToTheEnd) {
  const Story story = Story().data(client).wait(5).fin(server);
  const auto idle = idle_before_end(story.history, end_of(story.history), client);
  EXPECT_EQ(idle, 5010 * nanoseconds_per_millisecond);
  EXPECT_FALSE(idle_before_end(story.history, end_of(story.history), server)) << "it sent nothing";
}

TEST(MatchesLimit, AllowsForSixTenthsOrThreePercent) {
  const auto matches = [](std::int64_t milliseconds, std::uint32_t limit) {
    return matches_limit(milliseconds * nanoseconds_per_millisecond, limit);
  };
  EXPECT_TRUE(matches(4400, 5));
  EXPECT_TRUE(matches(5600, 5));
  EXPECT_FALSE(matches(4399, 5));
  EXPECT_FALSE(matches(5601, 5));
  EXPECT_TRUE(matches(123'600, 120));
  EXPECT_FALSE(matches(123'601, 120));
  EXPECT_FALSE(matches(0, 0)) << "no limit";
}

}  // namespace
}  // namespace rtmpscope::analysis
