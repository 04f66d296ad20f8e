#include "analysis/platform/profile_rules.hpp"

#include <gmock/gmock.h>

#include "analysis/platform/profile_reader.hpp"

namespace rtmpscope::analysis {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Timestamp second = 1'000'000'000;

/// A profile "p" of the platform "P" with these members.
Profile profile(const std::string& members, const std::string& kind = "platform") {
  const auto read = read_profiles(
      R"({"format": "rtmpscope-profiles", "version": 1,
          "sources": {"page": {"title": "P's page", "url": "https://example.org"},
                      "word": {"title": "hearsay", "hearsay": true}},
          "profiles": [{"id": "p", "name": "P", "kind": ")" +
          kind + R"(", )" + members + "}]}",
      "test");
  EXPECT_TRUE(read.has_value()) << read.error().message;
  return read ? read->front() : Profile();
}

PublishedTrack video() {
  PublishedTrack track;
  track.type = MediaType::video;
  track.codec = "avc";
  track.first = {10 * second, 5};
  track.configured = {10 * second, 5};
  track.settings = {1920, 1080, "high", "4.1", false};
  track.frames_per_second = 30;
  return track;
}

PublishedTrack audio() {
  PublishedTrack track;
  track.type = MediaType::audio;
  track.codec = "aac";
  track.is_aac_lc = true;
  track.first = {10 * second, 6};
  track.configured = {10 * second, 6};
  track.sample_rate = 48000;
  track.channels = 2;
  track.rate_mean = 128;
  return track;
}

PublisherFigures figures(std::vector<PublishedTrack> tracks) {
  PublisherFigures made;
  made.start_seen = true;
  made.media_s = 60;
  made.first = {10 * second, 5};
  made.last = {70 * second, 900};
  made.tracks = std::move(tracks);
  return made;
}

RuleResults judge(const Profile& by, std::vector<PublishedTrack> tracks) {
  RuleResults results;
  judge_by_profile(by, figures(std::move(tracks)), results);
  return results;
}

/// The answer of the only check of that rule.
Answer answer(const RuleResults& results, FindingId id) {
  for (const Check& check : results.checks) {
    if (check.id == id) return check.answer;
  }
  ADD_FAILURE() << "no check of " << info(id).id;
  return Answer::undecided;
}

KeyDistanceFigures every(double seconds, std::uint64_t count = 10) {
  KeyDistanceFigures distances;
  distances.count = count;
  distances.median = distances.p5 = distances.p80 = distances.p95 = distances.longest = seconds;
  distances.longest_two = count > 1 ? seconds : 0;
  return distances;
}

constexpr const char* key_distance_4 = R"("video": {"keyframe_s": {
    "value": {"recommended": 2, "max": 4}, "sources": ["page"]}})";

TEST(ProfileKeyDistance, AboveTheLimitIsAWarningWithItsSource) {
  PublishedTrack track = video();
  track.key_distances = every(8);
  const RuleResults results = judge(profile(key_distance_4), {track});
  ASSERT_EQ(answer(results, FindingId::profile_key_distance_max), Answer::fail);
  const JudgedFinding& finding = results.findings.front();
  EXPECT_EQ(finding.id, FindingId::profile_key_distance_max);
  EXPECT_EQ(finding.severity, Severity::warning);
  EXPECT_EQ(finding.profile, "p");
  EXPECT_EQ(finding.reference, "P's page, https://example.org");
  EXPECT_EQ(finding.issue, "gopSizeOver");
  EXPECT_EQ(finding.text, "key frames are up to 8 s apart, P wants at most 4 s (gopSizeOver)");
  EXPECT_EQ(finding.what_to_do, "Set the encoder's key frame interval to 2 s (60 frames).");
  EXPECT_EQ(finding.worst, 8);
}

