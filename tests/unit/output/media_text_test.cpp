// Texts of configuration records made by real encoders, beside what ffprobe says of the same files.
#include "output/media_text.hpp"

#include <gtest/gtest.h>

#include "unit/media/samples.hpp"

namespace rtmpscope::test {
namespace {

using media::MediaType;

/// "codec: configuration"; empty if there is none.
std::string text_of(MediaType type, Bytes body) {
  const auto joined = [](const auto& configuration) {
    if (!configuration) return std::string();
    return std::string(output::codec_text(configuration->codec)) + ": " +
           output::configuration_text(*configuration);
  };
  return type == MediaType::video ? joined(media::read_video_configuration(body))
                                  : joined(media::read_audio_configuration(body));
}
/// Of a sequence start that holds the record.
std::string text_of(MediaType type, std::string_view code, std::string_view record) {
  return text_of(type, concat(std::vector<std::uint8_t>{0x90}, bytes_of(code), hex(record)));
}
std::string video_text(std::string_view code, std::string_view record) {
  return text_of(MediaType::video, code, record);
}
std::string audio_text(std::string_view code, std::string_view record) {
  return text_of(MediaType::audio, code, record);
}

TEST(MediaText, OfRealAvcRecordsIsWhatFfprobeSays) {
  EXPECT_EQ(video_text("avc1", avc_obs),
            "H.264/AVC: Constrained Baseline 1.3, 320x180, 8 bit 4:2:0, 15 fps, BT.709");
  EXPECT_EQ(video_text("avc1", avc_ffmpeg_high), "H.264/AVC: High 1.2, 320x180, 8 bit 4:2:0, 25 fps");
  EXPECT_EQ(video_text("avc1", avc_gstreamer_444),
            "H.264/AVC: High 4:4:4 Predictive 1.2, 320x180, 10 bit 4:4:4, 25 fps, BT.601 525");
  EXPECT_EQ(video_text("avc1", avc_x264_1080i),
            "H.264/AVC: High 4.0, 1920x1080, fields allowed, 8 bit 4:2:0, 25 fps");
  EXPECT_EQ(video_text("avc1", avc_x264_level_1b),
            "H.264/AVC: Constrained Baseline 1b, 176x144, 8 bit 4:2:0, 25 fps");
  // 4:2:2, 4:4:4 with an odd size, monochrome, 10 bit interlaced with scaling lists.
  EXPECT_EQ(
      video_text("avc1",
                 "017a001effe1001b677a001ebcd940a02fea2f011000000300100000030320f162d96001000668ebe3cb22c0"
                 "fef8f800"),
      "H.264/AVC: High 4:2:2 3.0, 638x358, 8 bit 4:2:2, 25 fps");
  EXPECT_EQ(
      video_text("avc1",
                 "01f4001effe1001a67f4001e919b281405fc919808800000030080000019078b16cb01000668ebe3c44844ff"
                 "f8f800"),
      "H.264/AVC: High 4:4:4 Predictive 3.0, 637x357, 8 bit 4:4:4, 25 fps");
  EXPECT_EQ(
      video_text("avc1",
                 "0164000bffe1001a6764000bf365093f8f8fc05b20000003002000000641e28532c001000668ebe3cb22c0fc"
                 "f8f800"),
      "H.264/AVC: High 1.1, 130x98, 8 bit 4:0:0, 25 fps, full range");
  EXPECT_EQ(
      video_text("avc1",
                 "017a001effe1001a677a001eb6cd940b424d808800000300080000030190f8a14cb001001668fba3cb3969"
                 "37495b4a4b49ba4ada5210043080212cfefafa00"),
      "H.264/AVC: High 4:2:2 3.0, 720x576, fields allowed, 10 bit 4:2:2, 25 fps");
}

TEST(MediaText, OfRealHevcRecordsIsWhatFfprobeSays) {
  EXPECT_EQ(video_text("hvc1", hevc_x265), "H.265/HEVC: Main 2.0, 320x180, 8 bit 4:2:0, 25 fps");
  // 12 bit 4:2:0 of 1922x1082: VPS left out, the SPS is x265's.
  EXPECT_EQ(
      video_text("hvc1",
                 "01040800000099880000000078f000fcfdfcfc00000f01a10001002d4201010408000003009988000003000078"
                 "a003c48011072485296566924caf016808000003000800000300c840"),
      "H.265/HEVC: Range Extensions 4.0, 1922x1082, 12 bit 4:2:0, 25 fps");
  // Temporal sub-layers.
  EXPECT_EQ(
      video_text("hvc1",
                 "0104080000009fc8000000005df000fcfcf8f800000f01a10001002a4201010408000003009fc80000030000"
                 "5dc00a0200b4596566924caf016c08000003000800000300c840"),
      "H.265/HEVC: Range Extensions 3.1, 1280x720, 8 bit 4:0:0, 25 fps, full range");
}

TEST(MediaText, OfRealAv1Vp9AndAudioRecordsIsWhatFfprobeSays) {
  EXPECT_EQ(video_text("av01", av1_libaom), "AV1: Main 2.0, 320x180, 8 bit 4:2:0");
  EXPECT_EQ(video_text("av01", "812800000a0e20000042abbec3532be480868010"),
            "AV1: High 4.0, 1918x1078, 8 bit 4:4:4, BT.709 sRGB RGB, full range");
  EXPECT_EQ(video_text("av01", "81014c000a0b0000000cc4fb6536be5010"), "AV1: Main 2.1, 638x358, 10 bit 4:2:0");
  EXPECT_EQ(video_text("vp09", vp9_ffmpeg), "VP9: Profile 0 1.1, 8 bit 4:2:0");
  EXPECT_EQ(video_text("vp09", "010000000215a20202020000"), "VP9: Profile 2 2.1, 10 bit 4:2:0");
  EXPECT_EQ(audio_text("mp4a", "120856e500"), "AAC: LC 44.1 kHz mono");
  EXPECT_EQ(audio_text("mp4a", "121056e500"), "AAC: LC 44.1 kHz stereo");
  EXPECT_EQ(audio_text("mp4a", "11b056e500"), "AAC: LC 48 kHz 5.1");
  EXPECT_EQ(audio_text("mp4a", "11b856e500"), "AAC: LC 48 kHz 7.1");
  EXPECT_EQ(audio_text("mp4a", "138856e500"), "AAC: LC 22.05 kHz mono");
  EXPECT_EQ(audio_text("Opus", "4f707573486561640102380180bb0000000000"), "Opus: 48 kHz stereo");
  EXPECT_EQ(audio_text("Opus", opus_5_1), "Opus: 48 kHz 5.1");
  EXPECT_EQ(audio_text("fLaC", flac_ffmpeg), "FLAC: 44.1 kHz mono 16 bit");
  EXPECT_EQ(
      audio_text("fLaC",
                 "664c6143000000221200120000046d0005080ac442f0000033ae36567c6137e8d578c431ed191fd85ff5"),
      "FLAC: 44.1 kHz stereo 16 bit");
}

TEST(MediaText, CallsAHighTickRateTheHighestPossible) {
  media::VideoConfiguration video;
  video.frame_rate = 1000;
  video.fixed_frame_rate = false;
  EXPECT_EQ(output::configuration_text(video), "up to 1000 fps");
  video.fixed_frame_rate = true;
  EXPECT_EQ(output::configuration_text(video), "1000 fps");
  video.fixed_frame_rate = false;
  video.frame_rate = 30000 / 1001.0;
  EXPECT_EQ(output::configuration_text(video), "29.97 fps");
}

TEST(MediaText, ShowsHighDynamicRange) {
  EXPECT_EQ(
      text_of(MediaType::video, sample("hevc_sequence_hdr").body),
      "H.265/HEVC: Main 10 2.0, 176x144, 10 bit 4:2:0, 25 fps, BT.2020 PQ, MaxCLL 1000 MaxFALL 400 cd/m2, "
      "mastered for 0.005 to 1000 cd/m2, x265 build 199");
  EXPECT_EQ(text_of(MediaType::video, sample("avc_sequence_colour").body).substr(0, 62),
            "H.264/AVC: High 4:4:4 Intra 1.1, 176x144, SAR 16:11, 8 bit 4:4");
}

TEST(MediaText, NamesALayoutOnlyIfItIsKnown) {
  media::AudioConfiguration audio;
  audio.channels = 6;
  EXPECT_EQ(output::configuration_text(audio), "6 channels");
  audio.low_frequency_channels = 0;
  EXPECT_EQ(output::configuration_text(audio), "6.0");
  audio.low_frequency_channels = 1;
  EXPECT_EQ(output::configuration_text(audio), "5.1");
  audio.channels = 2;
  audio.low_frequency_channels.reset();
  EXPECT_EQ(output::configuration_text(audio), "stereo");
}

TEST(MediaText, OfAChannelMapIsALayout) {
  EXPECT_EQ(text_of(MediaType::audio, sample("multichannel_ffmpeg").body), "Opus: 5.1");
  EXPECT_EQ(text_of(MediaType::audio, sample("multichannel_custom").body), "Opus: 3 channels");
}

TEST(MediaText, IsEmptyWhereThereIsNoRecord) {
  for (const char* name : {"avc_key_obs", "avc_end_ffmpeg", "avc_sequence_empty", "video_empty",
                           "command_seek_start", "silence", "aac_frame_ffmpeg", "ac3_sequence_ffmpeg"}) {
    EXPECT_EQ(text_of(sample(name).type, sample(name).body), "") << name;
  }
}

TEST(MediaText, ReadsLegacyBodiesAndTracks) {
  const auto& legacy = sample("avc_sequence_1080i");
  EXPECT_EQ(text_of(legacy.type, legacy.body),
            "H.264/AVC: High 4.0, 1920x1080, fields allowed, 8 bit 4:2:0, 25 fps");
  const auto& track = sample("one_track_avc_ffmpeg");
  EXPECT_EQ(text_of(track.type, track.body), "H.264/AVC: High 1.2, 320x180, 8 bit 4:2:0, 25 fps");
  const auto& aac = sample("one_track_aac_ffmpeg");
  EXPECT_EQ(text_of(aac.type, aac.body), "AAC: LC 48 kHz mono");
}

TEST(MediaText, NamesHeAacByItsExtensions) {
  EXPECT_EQ(audio_text("mp4a", "2b920800"), "AAC: HE-AAC 44.1 kHz stereo");
  EXPECT_EQ(audio_text("mp4a", "eb8a0800"), "AAC: HE-AAC v2 44.1 kHz stereo");
}

}  // namespace
}  // namespace rtmpscope::test
