// Timestamps: wraps, steps, what is estimated, and what lies behind a hole.
#include <gmock/gmock.h>

#include "analysis/media/stream_times.hpp"
#include "generated_stream.hpp"

namespace rtmpscope::analysis {
namespace {

TEST(TrackTimes, UnwrapsBothWays) {
  TrackTimes times;
  times.add(0xFFFFFF00, ~0U);
  const std::int64_t begin = times.time();
  EXPECT_EQ(times.add(0x100, ~0U).passed, 32);
  EXPECT_EQ(times.time() - begin, 0x200);
  EXPECT_EQ(times.add(0xFFFFFF80, ~0U).kind, TrackTimes::Kind::back);
  EXPECT_EQ(times.time() - begin, 0x80);
}

TEST(TrackTimes, TellsTwentyFourBitsAlone) {
  TrackTimes times;
  times.add(0xFFFFF0, ~0U);
  const std::int64_t begin = times.time();
  const TrackTimes::Step step = times.add(0x10, ~0U);
  EXPECT_TRUE(step.wraps_24_bits);
  EXPECT_EQ(step.kind, TrackTimes::Kind::forward);
  EXPECT_EQ(times.time() - begin, 0x20);
}

class Wrap : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Wrap, IsANoteAndNothingElse) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.first_timestamp = static_cast<std::uint32_t>(GetParam() - 12'000);
  send(publisher, form);
  publisher.finish(30'000);
  EXPECT_TRUE(publisher.seen().nothing_above_note());
  EXPECT_NE(publisher.seen().find(FindingId::time_wrap), nullptr);
  EXPECT_EQ(publisher.seen().findings.size(), publisher.seen().count(FindingId::time_wrap));
  EXPECT_EQ(publisher.track(MediaType::video).key_distance->p95, 2000U);
  EXPECT_NEAR(static_cast<double>(*publisher.seen().samples.at(15).media_rate), 1000, 8);
}

INSTANTIATE_TEST_SUITE_P(PowersOfTwo, Wrap, testing::Values(1ULL << 24, 1ULL << 31, 1ULL << 32));

TEST(Timestamps, WrittenWithTwentyFourBitsAlone) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.first_timestamp = (1U << 24) - 12'000;
  form.change = [](MediaRecord& record) { record.timestamp &= 0xFFFFFF; };
  send(publisher, form);
  publisher.finish(30'000);
  EXPECT_TRUE(publisher.seen().nothing_above_note());
  ASSERT_NE(publisher.seen().find(FindingId::time_wrap), nullptr);
  EXPECT_THAT(publisher.seen().find(FindingId::time_wrap)->text, testing::HasSubstr("24 bits alone"));
  EXPECT_NEAR(static_cast<double>(*publisher.seen().samples.at(15).media_rate), 1000, 8);
}

TEST(Timestamps, GoBack) {
  for (const auto& [by, severity] :
       {std::pair{10U, Severity::note}, {300U, Severity::warning}, {5000U, Severity::error}}) {
    Publisher publisher;
    publisher.begin();
    Form form;
    form.audio = false;
    form.change = [by = by](MediaRecord& record) {
      if (record.timestamp == 20'000) record.timestamp -= 40 + by;
    };
    send(publisher, form);
    publisher.finish(30'000);
    const JudgedFinding* const finding = publisher.seen().find(FindingId::time_back);
    ASSERT_NE(finding, nullptr) << by;
    EXPECT_EQ(finding->severity, severity);
    EXPECT_EQ(finding->worst, by);
    EXPECT_EQ(finding->since.time, start_time + 20'000 * millisecond);
  }
}

TEST(Timestamps, JumpAheadOnce) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.stamped = [](double time) { return time < 15'000 ? time : time + 8000; };
  send(publisher, form);
  publisher.finish(30'000);
  const JudgedFinding* const finding = publisher.seen().find(FindingId::time_jump);
  ASSERT_NE(finding, nullptr);
  EXPECT_NEAR(*finding->worst, 8040, 30);
  EXPECT_EQ(publisher.seen().find(FindingId::too_fast), nullptr);
  EXPECT_EQ(publisher.seen().find(FindingId::starved), nullptr);
  EXPECT_NEAR(static_cast<double>(*publisher.seen().samples.back().media_rate), 1000, 8)
      << "what follows is judged anew";
}

TEST(Timestamps, ThatStandStill) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.audio = false;
  form.change = [](MediaRecord& record) {
    if (record.timestamp > 20'000 && record.timestamp <= 20'400) record.timestamp = 20'000;
  };
  send(publisher, form);
  publisher.finish(30'000);
  EXPECT_NE(publisher.seen().find(FindingId::time_frozen), nullptr);
}

TEST(Timestamps, ASeekBeginsAnew) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.seconds = 15;
  send(publisher, form);
  publisher.command(15'000, Direction::to_server, 1, {{"name", "seek"}, {"arguments", {nullptr, 3000}}});
  form.first_timestamp = 3000;
  form.arrives = [](double time) { return 15'000 + (time < 2000 ? time / 50 : time - 1960); };
  send(publisher, form);
  publisher.finish(28'000);
  EXPECT_TRUE(publisher.seen().findings.empty()) << publisher.seen().findings.at(0).text;
}

TEST(Timestamps, NothingIsJudgedBehindAHole) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.seconds = 14;
  send(publisher, form);
  publisher.record(14'000, EventKind::gap, {{"length", 100'000}}, Direction::to_server);
  // 3 s are missing, the capture saw nothing of them, and the first timestamps behind are lower.
  form.first_timestamp = 17'000;
  form.arrives = [](double time) { return 17'000 + time; };
  send(publisher, form);
  publisher.finish(31'000);
  EXPECT_TRUE(publisher.seen().findings.empty());
  EXPECT_EQ(publisher.figures().holes, 1U);
  EXPECT_EQ(publisher.track(MediaType::video).missing, 0U);
  EXPECT_EQ(publisher.track(MediaType::video).key_longest, 2000U);
  EXPECT_EQ(publisher.track(MediaType::video).lacking, Lacking::holes);
}

TEST(Timestamps, EstimatedOnesAreNotUsed) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.change = [](MediaRecord& record) {
    if (record.timestamp < 10'000 || record.timestamp >= 20'000) return;
    record.timestamp_exact = false;
    record.timestamp = record.timestamp * 3 / 2;
  };
  send(publisher, form);
  publisher.finish(30'000);
  EXPECT_TRUE(publisher.seen().nothing_above_note());
  EXPECT_FALSE(publisher.seen().samples.at(15).exact_time);
  const TrackFigures& video = publisher.track(MediaType::video);
  EXPECT_EQ(video.lacking, Lacking::estimated_timestamps);
  EXPECT_EQ(video.frames, 750U) << "they are counted all the same";
  EXPECT_EQ(video.bytes, 750'000U);
  EXPECT_EQ(publisher.figures().estimated, 250U + 469);
}

TEST(Timestamps, PresentationBeforeDecoding) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.change = [](MediaRecord& record) {
    if (record.type == MediaType::video) record.composition_time = record.timestamp == 8040 ? -40 : 0;
  };
  send(publisher, form);
  publisher.finish(30'000);
  const JudgedFinding* const finding = publisher.seen().find(FindingId::presentation_before_decoding);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->worst, -40);
}

}  // namespace
}  // namespace rtmpscope::analysis