TEST(ProfileKeyDistance, OneLongOneAmongManyIsNoFinding) {
  PublishedTrack track = video();
  track.key_distances = every(2, 20);
  track.key_distances->longest = 6;
  EXPECT_EQ(answer(judge(profile(key_distance_4), {track}), FindingId::profile_key_distance_max),
            Answer::pass);
  track.key_distances->longest_two = 6;
  EXPECT_EQ(answer(judge(profile(key_distance_4), {track}), FindingId::profile_key_distance_max),
            Answer::fail);
}

TEST(ProfileKeyDistance, ADistanceThatIsNotOverCounts) {
  PublishedTrack track = video();
  track.key_distances = KeyDistanceFigures();
  track.key_distances->open_for = 29;
  EXPECT_EQ(answer(judge(profile(key_distance_4), {track}), FindingId::profile_key_distance_max),
            Answer::fail);
  track.key_distances->open_for = 3;
  EXPECT_EQ(answer(judge(profile(key_distance_4), {track}), FindingId::profile_key_distance_max),
            Answer::undecided);
}

TEST(ProfileKeyDistance, FrameRatesOfTelevisionAreWithinTheLimit) {
  PublishedTrack track = video();
  track.key_distances = every(4.004);
  EXPECT_EQ(answer(judge(profile(key_distance_4), {track}), FindingId::profile_key_distance_max),
            Answer::pass);
}

TEST(ProfileKeyDistance, OffTheRecommendedOneIsANote) {
  PublishedTrack track = video();
  track.key_distances = every(3);
  RuleResults results = judge(profile(key_distance_4), {track});
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].id, FindingId::profile_key_distance_recommended);
  EXPECT_EQ(results.findings[0].severity, Severity::note);
  EXPECT_EQ(results.findings[0].issue, "gopSizeLong");
  track.key_distances = every(1);
  results = judge(profile(key_distance_4), {track});
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].issue, "gopSizeShort");
  track.key_distances = every(2);
  EXPECT_THAT(judge(profile(key_distance_4), {track}).findings, IsEmpty());
  track.key_distances = every(3, 2);
  EXPECT_EQ(answer(judge(profile(key_distance_4), {track}), FindingId::profile_key_distance_recommended),
            Answer::undecided);
}

TEST(ProfileKeyDistance, LowLatencyMayBeShorter) {
  const Profile by = profile(R"("video": {"keyframe_s": {
      "value": {"recommended": 2, "low_latency": 1}, "sources": ["page"]}})");
  PublishedTrack track = video();
  track.key_distances = every(1);
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_key_distance_recommended), Answer::pass);
  track.key_distances = every(0.5);
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_key_distance_recommended), Answer::fail);
}

TEST(ProfileKeyDistance, HasALeastValueAndMayHaveToBeConstant) {
  const Profile by = profile(R"("video": {"keyframe_s": {"value": {"min": 2}, "sources": ["page"]},
      "keyframe_constant": {"value": true, "sources": ["page"]}})");
  PublishedTrack track = video();
  track.key_distances = every(1);
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_key_distance_min), Answer::fail);
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_key_distance_constant), Answer::pass);
  track.key_distances = every(3);
  track.key_distances->p5 = 2;
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_key_distance_min), Answer::pass);
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_key_distance_constant), Answer::fail);
  track.key_distances.reset();
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_key_distance_min), Answer::undecided);
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_key_distance_constant), Answer::undecided);
}

constexpr const char* bitrate_rows = R"("video": {"bitrate_max_kbps": {"value": 9000, "sources": ["page"]},
  "bitrate": [
  {"width": 1920, "height": 1080, "fps": 30, "min_kbps": 3000, "max_kbps": 6000, "sources": ["page"]},
  {"width": 1920, "height": 1080, "fps": 60, "min_kbps": 4500, "max_kbps": 9000, "sources": ["page"]},
  {"width": 1280, "height": 720, "fps": 30, "min_kbps": 1500, "max_kbps": 4000, "codecs": ["avc"],
   "sources": ["word"]}]})";

