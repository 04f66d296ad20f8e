// Drift of clocks: known slopes, and what is too short to say anything.
#include <gmock/gmock.h>

#include <random>

#include "analysis/media/clock_drift.hpp"
#include "analysis/media/frame_clock.hpp"
#include "generated_stream.hpp"

namespace rtmpscope::analysis {
namespace {

TEST(ClockDrift, FindsAKnownSlopeUnderQueues) {
  std::mt19937 random(11);
  std::exponential_distribution<double> queue(1.0 / 15'000);
  for (const double ppm : {0.0, 80.0, -250.0, 1200.0}) {
    ClockDrift drift;
    for (int n = 0; n < 300 * 25; ++n) {
      const double time = n * 40.0;
      drift.add(static_cast<std::int64_t>(time),
                static_cast<std::int64_t>(time * ppm / 1000 + queue(random)));
      if (n % 25 == 24) drift.next();
    }
    const auto figures = drift.figures();
    ASSERT_TRUE(figures.has_value());
    EXPECT_TRUE(figures->usable());
    EXPECT_NEAR(figures->slope / 10.0, ppm, 10);
    EXPECT_LE(figures->low / 10.0, ppm);
    EXPECT_GE(figures->high / 10.0, ppm);
    EXPECT_NEAR(figures->seconds, 300, 20);
  }
}

TEST(ClockDrift, SaysNothingBelowAMinute) {
  ClockDrift drift;
  for (int n = 0; n < 59 * 25; ++n) {
    drift.add(n * 40, n);
    if (n % 25 == 24) drift.next();
  }
  EXPECT_FALSE(drift.figures().has_value());
}

TEST(FrameClock, CountsSamples) {
  FrameClock clock;
  const FrameLength length = {1024, 44'100, false};
  for (std::int64_t n = 0; n <= 13'000; ++n) clock.add((n * 1024 * 1000 + 22'050) / 44'100, length);
  const auto figures = clock.figures();
  ASSERT_TRUE(figures.has_value());
  EXPECT_NEAR(figures->drift / 10.0, 0, 4);
  EXPECT_EQ(figures->made, 0);
}

TEST(FrameClock, AGapEndsARunAndShortRunsDoNotCount) {
  FrameClock clock;
  const FrameLength length = {1024, 48'000, false};
  std::int64_t time = 0;
  for (int run = 0; run < 10; ++run) {
    for (int n = 0; n < 300; ++n) clock.add(time + n * 64 / 3, length);  // 6.4 s
    time += 6400 + 500;
  }
  EXPECT_FALSE(clock.figures().has_value());
}

/// 300 s whose audio holds 0.3 % too many samples for its timestamps.
TEST(AudioClock, ResampledAudioIsAFinding) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.seconds = 300;
  form.audio_rate = 48'000 * 1.003;
  send(publisher, form);
  publisher.finish(300'000);
  const TrackFigures& audio = publisher.track(MediaType::audio);
  ASSERT_TRUE(audio.clock.has_value());
  EXPECT_NEAR(audio.clock->drift / 10.0, (1 / 1.003 - 1) * 1e6, 10);
  const JudgedFinding* const finding = publisher.seen().find(FindingId::audio_clock);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->severity, Severity::error);
  EXPECT_NEAR(*finding->worst, 2991, 15);
}

TEST(AudioClock, HeAacLastsTwiceAsLong) {
  Publisher publisher;
  publisher.metadata(0, {{"width", 1280}});
  publisher.configuration(0, MediaType::video, {{"width", 1280}});
  publisher.configuration(0, MediaType::audio, {{"sample_rate", 48000}, {"frame_length", 1024}});
  Form form;
  form.audio_rate = 24'000;  // a frame of 2048 samples at 48 kHz is 1024 at 24 kHz
  send(publisher, form);
  publisher.finish(30'000);
  const TrackFigures& audio = publisher.track(MediaType::audio);
  EXPECT_EQ(audio.frame_length, (FrameLength{2048, 48'000, false}));
  ASSERT_TRUE(audio.clock.has_value());
  EXPECT_NEAR(audio.clock->drift / 10.0, 0, 60);
  EXPECT_EQ(publisher.seen().find(FindingId::audio_clock), nullptr);
}

TEST(AvDrift, TracksOnTwoClocks) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.seconds = 300;
  form.change = [](MediaRecord& record) {
    if (record.type == MediaType::video) record.timestamp -= record.timestamp / 2500;  // 400 ppm
  };
  send(publisher, form);
  publisher.finish(300'000);
  ASSERT_TRUE(publisher.figures().av_drift.has_value());
  EXPECT_NEAR(*publisher.figures().av_drift / 10.0, 400, 20);
  const JudgedFinding* const finding = publisher.seen().find(FindingId::av_drift);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->severity, Severity::warning) << "120 ms";
}

TEST(AvDrift, NothingWhereBothRunAlike) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.seconds = 300;
  form.arrives = [](double time) { return time * 1.0002; };  // the capture's clock is another one
  send(publisher, form);
  publisher.finish(300'100);
  EXPECT_NEAR(*publisher.figures().av_drift, 0, 20);
  ASSERT_TRUE(publisher.track(MediaType::video).drift.has_value());
  EXPECT_NEAR(publisher.track(MediaType::video).drift->slope / 10.0, 200, 10);
  EXPECT_TRUE(publisher.seen().findings.empty());
}

}  // namespace
}  // namespace rtmpscope::analysis
