// Rates against real time: starvation, bursts, pauses, jitter, interleave.
#include <gmock/gmock.h>

#include <cmath>

#include "analysis/media/delivery.hpp"
#include "generated_stream.hpp"

namespace rtmpscope::analysis {
namespace {

TEST(Delivery, ASteadyStreamHasNothingToTell) {
  Publisher publisher;
  publisher.begin();
  send(publisher, {});
  publisher.finish(30'000);
  EXPECT_TRUE(publisher.seen().findings.empty());
  EXPECT_EQ(publisher.seen().samples.size(), 30U) << "one a second";
  const Sample& sample = publisher.seen().samples.at(15);
  EXPECT_NEAR(static_cast<double>(*sample.media_rate), 1000, 8) << "a window ends between two frames";
  EXPECT_EQ(sample.backlog, 0);
  EXPECT_LE(sample.interleave_p95, 40U);
  EXPECT_FALSE(sample.burst);
  ASSERT_EQ(sample.tracks.size(), 2U);
  const TrackSample& video = sample.tracks.at(0);
  EXPECT_EQ(video.frames, 25U);
  EXPECT_EQ(video.produced_10s, 25U * 1000 * 8);
  EXPECT_EQ(video.arrived, 25U * 1000 * 8);
  EXPECT_LE(video.arrival->jitter, 500U);
  const StreamFigures& figures = publisher.figures();
  EXPECT_EQ(figures.messages, 750U + 1407);
  EXPECT_NEAR(figures.media_rate->p50, 1000, 8);
  EXPECT_EQ(figures.buffer_need, 0U);
  EXPECT_EQ(publisher.track(MediaType::video).rate, 200'000U);
  EXPECT_EQ(publisher.track(MediaType::video).rates->p50, 200U);
  EXPECT_EQ(publisher.track(MediaType::video).variation, 0U);
  EXPECT_EQ(publisher.track(MediaType::video).lacking, Lacking::nothing);
}

TEST(Delivery, WireRateHasHeadersInIt) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.audio = false;
  send(publisher, form);
  publisher.finish(30'000);
  EXPECT_EQ(publisher.seen().samples.at(15).wire, 25U * 1012 * 8);
  EXPECT_EQ(publisher.seen().samples.at(15).wire_10s, 25U * 1012 * 8);
}

TEST(Delivery, AFirstBurstIsNoFault) {
  Publisher publisher;
  publisher.begin();
  Form form;
  // Three seconds at once, then as they are made.
  form.arrives = [](double time) { return time < 3000 ? time / 100 : time - 2970; };
  send(publisher, form);
  publisher.finish(27'000);
  EXPECT_TRUE(publisher.seen().findings.empty());
  EXPECT_TRUE(publisher.seen().samples.at(0).burst);
  EXPECT_FALSE(publisher.seen().samples.at(2).burst);
  EXPECT_NEAR(static_cast<double>(publisher.seen().samples.at(10).lead), 2970, 45);
}

TEST(Delivery, ARecordingIsNeverJudged) {
  Publisher publisher;
  publisher.record(0, EventKind::message,
                   {{"type_id", 4},
                    {"complete", true},
                    {"user_control", {{"event_type", "stream_is_recorded"}, {"message_stream_id", 1}}}},
                   Direction::to_client);
  publisher.begin();
  Form form;
  form.seconds = 300;
  // Ten times as fast, in portions with 3 s between them.
  form.arrives = [](double time) { return static_cast<int>(time / 30'000) * 3000.0; };
  send(publisher, form);
  publisher.finish(30'000);
  EXPECT_TRUE(publisher.seen().findings.empty());
  EXPECT_TRUE(publisher.figures().recorded);
}

TEST(Delivery, AnEncoderAtHalfSpeedStarves) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.seconds = 20;
  form.arrives = [](double time) { return time < 10'000 ? time : 10'000 + (time - 10'000) * 2; };
  send(publisher, form);
  publisher.finish(30'000);
  const JudgedFinding* const finding = publisher.seen().find(FindingId::starved);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->severity, Severity::error);
  EXPECT_NEAR(*finding->worst, 0.51, 0.02);
  EXPECT_NEAR(static_cast<double>(finding->since.time - start_time) / 1e9, 10, 1.1);
  EXPECT_FALSE(finding->until.has_value()) << "it went on to the end";
  EXPECT_EQ(publisher.seen().count(FindingId::starved), 2U);
  EXPECT_GE(publisher.figures().late_seconds, 15U);
  EXPECT_EQ(publisher.seen().find(FindingId::media_pause), nullptr);
}

TEST(Delivery, TooFastBehindTheBurst) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.seconds = 60;
  form.arrives = [](double time) { return time < 20'000 ? time : 20'000 + (time - 20'000) / 1.2; };
  send(publisher, form);
  publisher.finish(54'000);
  const JudgedFinding* const finding = publisher.seen().find(FindingId::too_fast);
  ASSERT_NE(finding, nullptr);
  EXPECT_NEAR(*finding->worst, 1.2, 0.02);
}

TEST(Delivery, ASenderThatCatchesUpIsNotTooFast) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.seconds = 60;
  // Nothing for 4 s, then twice as fast until it is on time again.
  form.arrives = [](double time) {
    if (time < 20'000 || time >= 28'000) return time;
    return 24'000 + (time - 20'000) / 2;
  };
  send(publisher, form);
  publisher.finish(60'000);
  EXPECT_EQ(publisher.seen().find(FindingId::too_fast), nullptr);
  const JudgedFinding* const finding = publisher.seen().find(FindingId::media_pause);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->severity, Severity::warning);
  EXPECT_NEAR(*finding->worst, 4, 0.05);
  EXPECT_NEAR(static_cast<double>(finding->since.time - start_time) / 1e9, 20, 0.05);
  ASSERT_TRUE(finding->until.has_value());
  EXPECT_NEAR(static_cast<double>(finding->until->time - start_time) / 1e9, 24, 0.05);
}

TEST(Delivery, PausesByTheirLength) {
  for (const auto& [length, severity] :
       {std::pair{1500, Severity::note}, {3000, Severity::warning}, {7000, Severity::error}}) {
    Publisher publisher;
    publisher.begin();
    Form form;
    form.seconds = 40;
    // The source stood still: its time goes on where it was.
    form.arrives = [&](double time) { return time < 20'000 ? time : time + length; };
    send(publisher, form);
    publisher.finish(40'000 + length);
    const JudgedFinding* const finding = publisher.seen().find(FindingId::media_pause);
    ASSERT_NE(finding, nullptr) << length;
    EXPECT_EQ(finding->severity, severity);
    EXPECT_NEAR(*finding->worst, length / 1000.0, 0.05);
    EXPECT_EQ(publisher.seen().count(FindingId::media_pause), 2U);
    EXPECT_EQ(publisher.seen().find(FindingId::too_fast), nullptr);
    EXPECT_EQ(publisher.seen().find(FindingId::time_jump), nullptr);
  }
}

TEST(Delivery, AnEndThatWasAnnouncedIsNoPause) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.seconds = 20;
  send(publisher, form);
  publisher.command(20'001, Direction::to_server, 0, {{"name", "deleteStream"}, {"arguments", {nullptr, 1}}});
  publisher.record(29'000, EventKind::finding, {{"id", "x"}});
  publisher.finish(30'000);
  EXPECT_TRUE(publisher.seen().findings.empty());
}

TEST(Delivery, SilenceUntilTheEndIsAPause) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.seconds = 20;
  send(publisher, form);
  publisher.finish(32'000);
  const JudgedFinding* const finding = publisher.seen().find(FindingId::media_pause);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->severity, Severity::error);
  EXPECT_NEAR(*finding->worst, 12, 1.05);
}

TEST(Delivery, JitterAgainstTheExactSpread) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.seconds = 60;
  form.audio = false;
  form.arrives = [](double time) { return time + 350 * (1 + std::sin(time / 700)); };
  send(publisher, form);
  publisher.finish(61'000);
  // A sine: from its 5th to its 95th percentile it is 0.988 of its height.
  const double want = 700 * 0.9877;
  EXPECT_NEAR(publisher.seen().samples.at(40).tracks.at(0).arrival->jitter / 1000.0, want, want / 8 + 2);
  const JudgedFinding* const finding = publisher.seen().find(FindingId::jitter);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->severity, Severity::warning);
}

TEST(Delivery, AudioFarFromVideo) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.change = [](MediaRecord& record) {
    if (record.type == MediaType::audio) record.timestamp += 700;
  };
  send(publisher, form);
  publisher.finish(30'000);
  const JudgedFinding* const finding = publisher.seen().find(FindingId::interleave_wide);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->severity, Severity::warning);
  EXPECT_NEAR(*finding->worst, 700, 700 / 8.0);
  EXPECT_NEAR(static_cast<double>(*publisher.seen().samples.at(10).interleave), 700, 45);
}

TEST(Delivery, ABitRateThatFalls) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.seconds = 60;
  form.change = [](MediaRecord& record) {
    if (record.timestamp > 40'000) record.length /= 2;
  };
  send(publisher, form);
  publisher.finish(60'000);
  const JudgedFinding* const finding = publisher.seen().find(FindingId::bitrate_drop);
  ASSERT_NE(finding, nullptr);
  EXPECT_NEAR(*finding->worst, 100, 1);
  EXPECT_EQ(publisher.seen().find(FindingId::starved), nullptr);
}

TEST(Delivery, ATrackThatStops) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.lost = [](std::uint32_t n) { return n >= 250; };
  send(publisher, form);
  publisher.finish(30'000);
  const JudgedFinding* const finding = publisher.seen().find(FindingId::track_silent);
  ASSERT_NE(finding, nullptr);
  EXPECT_THAT(finding->text, testing::StartsWith("video has no message"));
  EXPECT_EQ(publisher.seen().find(FindingId::starved), nullptr) << "audio goes on";
}

}  // namespace
}  // namespace rtmpscope::analysis