PublishedTrack video_with_rate(double median, double p95, std::uint32_t windows = 50) {
  PublishedTrack track = video();
  track.rate_windows = windows;
  track.rate_median = median;
  track.rate_p95 = p95;
  return track;
}

TEST(ProfileBitrate, IsHeldAgainstTheRowOfThePicture) {
  const Profile by = profile(bitrate_rows);
  EXPECT_EQ(answer(judge(by, {video_with_rate(6000, 6500)}), FindingId::profile_bitrate_high), Answer::pass);
  RuleResults results = judge(by, {video_with_rate(6000, 6700)});
  ASSERT_EQ(answer(results, FindingId::profile_bitrate_high), Answer::fail);
  EXPECT_EQ(results.findings[0].text,
            "the video has up to 6700 kbit/s, P wants at most 6000 kbit/s (bitrateHigh)");
  PublishedTrack fast = video_with_rate(6000, 6700);
  fast.frames_per_second = 59.94;
  EXPECT_EQ(answer(judge(by, {fast}), FindingId::profile_bitrate_high), Answer::pass);
}

TEST(ProfileBitrate, BelowTheLeastIsANote) {
  const RuleResults results = judge(profile(bitrate_rows), {video_with_rate(2300, 2500)});
  ASSERT_EQ(answer(results, FindingId::profile_bitrate_low), Answer::fail);
  EXPECT_EQ(results.findings[0].severity, Severity::note);
  EXPECT_EQ(
      answer(judge(profile(bitrate_rows), {video_with_rate(2500, 2500)}), FindingId::profile_bitrate_low),
      Answer::pass);
}

TEST(ProfileBitrate, NeedsHalfAMinute) {
  EXPECT_EQ(answer(judge(profile(bitrate_rows), {video_with_rate(9000, 9900, 20)}),
                   FindingId::profile_bitrate_high),
            Answer::undecided);
}

TEST(ProfileBitrate, GoesByTheLimitOfAllPicturesWhereNoRowFits) {
  PublishedTrack track = video_with_rate(9500, 9950);
  track.settings = {3840, 2160, "high", "5.1", false};
  const Profile by = profile(bitrate_rows);
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_bitrate_high), Answer::fail);
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_bitrate_low), Answer::not_applicable);
}

TEST(ProfileBitrate, HearsayGivesANote) {
  PublishedTrack track = video_with_rate(6000, 6000);
  track.settings = {1280, 720, "high", "3.1", false};
  const RuleResults results = judge(profile(bitrate_rows), {track});
  ASSERT_EQ(answer(results, FindingId::profile_bitrate_high), Answer::fail);
  EXPECT_EQ(results.findings[0].severity, Severity::note);
  track.codec = "hevc";  // the row is not for it: the next higher picture is
  EXPECT_EQ(answer(judge(profile(bitrate_rows), {track}), FindingId::profile_bitrate_high), Answer::pass);
}

TEST(ProfileBitrate, RejectingPlatformsGiveAnError) {
  const Profile by = profile(R"("video": {"bitrate_max_kbps": {"value": 5000, "sources": ["page"],
                                "severity": "error"}})");
  const RuleResults results = judge(by, {video_with_rate(6000, 6000)});
  ASSERT_EQ(answer(results, FindingId::profile_bitrate_high), Answer::fail);
  EXPECT_EQ(results.findings[0].severity, Severity::error);
}

