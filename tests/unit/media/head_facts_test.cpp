#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "samples.hpp"
#include "schema/schema.hpp"

namespace rtmpscope::media {
namespace {

using test::hex;
using test::sample;

VideoFacts video(std::string_view text, std::uint32_t more = 1000) {
  const auto head = hex(text);
  return read_video_facts(head, static_cast<std::uint32_t>(head.size()) + more);
}
AudioFacts audio(std::string_view text, std::uint32_t more = 1000) {
  const auto head = hex(text);
  return read_audio_facts(head, static_cast<std::uint32_t>(head.size()) + more);
}
std::uint32_t wanted(std::string_view name, std::uint32_t length) {
  const test::Sample& one = sample(name);
  return bytes_wanted(one.type, Bytes(one.body).first(std::min<std::size_t>(one.body.size(), head_size)),
                      length);
}

TEST(VideoFactsOfLegacyBodies, HaveTypeTimeAndKind) {
  const VideoFacts key = video("1701000050 00000002");
  EXPECT_EQ(key.codec, VideoCodec::avc);
  EXPECT_EQ(key.frame_type, FrameType::key);
  EXPECT_EQ(key.kind, VideoPacketKind::coded_frames);
  EXPECT_EQ(key.composition_time, 80);
  EXPECT_TRUE(key.key_frame);
  EXPECT_FALSE(key.enhanced);
  EXPECT_FALSE(key.needs_description);

  const VideoFacts inter = video("2701fffff6 00000002");
  EXPECT_EQ(inter.composition_time, -10);
  EXPECT_FALSE(inter.key_frame);
  EXPECT_TRUE(inter.needs_description) << "a negative composition time is a finding";

  const VideoFacts start = video("1700000000 01");
  EXPECT_EQ(start.kind, VideoPacketKind::sequence_start);
  EXPECT_TRUE(start.sequence_header);
  EXPECT_TRUE(start.needs_description);
  EXPECT_FALSE(start.key_frame) << "a sequence header is no frame";

  EXPECT_EQ(video("1702000000", 0).kind, VideoPacketKind::sequence_end);
  EXPECT_EQ(video("1703000000").kind, VideoPacketKind::unknown);
  EXPECT_EQ(video("120000", 0).kind, VideoPacketKind::coded_frames);
  EXPECT_TRUE(video("1200840480").key_frame);
  EXPECT_EQ(read_video_facts({}, 0).kind, VideoPacketKind::empty);
}

TEST(VideoFactsOfLegacyBodies, TakeFrameType5ForACommandWhateverTheCodec) {
  EXPECT_EQ(video("5200", 0).kind, VideoPacketKind::command);
  EXPECT_EQ(video("5700", 0).kind, VideoPacketKind::command);
  EXPECT_FALSE(video("5700", 0).sequence_header) << "the byte is no AVCPacketType";
}

TEST(VideoFactsOfLegacyBodies, ReadPrivateCodecIdsLikeAvc) {
  const VideoFacts start = video("1c00000000 01");
  EXPECT_EQ(start.codec, VideoCodec::hevc);
  EXPECT_TRUE(start.sequence_header);
  const VideoFacts inter = video("2c01000028");
  EXPECT_EQ(inter.composition_time, 40);
  EXPECT_FALSE(inter.needs_description);
  EXPECT_EQ(video("1d00000000").codec, VideoCodec::av1);
  EXPECT_EQ(video("1e00000000").codec, VideoCodec::vp8);
  EXPECT_EQ(video("1f00000000").codec, VideoCodec::vp9);
}

TEST(VideoFactsOfEnhancedBodies, FollowTheVectorsOfTheFactSheet) {
  const VideoFacts key = video("91 68766331 000050 00000002 2601");
  EXPECT_EQ(key.codec, VideoCodec::hevc);
  EXPECT_TRUE(key.enhanced);
  EXPECT_TRUE(key.key_frame);
  EXPECT_EQ(key.composition_time, 80);
  EXPECT_FALSE(key.needs_description);
  EXPECT_TRUE(video("91 68766331 000050 00000003 26", 0).needs_description) << "a NAL unit beyond the packet";
  EXPECT_TRUE(video("93 68766331 00000001 26 010203").needs_description) << "a start code";

  const VideoFacts x = video("a3 68766331 000050 00000001");
  EXPECT_EQ(x.composition_time, 0) << "CodedFramesX has no composition time";
  EXPECT_EQ(x.kind, VideoPacketKind::coded_frames);

  EXPECT_EQ(video("d500", 0).kind, VideoPacketKind::command) << "frame type 5 has no FourCC";
  const VideoFacts metadata = video("d4 68766331 02 0009");
  EXPECT_EQ(metadata.kind, VideoPacketKind::metadata) << "the frame type of Metadata is to be ignored";
  EXPECT_EQ(metadata.codec, VideoCodec::hevc);

  const VideoFacts modex = video("97 02 000001 01 68766331 000000 00000001");
  EXPECT_EQ(modex.codec, VideoCodec::hevc);
  EXPECT_EQ(modex.kind, VideoPacketKind::coded_frames);
  EXPECT_FALSE(modex.needs_description);
  EXPECT_TRUE(video("97 02 0f4240 01 68766331 000000").needs_description) << "1000000 ns is out of range";

  const VideoFacts track = video("96 01 68766331 01 000050 00000001");
  EXPECT_EQ(track.track_id, 1);
  EXPECT_EQ(track.composition_time, 80);
  EXPECT_EQ(track.kind, VideoPacketKind::coded_frames);
  EXPECT_FALSE(track.needs_description);

  const VideoFacts many = video("96 21 61766331 07 000007 000028 00000000 68766331 01 000009", 9);
  EXPECT_EQ(many.codec, VideoCodec::avc);
  EXPECT_EQ(many.track_id, 7) << "the track id stands behind the FourCC";
  EXPECT_EQ(many.composition_time, 40);
  EXPECT_TRUE(many.needs_description);
}

TEST(VideoFactsOfEnhancedBodies, HaveNoCompositionTimeForCodecsWithoutOne) {
  for (const char* code : {"61763031", "76703038", "76703039"}) {
    EXPECT_EQ(video(std::string("91") + code + "000050 00000001").composition_time, 0) << code;
  }
  EXPECT_EQ(video("91 76766331 000050 00000001").composition_time, 80) << "vvc1";
  EXPECT_EQ(video("91 61766331 000050 00000001").composition_time, 80) << "avc1";
}

TEST(VideoFactsOfEnhancedBodies, KnowFourCcsByCase) {
  EXPECT_EQ(video("91 48564331").codec, VideoCodec::unknown);
  EXPECT_TRUE(video("91 48564331").needs_description);
}

TEST(AudioFactsOfLegacyBodies, HaveCodecAndKind) {
  const AudioFacts frame = audio("af01211004");
  EXPECT_EQ(frame.codec, AudioCodec::aac);
  EXPECT_EQ(frame.kind, AudioPacketKind::coded_frames);
  EXPECT_FALSE(frame.needs_description);
  EXPECT_TRUE(audio("af001210", 0).sequence_header);
  EXPECT_TRUE(audio("af01fff15080").needs_description) << "ADTS";
  EXPECT_EQ(read_audio_facts({}, 0).kind, AudioPacketKind::empty);
  EXPECT_EQ(audio("2efffb54").codec, AudioCodec::mp3);
  EXPECT_EQ(audio("eefffb54").codec, AudioCodec::mp3) << "MP3 8 kHz";
  EXPECT_EQ(audio("4200").codec, AudioCodec::nellymoser);
  EXPECT_EQ(audio("dffc").codec, AudioCodec::opus);
}

TEST(AudioFactsOfLegacyBodies, DoNotTakeSpeexAndDeviceSpecificForEnhanced) {
  EXPECT_EQ(audio("b2010203").codec, AudioCodec::speex);
  EXPECT_FALSE(audio("b2010203").enhanced);
  EXPECT_EQ(audio("f2010203").codec, AudioCodec::device_specific);
  EXPECT_FALSE(audio("f2010203").enhanced);
}

TEST(AudioFactsOfEnhancedBodies, HaveCodecTrackAndKind) {
  EXPECT_TRUE(audio("90 4f707573 4f").sequence_header);
  EXPECT_EQ(audio("91 4f707573 fc").kind, AudioPacketKind::coded_frames);
  EXPECT_EQ(audio("92 4f707573", 0).kind, AudioPacketKind::sequence_end);
  EXPECT_EQ(audio("94 4f707573 0106").kind, AudioPacketKind::multichannel_config);
  const AudioFacts track = audio("95 00 4f707573 03 4f70");
  EXPECT_EQ(track.track_id, 3);
  EXPECT_TRUE(track.sequence_header);
  EXPECT_EQ(audio("96 4f707573").kind, AudioPacketKind::unknown) << "6 is multitrack in video only";
  EXPECT_EQ(audio("91 6d703461 2110").codec, AudioCodec::aac);
  EXPECT_EQ(audio("91 2e6d7033 fffb").codec, AudioCodec::mp3);
  EXPECT_EQ(audio("91 664c6143 fff8").codec, AudioCodec::flac);
  EXPECT_EQ(audio("91 61632d33 0b77").codec, AudioCodec::ac3);
  EXPECT_EQ(audio("91 65632d33 0b77").codec, AudioCodec::eac3);
}

TEST(VideoFacts, SayWhetherAKeyFrameMayHoldASequence) {
  EXPECT_TRUE(video("1701000050 00000002 0605").may_hold_sequence);
  EXPECT_TRUE(video("1701000050 00000002 6742").may_hold_sequence);
  EXPECT_FALSE(video("1701000050 00000002 6588").may_hold_sequence) << "a slice comes first";
  EXPECT_FALSE(video("2701000050 00000002 6742").may_hold_sequence) << "no key frame";
  EXPECT_TRUE(video("91 68766331 000050 00000002 4201").may_hold_sequence);
  EXPECT_FALSE(video("93 68766331 00000002 2601").may_hold_sequence);
  EXPECT_TRUE(video("91 61763031 1200").may_hold_sequence);
  EXPECT_TRUE(video("91 76703039 8249").may_hold_sequence);
}

TEST(BytesWanted, AreTheHeadOfFramesAndAllOfConfigurations) {
  EXPECT_EQ(wanted("avc_inter_ffmpeg", 5000), head_size);
  EXPECT_EQ(wanted("vp9_key_ffmpeg", 5000), head_size) << "the frame header is short";
  EXPECT_EQ(wanted("avc_key_obs", 5000), key_head_size) << "parameter sets and messages come first";
  EXPECT_EQ(wanted("hevc_key_ffmpeg", 5000), key_head_size);
  EXPECT_EQ(wanted("av1_key_ffmpeg", 1000), 1000U);
  EXPECT_EQ(wanted("eac3_ffmpeg", 362), head_size);
  EXPECT_EQ(wanted("eac3_dependent", 69), 69U) << "a second substream lies behind the first";
  EXPECT_EQ(wanted("aac_frame_ffmpeg", 20), 20U);
  EXPECT_EQ(wanted("avc_sequence_obs", 5000), 5000U);
  EXPECT_EQ(wanted("hevc_sequence", 5000), 5000U);
  EXPECT_EQ(wanted("color_info_ffmpeg", 5000), 5000U);
  EXPECT_EQ(wanted("av1_mpeg2ts", 5000), 5000U);
  EXPECT_EQ(wanted("aac_sequence_ffmpeg", 5000), 5000U);
  EXPECT_EQ(wanted("multichannel_ffmpeg", 5000), 5000U);
  EXPECT_EQ(wanted("one_track_avc_ffmpeg", 5000), 5000U);
  EXPECT_EQ(wanted("one_track_frames_ffmpeg", 5000), head_size);
  EXPECT_EQ(wanted("avc_sequence_obs", 1 << 20), configuration_limit);
  EXPECT_EQ(wanted("many_tracks", 1 << 20), 1U << 20) << "tracks are found one after the other";
  EXPECT_EQ(wanted("modex_256_bytes", 5000), 5000U) << "the header is longer than the head";
  EXPECT_EQ(wanted("video_empty", 0), 0U);
}

TEST(CodecNumbers, HaveARowInTheTable) {
  for (int id = 0; id <= 15; ++id) {
    const auto number = static_cast<std::uint8_t>(id);
    EXPECT_NE(find_value(ValueTable::video_codec, static_cast<std::uint64_t>(legacy_video_codec(number))),
              nullptr);
    EXPECT_NE(find_value(ValueTable::audio_codec, static_cast<std::uint64_t>(legacy_audio_codec(number))),
              nullptr);
  }
  EXPECT_EQ(find_value(ValueTable::video_codec, static_cast<std::uint64_t>(VideoCodec::hevc))->name, "hevc");
  EXPECT_EQ(find_value(ValueTable::video_codec, static_cast<std::uint64_t>(VideoCodec::vvc))->name, "vvc");
  EXPECT_EQ(find_value(ValueTable::audio_codec, static_cast<std::uint64_t>(AudioCodec::eac3))->name, "eac3");
  EXPECT_EQ(find_value(ValueTable::audio_codec, static_cast<std::uint64_t>(AudioCodec::unknown))->name,
            "unknown");
}

TEST(CodecsOfMetadata, AreLegacyIdsFourCcNumbersOrText) {
  EXPECT_EQ(metadata_video_codec(7), VideoCodec::avc);
  EXPECT_EQ(metadata_video_codec(1752589105), VideoCodec::hevc);
  EXPECT_EQ(metadata_video_codec(1635135537), VideoCodec::av1);
  EXPECT_EQ(metadata_audio_codec(1332770163), AudioCodec::opus);
  EXPECT_EQ(metadata_audio_codec(1716281667), AudioCodec::flac);
  EXPECT_EQ(metadata_audio_codec(10), AudioCodec::aac);
  EXPECT_EQ(metadata_video_codec(as_bytes("avc1")), VideoCodec::avc);
  EXPECT_EQ(metadata_audio_codec(as_bytes("mp4a")), AudioCodec::aac);
  EXPECT_EQ(metadata_audio_codec(as_bytes("x")), AudioCodec::unknown);
  for (const double odd : {-1.0, 7.5, 1e300, std::nan("")}) {
    EXPECT_EQ(metadata_video_codec(odd), VideoCodec::unknown) << odd;
  }
}

}  // namespace
}  // namespace rtmpscope::media
