#include "analysis/media/frame_rate.hpp"

#include <gmock/gmock.h>

#include "generated_stream.hpp"

namespace rtmpscope::analysis {
namespace {

TEST(FrameRate, RoundingOfMillisecondsDoesNotShow) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.seconds = 60;
  form.video_numerator = 30'000;
  form.video_denominator = 1001;
  send(publisher, form);
  publisher.finish(60'000);
  const TrackFigures& video = publisher.track(MediaType::video);
  EXPECT_NEAR(*video.frame_rate, 29'970, 1);
  EXPECT_EQ(video.missing, 0U);
  EXPECT_EQ(video.irregular, 0U);
  EXPECT_NEAR(*publisher.seen().samples.back().tracks.at(0).frame_rate, 29'970, 3);
  EXPECT_TRUE(publisher.seen().findings.empty());
}

TEST(FrameRate, CountsMissingFramesOneByOne) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.seconds = 40;
  // Singly, two in a row, and ten in a row: 13 frames of each 100, by timestamps of 40 ms.
  form.lost = [](std::uint32_t n) {
    const std::uint32_t at = n % 100;
    return n >= 300 && (at == 10 || at == 20 || at == 21 || (at >= 70 && at < 80));
  };
  send(publisher, form);
  publisher.finish(40'000);
  const TrackFigures& video = publisher.track(MediaType::video);
  EXPECT_EQ(video.missing, 7U * 13);
  EXPECT_EQ(video.irregular, 0U);
  EXPECT_EQ(video.frame_rate, 25'000U);
  const JudgedFinding* const finding = publisher.seen().find(FindingId::frames_missing);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->severity, Severity::warning);
  EXPECT_NEAR(*finding->worst, 13, 3) << "10 s are 250 frames, and hold two or three of the ten in a row";
  EXPECT_EQ(publisher.seen().count(FindingId::frames_missing), 2U)
      << "its beginning and its end, and no more";
}

TEST(FrameRate, AnotherRateIsNoLoss) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.video_numerator = 60;
  send(publisher, form);
  form.video_numerator = 25;
  form.first_timestamp = 30'000;
  form.arrives = [](double time) { return 30'000 + time; };
  send(publisher, form);
  publisher.finish(60'000);
  EXPECT_LE(publisher.track(MediaType::video).missing, 20U);
  EXPECT_EQ(publisher.seen().find(FindingId::frames_missing), nullptr);
  const JudgedFinding* const finding = publisher.seen().find(FindingId::frame_rate_drop);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->worst, 25);
}

TEST(FrameRate, IrregularDistancesAreNotMissingFrames) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.stamped = [](double time) {
    const auto n = static_cast<std::uint32_t>(time / 40 + 0.5);
    return time + (n % 2 == 0 ? 0 : 24);  // 64 and 16 ms by turns
  };
  form.audio = false;
  send(publisher, form);
  publisher.finish(30'000);
  EXPECT_GT(publisher.track(MediaType::video).irregular, 300U);
  EXPECT_EQ(publisher.seen().find(FindingId::frames_missing), nullptr);
}

TEST(KeyFrames, DistancesInSecondsAndFrames) {
  Publisher publisher;
  publisher.begin();
  send(publisher, {});
  publisher.finish(30'000);
  const TrackFigures& video = publisher.track(MediaType::video);
  EXPECT_EQ(video.key_frames, 15U);
  EXPECT_EQ(video.key_distance->p50, 2000U);
  EXPECT_EQ(video.key_frame_distance, 50U);
  EXPECT_EQ(video.key_longest, 2000U);
  EXPECT_EQ(video.open_groups, 0U);
}

TEST(KeyFrames, FarApartIsANote) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.key_every = 250;
  send(publisher, form);
  publisher.finish(30'000);
  const JudgedFinding* const finding = publisher.seen().find(FindingId::key_distance);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->severity, Severity::note);
  EXPECT_EQ(finding->worst, 10);
  EXPECT_EQ(finding->limit, "key_distance");
  EXPECT_THAT(finding->text, testing::HasSubstr("up to 10.0 s apart"));
}

TEST(KeyFrames, OpenGroups) {
  Publisher publisher;
  publisher.begin();
  Form form;
  // The picture behind each key frame is shown a frame before it.
  form.change = [](MediaRecord& record) {
    if (record.type != MediaType::video) return;
    record.composition_time = record.key_frame ? 120 : record.timestamp % 2000 == 40 ? 40 : 80;
  };
  send(publisher, form);
  publisher.finish(30'000);
  EXPECT_EQ(publisher.track(MediaType::video).open_groups, 15U);
  ASSERT_NE(publisher.seen().find(FindingId::open_gop), nullptr);
  EXPECT_EQ(publisher.seen().find(FindingId::open_gop)->severity, Severity::note);
}

TEST(KeyFrames, ClosedGroupsWithBPicturesAreNotOpen) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.change = [](MediaRecord& record) {
    if (record.type != MediaType::video) return;
    record.composition_time = record.key_frame ? 80 : record.timestamp / 40 % 3 == 1 ? 160 : 40;
  };
  send(publisher, form);
  publisher.finish(30'000);
  EXPECT_EQ(publisher.track(MediaType::video).open_groups, 0U);
}

TEST(KeyFrames, FlagAgainstPicture) {
  Publisher publisher;
  publisher.begin();
  Form form;
  form.change = [](MediaRecord& record) {
    if (record.timestamp == 4000) record.key_frame = false;
  };
  send(publisher, form);
  publisher.finish(30'000);
  const JudgedFinding* const finding = publisher.seen().find(FindingId::key_flag_contradicts);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->since.time, start_time + 4000 * millisecond);
  EXPECT_EQ(publisher.track(MediaType::video).key_contradictions, 1U);
  EXPECT_EQ(publisher.track(MediaType::video).key_frames, 15U) << "what the picture says counts";
}

}  // namespace
}  // namespace rtmpscope::analysis