TEST(ProfileCodecs, NotInTheListAreErrors) {
  const Profile by = profile(R"("video": {"codecs": {"value": ["avc", "hevc"], "sources": ["page"]},
      "enhanced_rtmp": {"value": ["hvc1"], "sources": ["page"]}},
      "audio": {"codecs": {"value": ["aac_lc"], "sources": ["page"]}})");
  RuleResults results = judge(by, {video(), audio()});
  EXPECT_THAT(results.findings, IsEmpty());
  EXPECT_EQ(answer(results, FindingId::profile_video_codec), Answer::pass);
  EXPECT_EQ(answer(results, FindingId::profile_audio_codec), Answer::pass);
  EXPECT_EQ(answer(results, FindingId::profile_enhanced_rtmp), Answer::not_applicable);

  PublishedTrack av1 = video();
  av1.codec = "av1";
  av1.four_cc = "av01";
  PublishedTrack opus = audio();
  opus.codec = "opus";
  opus.is_aac_lc = false;
  results = judge(by, {av1, opus});
  ASSERT_THAT(results.findings, SizeIs(3));
  EXPECT_EQ(results.findings[0].severity, Severity::error);
  EXPECT_EQ(results.findings[0].text, "the video is AV1, P wants H.264 or H.265 (videoCodec)");
  EXPECT_EQ(results.findings[1].id, FindingId::profile_enhanced_rtmp);
  EXPECT_EQ(results.findings[2].text, "the audio is Opus, P wants AAC LC (audioCodec)");
}

TEST(ProfileCodecs, PrivateH265IsAnotherThanThatOfEnhancedRtmp) {
  PublishedTrack track = video();
  track.codec = "hevc_id_12";
  const Profile by = profile(R"("video": {"codecs": {"value": ["hevc"], "sources": ["page"]}})");
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_video_codec), Answer::fail);
}

TEST(ProfileCodecs, AnotherKindOfAacIsNotLc) {
  const Profile by = profile(R"("audio": {"codecs": {"value": ["aac_lc"], "sources": ["page"]}})");
  PublishedTrack track = audio();
  track.is_aac_lc = false;
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_audio_codec), Answer::fail);
  track.configured = {};
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_audio_codec), Answer::undecided);
}

TEST(ProfileVideo, ProfileAndLevelOutsideTheListsAreNotes) {
  const Profile by = profile(R"("video": {"profiles": {"value": ["main", "baseline"], "sources": ["page"]},
      "levels": {"value": {"1080p30": "4.1", "1080p60": "4.2"}, "sources": ["page"]}})");
  PublishedTrack track = video();
  RuleResults results = judge(by, {track});
  EXPECT_EQ(answer(results, FindingId::profile_video_profile), Answer::fail);
  EXPECT_EQ(results.findings[0].severity, Severity::note);
  EXPECT_EQ(answer(results, FindingId::profile_video_level), Answer::pass);
  track.settings.profile = "constrained_baseline";
  track.settings.level = "4.2";
  results = judge(by, {track});
  EXPECT_EQ(answer(results, FindingId::profile_video_profile), Answer::pass);
  EXPECT_EQ(answer(results, FindingId::profile_video_level), Answer::fail);
  track.frames_per_second = 60;
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_video_level), Answer::pass);
  track.settings = {};
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_video_profile), Answer::undecided);
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_video_level), Answer::undecided);
}

TEST(ProfileVideo, PictureSizeFrameRateAndInterlacing) {
  const Profile by = profile(R"("video": {"resolution_max": {"value": "1280x720", "sources": ["page"]},
      "height_min": {"value": 160, "sources": ["page"]},
      "fps_max": {"value": 30, "sources": ["page"]}, "fps_min": {"value": 10, "sources": ["page"]},
      "interlaced": {"value": false, "sources": ["page"]}})");
  PublishedTrack track = video();
  track.settings.interlaced = true;
  track.frames_per_second = 50;
  RuleResults results = judge(by, {track});
  ASSERT_THAT(results.findings, SizeIs(3));
  for (const JudgedFinding& finding : results.findings) EXPECT_EQ(finding.severity, Severity::warning);
  EXPECT_EQ(results.findings[0].text,
            "the picture has 1920x1080, P wants at most 1280x720 (videoResolutionUnsupported)");
  EXPECT_EQ(results.findings[1].text, "the video is interlaced, P wants progressive video (interlacedVideo)");
  EXPECT_EQ(results.findings[2].text,
            "the frame rate is 50 frames/s, P wants at most 30 frames/s (frameRateHigh)");

  track.settings = {720, 1280, "high", "3.1", false};  // portrait
  track.frames_per_second = 30.9;
  EXPECT_THAT(judge(by, {track}).findings, IsEmpty());
  track.settings = {160, 120, "high", "3.1", false};
  track.frames_per_second = 5;
  EXPECT_THAT(judge(by, {track}).findings, SizeIs(2));
  track.settings = {};
  track.frames_per_second.reset();
  results = judge(by, {track});
  EXPECT_EQ(answer(results, FindingId::profile_resolution), Answer::undecided);
  EXPECT_EQ(answer(results, FindingId::profile_interlaced), Answer::undecided);
  EXPECT_EQ(answer(results, FindingId::profile_frame_rate), Answer::undecided);
}

