// Headers, metadata, tracks, and what a connection's figures cost.
#include <gmock/gmock.h>

#include "analysis/finding/rule_board.hpp"
#include "analysis/media/limiter.hpp"
#include "generated_stream.hpp"

namespace rtmpscope::analysis {
namespace {

TEST(Headers, MissingIsAnErrorOnlyWhereTheBeginningWasSeen) {
  for (const bool gap : {false, true}) {
    Publisher publisher;
    publisher.metadata(0, {{"width", 1280}});
    if (gap) publisher.record(1, EventKind::gap, {{"length", 100}}, Direction::to_server);
    send(publisher, {});
    publisher.finish(30'000);
    EXPECT_EQ(publisher.seen().count(FindingId::header_missing), gap ? 0U : 2U) << "both tracks";
  }
}

TEST(Headers, ChangedWithAndWithoutAKeyFrame) {
  for (const bool key : {true, false}) {
    Publisher publisher;
    publisher.begin();
    Form form;
    form.seconds = 10;
    send(publisher, form);
    publisher.configuration(10'000, MediaType::video, {{"width", 640}, {"height", 360}});
    form.first_timestamp = 10'000;
    form.arrives = [](double time) { return 10'000 + time; };
    form.change = [&](MediaRecord& record) { record.key_frame = record.key_frame && key; };
    send(publisher, form);
    publisher.finish(20'000);
    const JudgedFinding* const finding = publisher.seen().find(FindingId::header_changed);
    ASSERT_NE(finding, nullptr);
    EXPECT_EQ(finding->severity, key ? Severity::note : Severity::warning);
  }
}

TEST(Headers, TheSameOnceMoreIsNoChange) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.seconds = 10;
  send(publisher, form);
  publisher.configuration(10'000, MediaType::video, {{"width", 1280}, {"height", 720}});
  publisher.finish(10'500);
  EXPECT_EQ(publisher.seen().find(FindingId::header_changed), nullptr);
}

TEST(Pause, IsNotToldWhileBytesWaitForEarlierOnes) {
  for (const int waiting : {0, 5000}) {
    Publisher publisher;
    publisher.begin();
    Form form;
    form.seconds = 10;
    send(publisher, form);
    for (int second = 11; second <= 14; ++second)
      publisher.record(second * 1000.0, EventKind::tcp_sample,
                       waiting != 0 ? Json{{"bytes", 200}, {"waiting", waiting}} : Json{{"bytes", 0}},
                       Direction::to_server);
    form.first_timestamp = 10'000;
    form.arrives = [](double time) { return 14'500 + time; };
    send(publisher, form);
    publisher.finish(25'000);
    EXPECT_EQ(publisher.seen().find(FindingId::media_pause) == nullptr, waiting != 0);
  }
}

TEST(Metadata, MissingLateAndUnwrapped) {
  {
    Publisher publisher;
    publisher.configuration(0, MediaType::video, {{"width", 1280}});
    publisher.configuration(0, MediaType::audio, {{"sample_rate", 48000}, {"frame_length", 1024}});
    send(publisher, {});
    publisher.finish(30'000);
    EXPECT_NE(publisher.seen().find(FindingId::metadata_missing), nullptr);
    EXPECT_EQ(publisher.seen().find(FindingId::metadata_late), nullptr);
  }
  Publisher publisher;
  publisher.configuration(0, MediaType::video, {{"width", 1280}});
  publisher.configuration(0, MediaType::audio, {{"sample_rate", 48000}, {"frame_length", 1024}});
  Form form;
  form.seconds = 5;
  send(publisher, form);
  publisher.metadata(5000, {{"width", 1280}}, false);
  form.first_timestamp = 5000;
  form.arrives = [](double time) { return 5000 + time; };
  send(publisher, form);
  publisher.finish(10'000);
  EXPECT_EQ(publisher.seen().find(FindingId::metadata_missing), nullptr);
  EXPECT_NE(publisher.seen().find(FindingId::metadata_late), nullptr);
  EXPECT_NE(publisher.seen().find(FindingId::metadata_unwrapped), nullptr);
}

TEST(Metadata, ThatContradicts) {
  Publisher publisher;
  publisher.metadata(0, {{"width", 640},
                         {"height", 720},
                         {"framerate", 30},
                         {"videocodecid", 7},
                         {"audiocodecid", 2},
                         {"audiosamplerate", 44100},
                         {"stereo", false},
                         {"videodatarate", 190}});
  publisher.configuration(0, MediaType::video, {{"width", 1280}, {"height", 720}});
  publisher.configuration(0, MediaType::audio,
                          {{"sample_rate", 48000}, {"frame_length", 1024}, {"channels", 2}});
  send(publisher, {});
  publisher.finish(30'000);
  const JudgedFinding* const finding = publisher.seen().find(FindingId::metadata_contradicts);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->severity, Severity::warning);
  EXPECT_EQ(
      finding->text,
      "metadata contradicts the stream: width says 640, the codec's configuration: 1280; audiocodecid says "
      "2, the "
      "audio messages: 10; audiosamplerate says 44100, the codec's configuration: 48000; stereo says 1, the "
      "codec's configuration: 2; framerate says 30, measured: 25");
}

TEST(Metadata, ThatFits) {
  Publisher publisher;
  publisher.metadata(0, {{"width", 1280},
                         {"height", 720},
                         {"framerate", 25},
                         {"videocodecid", 7},
                         {"audiocodecid", 10},
                         {"audiosamplerate", 48000},
                         {"stereo", true},
                         {"videodatarate", 195.3125}});
  publisher.configuration(0, MediaType::video, {{"width", 1280}, {"height", 720}});
  publisher.configuration(0, MediaType::audio,
                          {{"sample_rate", 48000}, {"frame_length", 1024}, {"channels", 2}});
  send(publisher, {});
  publisher.finish(30'000);
  EXPECT_TRUE(publisher.seen().findings.empty());
}

TEST(Tracks, EachHasItsOwnFigures) {
  Publisher publisher;
  publisher.begin();
  for (int n = 0; n < 30 * 25; ++n) {
    for (const std::uint8_t track : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{2}}) {
      if (track == 2 && n % 2 == 1) continue;
      MediaRecord frame = publisher.frame(n * 40, MediaType::video, static_cast<std::uint32_t>(n * 40));
      frame.track_id = track;
      frame.length = 1000 * (track + 1U);
      frame.key_frame = n % 50 == 0;
      publisher.media(frame);
    }
  }
  publisher.finish(30'000);
  ASSERT_EQ(publisher.figures().tracks.size(), 4U) << "three of video, and audio without frames";
  std::vector<std::uint32_t> rates;
  for (const TrackFigures& track : publisher.figures().tracks) {
    if (track.type == MediaType::video) rates.push_back(*track.frame_rate);
  }
  EXPECT_THAT(rates, testing::ElementsAre(25'000, 25'000, 12'500));
}

TEST(Tracks, NoMoreThanALimitedNumber) {
  Publisher publisher;
  for (int n = 0; n < 1000; ++n) {
    MediaRecord frame = publisher.frame(n * 10, MediaType::video, static_cast<std::uint32_t>(n * 10));
    frame.track_id = static_cast<std::uint8_t>(n % 200);
    publisher.media(frame);
  }
  publisher.finish(10'000);
  EXPECT_EQ(publisher.figures().tracks.size(), StreamMedia::most_tracks);
  EXPECT_GT(publisher.figures().tracks_left_out, 0U);
}

TEST(Streams, AClockThatJumpsByYearsEnds) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.seconds = 5;
  send(publisher, form);
  MediaRecord frame = publisher.frame(3e12, MediaType::video, 5000);  // 95 years later
  publisher.media(frame);
  publisher.finish(3e12 + 1000);
  EXPECT_LT(publisher.seen().samples.size(), 200U);
}

TEST(RuleBoard, OneIntervalOfManyBadSeconds) {
  RuleBoard board;
  std::vector<RuleInterval> told;
  const RuleBoard::Tell tell = [&](const RuleInterval& interval) { told.push_back(interval); };
  const auto see = [&](std::int64_t second, std::optional<Severity> level, std::int64_t value) {
    RuleSight sight;
    sight.id = FindingId::starved;
    sight.level = level;
    sight.begin = {second * 1'000'000'000, 0};
    sight.end = {(second + 1) * 1'000'000'000, 0};
    sight.value = value;
    sight.on = 5;
    board.see(sight, tell);
  };
  for (int second = 0; second < 3; ++second) see(second, Severity::note, 1);
  see(3, std::nullopt, 0);
  EXPECT_TRUE(told.empty()) << "shorter than its on time";
  for (int second = 10; second < 40; ++second)
    see(second, second == 20 ? Severity::error : Severity::note, second == 20 ? 9 : 2);
  for (int second = 40; second < 45; ++second) see(second, std::nullopt, 0);
  see(45, Severity::note, 3);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].since.time, 10'000'000'000);
  for (int second = 46; second < 60; ++second) see(second, std::nullopt, 0);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_TRUE(told[1].over);
  EXPECT_EQ(told[1].since.time, told[0].since.time);
  EXPECT_EQ(told[1].until.time, 46'000'000'000);
  EXPECT_EQ(told[1].worst, 9);
  EXPECT_EQ(told[1].count, 31U);
  EXPECT_EQ(told[1].severity, Severity::error);
}

TEST(Limiter, JoinsMediaAndSender) {
  const MediaWindow late = {.late = true};
  EXPECT_EQ(limited_by(late, {.application = 4800, .network = 200}), LimitedBy::encoder);
  EXPECT_EQ(limited_by(late, {.application = 2000, .network = 3000}), LimitedBy::path);
  EXPECT_EQ(limited_by(late, {.application = 2000, .receiver = 3000}), LimitedBy::receiver);
  EXPECT_EQ(limited_by(late, {.application = 2000, .sender = 3000}), LimitedBy::socket_buffer);
  EXPECT_EQ(limited_by({}, {.application = 5000}), LimitedBy::nothing);
  EXPECT_EQ(limited_by({}, {.application = 3500, .network = 1500}), LimitedBy::margin);
  EXPECT_EQ(limited_by({.rate_fell = true}, {.application = 5000}), LimitedBy::lower_rate);
  EXPECT_EQ(limited_by(late, {.application = 500, .unknown = 4500}), LimitedBy::undecided);
  EXPECT_EQ(limited_by(late, {}), LimitedBy::undecided);
  EXPECT_EQ(limited_by({.late = true, .decided = false}, {.application = 5000}), LimitedBy::undecided);
}

}  // namespace
}  // namespace rtmpscope::analysis