TEST(ProfileVideo, BPicturesAndOpenGroups) {
  const Profile by = profile(R"("video": {
      "bframes_max": {"value": 0, "sources": ["page"], "severity": "error"},
      "open_gop": {"value": false, "sources": ["page"]}})");
  PublishedTrack track = video();
  track.b_pictures = true;
  track.open_groups = 2;
  const RuleResults results = judge(by, {track});
  ASSERT_THAT(results.findings, SizeIs(2));
  EXPECT_EQ(results.findings[0].severity, Severity::error);
  EXPECT_EQ(results.findings[1].issue, "openGop");
  track.b_pictures = false;
  track.open_groups = 1;
  EXPECT_THAT(judge(by, {track}).findings, IsEmpty());
  track.b_pictures.reset();
  track.open_groups.reset();
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_b_pictures), Answer::undecided);
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_open_gop), Answer::undecided);
}

TEST(ProfileAudio, SampleRateChannelsAndBitRate) {
  const Profile by = profile(R"("audio": {"sample_rates": {"value": [44100, 48000], "sources": ["page"]},
      "channels_max": {"value": 2, "sources": ["page"]},
      "bitrate_max_kbps": {"value": 160, "sources": ["page"]}})");
  PublishedTrack track = audio();
  track.rate_mean = 175;
  EXPECT_THAT(judge(by, {track}).findings, IsEmpty());
  track.sample_rate = 22050;
  track.channels = 6;
  track.rate_mean = 180;
  const RuleResults results = judge(by, {track});
  ASSERT_THAT(results.findings, SizeIs(3));
  EXPECT_EQ(results.findings[0].text, "the audio has 22050 Hz, P wants 44100 or 48000 Hz (audioSampleRate)");
  EXPECT_EQ(results.findings[1].text, "the audio has 6 channels, P wants at most 2 (audioTooManyChannels)");
  EXPECT_EQ(results.findings[2].severity, Severity::note);
  track.sample_rate.reset();
  track.channels.reset();
  track.rate_mean.reset();
  EXPECT_THAT(judge(by, {track}).findings, IsEmpty());
  EXPECT_EQ(answer(judge(by, {track}), FindingId::profile_audio_channels), Answer::undecided);
}

TEST(ProfileTracks, AudioAndVideoMustBothBeThere) {
  const Profile by = profile(R"("audio": {"required": {"value": true, "sources": ["page"]}},
                                "video": {"required": {"value": true, "sources": ["page"]}})");
  RuleResults results = judge(by, {video()});
  ASSERT_EQ(answer(results, FindingId::profile_audio_missing), Answer::fail);
  EXPECT_EQ(results.findings[0].text, "the stream has no audio in 60 s, P wants audio (noAudioStream)");
  results = judge(by, {audio()});
  EXPECT_EQ(answer(results, FindingId::profile_video_missing), Answer::fail);
  results = judge(by, {video(), audio()});
  EXPECT_THAT(results.findings, IsEmpty());
  PublishedTrack late = audio();
  late.first.time += 15 * second;
  EXPECT_EQ(answer(judge(by, {video(), late}), FindingId::profile_audio_missing), Answer::fail);
}

TEST(ProfileTracks, MissingBytesMayHoldThem) {
  const Profile by = profile(R"("audio": {"required": {"value": true, "sources": ["page"]}})");
  PublisherFigures made = figures({video()});
  made.has_holes = true;
  RuleResults results;
  judge_by_profile(by, made, results);
  EXPECT_EQ(answer(results, FindingId::profile_audio_missing), Answer::undecided);
  made = figures({video()});
  made.start_seen = false;
  results = {};
  judge_by_profile(by, made, results);
  EXPECT_EQ(answer(results, FindingId::profile_audio_missing), Answer::undecided);
  made = figures({video()});
  made.last.time = made.first.time + 9 * second;
  results = {};
  judge_by_profile(by, made, results);
  EXPECT_EQ(answer(results, FindingId::profile_audio_missing), Answer::undecided);
}

TEST(ProfileTracks, OneOfAKindWhereThereIsNoMultitrack) {
  const Profile by = profile(R"("video": {"multitrack": {"value": false, "sources": ["page"]}})");
  PublishedTrack second_track = video();
  second_track.track_id = 1;
  const RuleResults results = judge(by, {video(), second_track, audio()});
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].issue, "multipleVideoStreams");
  EXPECT_THAT(judge(by, {video(), audio()}).findings, IsEmpty());
}

TEST(ProfileTransport, PlainRtmpWhereRtmpsIsRequired) {
  const Profile by = profile(R"("transport": {"rtmps": {"value": "required", "sources": ["page"]}})");
  RuleResults results;
  judge_transport_by_profile(by, {.is_tls = false, .opened = {second, 1}, .duration_s = 5, .ended = true},
                             results);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::error);
  EXPECT_EQ(results.findings[0].text, "the connection is plain RTMP, P wants RTMPS");
  results = {};
  judge_transport_by_profile(by, {.is_tls = true, .opened = {second, 1}, .duration_s = 5, .ended = true},
                             results);
  EXPECT_THAT(results.findings, IsEmpty());
  EXPECT_EQ(answer(results, FindingId::profile_transport), Answer::pass);
}

TEST(ProfileTransport, RtmpsWhereOnlyPlainRtmpIsTaken) {
  const Profile by = profile(R"("transport": {"rtmps": {"value": "refused", "sources": ["page"]}})");
  RuleResults results;
  judge_transport_by_profile(by, {.is_tls = true, .opened = {second, 1}, .duration_s = 5, .ended = true},
                             results);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_THAT(results.findings[0].text, HasSubstr("P wants plain RTMP"));
}

TEST(ProfileDuration, NearTheLimitIsANote) {
  const Profile by = profile(R"("session": {"max_duration_h": {"value": 8, "sources": ["page"]}})");
  RuleResults results;
  judge_transport_by_profile(
      by, {.is_tls = false, .opened = {second, 1}, .duration_s = 7.9 * 3600, .ended = true}, results);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::note);
  EXPECT_EQ(results.findings[0].text, "the session has lasted 7 h 54 min, P wants at most 8 h");
  results = {};
  judge_transport_by_profile(
      by, {.is_tls = false, .opened = {second, 1}, .duration_s = 7 * 3600, .ended = true}, results);
  EXPECT_THAT(results.findings, IsEmpty());
}

TEST(GenericProfile, GivesNotesOnly) {
  PublishedTrack track = video();
  track.key_distances = every(8);
  const RuleResults results = judge(profile(key_distance_4, "generic"), {track});
  ASSERT_THAT(results.findings, SizeIs(2));
  EXPECT_EQ(results.findings[0].severity, Severity::note);
  EXPECT_THAT(results.findings[0].text, HasSubstr("most platforms want at most 4 s"));
}

}  // namespace
}  // namespace rtmpscope::analysis
