// Configuration records: made by real encoders, with what ffprobe says of the same files, and made by hand
// for what encoders do not show.
#include <gtest/gtest.h>

#include "described.hpp"
#include "media/bit_reader.hpp"
#include "media/configuration.hpp"
#include "media/parameter_sets.hpp"
#include "media/video_configuration.hpp"

namespace rtmpscope::test {
namespace {

using media::MediaType;

/// A sequence start that holds the record.
std::vector<std::uint8_t> sequence_start(std::string_view code, std::string_view record) {
  return concat(std::vector<std::uint8_t>{0x90}, bytes_of(code), hex(record));
}
Tape record_of(MediaType type, std::string_view code, std::string_view record) {
  const auto body = sequence_start(code, record);
  return describe_media(type, body, static_cast<std::uint32_t>(body.size()));
}
Tape video_record(std::string_view code, std::string_view record) {
  return record_of(MediaType::video, code, record);
}
Tape audio_record(std::string_view code, std::string_view record) {
  return record_of(MediaType::audio, code, record);
}

TEST(Configuration, HasValues) {
  const auto video = media::read_video_configuration(sequence_start("avc1", avc_x264_1080i))
                         .value_or(media::VideoConfiguration{});
  EXPECT_EQ(video.codec, media::VideoCodec::avc);
  EXPECT_EQ(video.profile, 100);
  EXPECT_EQ(video.level, (media::Level{4, 0}));
  EXPECT_EQ(video.size, (media::FrameSize{1920, 1080}));
  EXPECT_DOUBLE_EQ(video.frame_rate, 25);
  const auto old = media::read_video_configuration(sequence_start("avc1", avc_x264_level_1b));
  ASSERT_TRUE(old);
  EXPECT_EQ(old->level, (media::Level{1, 0, true}));
  const auto audio = media::read_audio_configuration(sequence_start("mp4a", "11b056e500"));
  ASSERT_TRUE(audio);
  EXPECT_EQ(audio->codec, media::AudioCodec::aac);
  EXPECT_EQ(audio->object_type, 2);
  EXPECT_EQ(audio->sample_rate, 48'000U);
  EXPECT_EQ(audio->channels, 6U);
  EXPECT_FALSE(audio->bits_per_sample);
}

TEST(Configuration, IsAbsentWhereThereIsNoRecord) {
  EXPECT_FALSE(media::read_video_configuration({}));
  EXPECT_FALSE(media::read_audio_configuration({}));
  EXPECT_FALSE(media::read_video_configuration(sample("avc_key_obs").body));
}

TEST(AvcConfiguration, ShowsTheRecordAndTheSequence) {
  const Tape tape = describe(sample("avc_sequence_1080i"));
  EXPECT_EQ(range(tape, "video.configuration"), "5+0");
  EXPECT_EQ(value(tape, "video.configuration.profile"), "100");
  EXPECT_EQ(value(tape, "video.configuration.profile_name"), "high");
  EXPECT_EQ(value(tape, "video.configuration.level_name"), "4.0");
  EXPECT_EQ(value(tape, "video.configuration.nal_length_size"), "4");
  EXPECT_EQ(count(tape, "video.configuration.parameter_sets.parameter_set"), 2);
  EXPECT_EQ(value(tape, "video.configuration.parameter_sets.parameter_set.type_name", 0), "sps");
  EXPECT_EQ(value(tape, "video.configuration.parameter_sets.parameter_set.length", 0), "26");
  EXPECT_EQ(value(tape, "video.configuration.parameter_sets.parameter_set.type_name", 1), "pps");
  EXPECT_EQ(value(tape, "video.configuration.chroma_format"), "4:2:0");
  EXPECT_EQ(value(tape, "video.configuration.interlaced"), "true");
  EXPECT_EQ(value(tape, "video.configuration.frame_rate"), "25");
  EXPECT_EQ(range(tape, "video.configuration.width"), "13+26") << "the SPS that it was read from";
  EXPECT_EQ(findings(tape), "");
}

TEST(AvcConfiguration, TakesBitDepthsFromTheSequenceWhereTheRecordHasNone) {
  const Tape tape = describe(sample("avc_sequence_gstreamer"));
  EXPECT_EQ(value(tape, "video.configuration.sps_extension_count"), "-");
  EXPECT_EQ(value(tape, "video.configuration.chroma_format"), "4:4:4");
  EXPECT_EQ(value(tape, "video.configuration.luma_bit_depth"), "10");
}

TEST(AvcConfiguration, ReportsWhatIsWrong) {
  EXPECT_EQ(findings(describe(sample("avc_sequence_empty"))), "configuration_empty(0,0)@5+0");
  EXPECT_EQ(findings(describe(sample("avc_sequence_cut"))), "configuration_short(10,36)@11+4");
  EXPECT_EQ(findings(describe(sample("avc_sequence_without_sps"))),
            "configuration_parameter_set_missing(0,0)@18+0");
  EXPECT_EQ(findings(describe(sample("avc_sequence_bad_sps"))),
            "configuration_parameter_set_unreadable(0,0)@13+4");
  EXPECT_EQ(findings(describe(sample("avc_sequence_version_2"))),
            "configuration_version(2,0)@5+1 configuration_parameter_set_missing(0,0)@18+0");
  EXPECT_EQ(findings(describe(sample("avc_sequence_length_3"))).substr(0, 32),
            "configuration_nal_length_size(3,");
  EXPECT_NE(findings(describe(sample("avc_sequence_257_pps"))).find("configuration_parameter_set_limit(256,"),
            std::string::npos);
}

TEST(AvcConfiguration, IsNamedByItsConstraints) {
  EXPECT_EQ(value(describe(sample("avc_sequence_obs")), "video.configuration.profile_name"),
            "constrained_baseline");
  EXPECT_EQ(media::avc_profile_number(66, 0x00), 66);
  EXPECT_EQ(media::avc_profile_number(66, 0x40), 322);
  EXPECT_EQ(media::avc_profile_number(100, 0x08), 356) << "Progressive High";
  EXPECT_EQ(media::avc_profile_number(100, 0x0C), 612) << "Constrained High";
  EXPECT_EQ(media::avc_profile_number(100, 0x04), 100) << "without constraint_set4_flag it says nothing";
  EXPECT_EQ(media::avc_profile_number(110, 0x10), 366);
  EXPECT_EQ(media::avc_profile_number(122, 0x10), 378);
  EXPECT_EQ(media::avc_profile_number(244, 0x10), 500);
  EXPECT_EQ(media::avc_profile_number(77, 0xFF), 77);
}

TEST(AvcConfiguration, ShowsColourAndSampleAspectRatio) {
  const Tape tape = describe(sample("avc_sequence_colour"));
  EXPECT_EQ(value(tape, "video.configuration.sample_aspect_width"), "16");
  EXPECT_EQ(value(tape, "video.configuration.sample_aspect_height"), "11");
  EXPECT_EQ(value(tape, "video.configuration.full_range"), "false");
  EXPECT_EQ(value(tape, "video.configuration.color_primaries"), "1");
  EXPECT_EQ(value(tape, "video.configuration.color_primaries_name"), "bt709");
  EXPECT_EQ(value(tape, "video.configuration.transfer_characteristics_name"), "bt709");
  EXPECT_EQ(value(tape, "video.configuration.matrix_coefficients_name"), "bt709");
  EXPECT_EQ(value(tape, "video.configuration.frame_rate"), "25");
  EXPECT_EQ(findings(tape), "");
}

TEST(AvcConfiguration, IsContradictedByItsSequence) {
  const Tape tape = describe(sample("avc_sequence_contradicted"));
  EXPECT_EQ(value(tape, "video.configuration.profile_name"), "high");
  EXPECT_EQ(value(tape, "video.configuration.sequence_profile_name"), "high_422");
  EXPECT_EQ(value(tape, "video.configuration.sequence_chroma_format"), "4:2:2");
  EXPECT_EQ(value(tape, "video.configuration.sequence_luma_bit_depth"), "10");
  EXPECT_EQ(findings(tape),
            "configuration_contradicts_sequence(1,2)@43+1 configuration_contradicts_sequence(8,10)@44+1 "
            "configuration_contradicts_sequence(8,10)@45+1 configuration_contradicts_sequence(100,122)@6+1");
  const auto read = media::read_video_configuration(sample("avc_sequence_contradicted").body);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->profile, 122) << "decoders go by the sequence";
  EXPECT_EQ(read->chroma_format, 2);
  EXPECT_EQ(read->bit_depth, 10);
}

TEST(HevcConfiguration, ShowsHighDynamicRangeAndEncoder) {
  for (const auto& [name, place] :
       {std::pair<std::string, std::string>{"hevc_sequence_hdr", "video.configuration"},
        {"hevc_key_hdr", "video.sequence"}}) {
    const Tape tape = describe(sample(name));
    EXPECT_EQ(value(tape, place + ".width"), "176") << name;
    EXPECT_EQ(value(tape, place + ".frame_rate"), "25");
    EXPECT_EQ(value(tape, place + ".color_primaries_name"), "bt2020");
    EXPECT_EQ(value(tape, place + ".transfer_characteristics_name"), "smpte2084");
    EXPECT_EQ(value(tape, place + ".matrix_coefficients_name"), "bt2020nc");
    EXPECT_EQ(value(tape, place + ".mastering_display.red_x"), "0.68");
    EXPECT_EQ(value(tape, place + ".mastering_display.green_y"), "0.69");
    EXPECT_EQ(value(tape, place + ".mastering_display.blue_x"), "0.15");
    EXPECT_EQ(value(tape, place + ".mastering_display.white_x"), "0.3127");
    EXPECT_EQ(value(tape, place + ".mastering_display.max_luminance"), "1000");
    EXPECT_EQ(value(tape, place + ".mastering_display.min_luminance"), "0.005");
    EXPECT_EQ(value(tape, place + ".content_light.max_cll"), "1000");
    EXPECT_EQ(value(tape, place + ".content_light.max_fall"), "400");
    EXPECT_EQ(value(tape, place + ".encoder"), "x265 (build 199) - 3.5+1-f0c1022b6");
    EXPECT_EQ(value(tape, place + ".user_data_id"), "2ca2de09-b517-47db-bb55-a4fe7fc2fc4e");
    EXPECT_EQ(findings(tape), "");
  }
}

TEST(HevcConfiguration, HasTheFrameRateOfTheVui) {
  const auto read = media::read_video_configuration(sequence_start("hvc1", hevc_x265));
  ASSERT_TRUE(read);
  EXPECT_DOUBLE_EQ(read->frame_rate, 25);
  EXPECT_EQ(read->bit_depth, 8);
  EXPECT_EQ(read->chroma_format, 1);
}

TEST(KeyFrames, SayWhatThePicturesAre) {
  const auto avc =
      media::read_video_configuration(sample("avc_key_colour").body, sample("avc_key_colour").length);
  ASSERT_TRUE(avc);
  EXPECT_EQ(avc->size, (media::FrameSize{176, 144}));
  EXPECT_EQ(avc->level, (media::Level{1, 1}));
  EXPECT_EQ(avc->profile, 500) << "High 4:4:4 Intra: x264 with key frames only";
  EXPECT_EQ(avc->colour, (media::Colour{1, 1, 1}));
  const auto av1 = media::read_video_configuration(sample("av1_key_hdr").body, sample("av1_key_hdr").length);
  ASSERT_TRUE(av1 && av1->extras && av1->extras->light && av1->extras->display);
  EXPECT_EQ(av1->size, (media::FrameSize{320, 180}));
  EXPECT_EQ(av1->extras->light->max_cll, 1000);
  EXPECT_DOUBLE_EQ(av1->extras->display->max_luminance, 1000);
  const auto vp9 = media::read_video_configuration(sample("vp9_key_profile_3").body, 1000);
  ASSERT_TRUE(vp9);
  EXPECT_EQ(vp9->size, (media::FrameSize{176, 144}));
  EXPECT_EQ(vp9->bit_depth, 12);
  EXPECT_EQ(vp9->chroma_format, 2);
  const auto size_of = [](const char* name) {
    return media::read_video_configuration(sample(name).body, sample(name).length)->size;
  };
  EXPECT_EQ(size_of("vp8_key_libvpx"), (media::FrameSize{322, 182}));
  EXPECT_EQ(size_of("vp6_key"), (media::FrameSize{248, 236}));
  EXPECT_EQ(size_of("vp6_key_separated"), (media::FrameSize{248, 236}));
  EXPECT_EQ(size_of("h263_key"), (media::FrameSize{352, 288}));
}

TEST(Interlaced, IsWhatSlicesAndPictureTimingSay) {
  const auto known = media::read_video_configuration(sequence_start("avc1", avc_x264_1080i));
  ASSERT_TRUE(known);
  EXPECT_TRUE(known->fields_allowed);
  EXPECT_FALSE(known->interlaced) << "the sequence alone does not say";
  const auto of_frame = [&](std::string_view nals) {
    const auto body = concat(hex("1701000000"), hex(nals));
    return media::read_interlaced(*known, body, static_cast<std::uint32_t>(body.size()));
  };
  // Picture timing: pic_struct in the four top bits, for this sequence has no delays.
  EXPECT_EQ(of_frame("00000005 0601013080 00000003 658880"), true) << "top field, bottom field";
  EXPECT_EQ(of_frame("00000005 0601010080 00000003 658880"), false) << "a frame";
  EXPECT_EQ(of_frame("00000005 0601017080 00000003 658880"), false) << "a frame, twice";
  // first_mb 0, slice_type 7, pic_parameter_set_id 0, frame_num of 4 bits, field_pic_flag: 1 0001000 1 0000 1
  EXPECT_EQ(of_frame("00000004 65888400"), true);
  EXPECT_EQ(of_frame("00000004 65888000"), std::nullopt) << "a frame may be of two fields";
}

TEST(AacConfiguration, CutBehindWhatPlayersNeedIsNoError) {
  const Tape tape = describe(sample("aac_sequence_extension_cut"));
  EXPECT_EQ(value(tape, "audio.configuration.channels"), "2");
  EXPECT_EQ(findings(tape), "configuration_end_cut(4,0)@2+4");
}

TEST(AacConfiguration, OfUsacHasLengthAndSbr) {
  const Tape tape = describe(sample("aac_sequence_usac"));
  EXPECT_EQ(value(tape, "audio.configuration.object_type"), "usac");
  EXPECT_EQ(value(tape, "audio.configuration.frame_length"), "2048");
  EXPECT_EQ(value(tape, "audio.configuration.sbr"), "true");
}

TEST(AacConfiguration, NamesTheLowFrequencyChannels) {
  EXPECT_EQ(value(audio_record("mp4a", "11b056e500"), "audio.configuration.low_frequency_channels"), "1");
  EXPECT_EQ(
      value(describe(sample("aac_sequence_program_config")), "audio.configuration.low_frequency_channels"),
      "1");
}

TEST(OpusConfiguration, OfProjectionHasAMatrix) {
  const Tape tape = describe(sample("opus_sequence_projection"));
  EXPECT_EQ(value(tape, "audio.configuration.channel_mapping"), "-");
  EXPECT_EQ(value(tape, "audio.configuration.demixing_matrix").size(), 64U);
  EXPECT_EQ(value(tape, "audio.configuration.unparsed"), "-");
  EXPECT_EQ(value(tape, "audio.configuration.low_frequency_channels"), "-") << "ambisonics have no speakers";
}

TEST(HevcConfiguration, ShowsArraysAsParameterSets) {
  const Tape tape = describe(sample("hevc_sequence"));
  EXPECT_EQ(value(tape, "video.configuration.profile_name"), "main");
  EXPECT_EQ(value(tape, "video.configuration.tier"), "main");
  EXPECT_EQ(value(tape, "video.configuration.level"), "60");
  EXPECT_EQ(value(tape, "video.configuration.level_name"), "2.0");
  EXPECT_EQ(value(tape, "video.configuration.temporal_layers"), "1");
  EXPECT_EQ(value(tape, "video.configuration.nal_length_size"), "4");
  EXPECT_EQ(value(tape, "video.configuration.array_count"), "3");
  EXPECT_EQ(count(tape, "video.configuration.parameter_sets.parameter_set"), 3);
  EXPECT_EQ(value(tape, "video.configuration.parameter_sets.parameter_set.type_name", 0), "vps");
  EXPECT_EQ(value(tape, "video.configuration.parameter_sets.parameter_set.array_complete", 0), "true");
  EXPECT_EQ(value(tape, "video.configuration.parameter_sets.parameter_set.type_name", 2), "pps");
  EXPECT_EQ(findings(tape), "");
}

TEST(HevcConfiguration, AcceptsVersionZeroAndEmptyArrays) {
  const Tape tape = video_record("hvc1", "0001600000009000000000003cf000fcfdf8f800000f01a10000");
  EXPECT_EQ(value(tape, "video.configuration.parameter_sets.parameter_set.array_count"), "0");
  EXPECT_EQ(value(tape, "video.configuration.parameter_sets.parameter_set.type_name"), "sps");
  EXPECT_EQ(findings(tape), "configuration_parameter_set_missing(0,0)@31+0");
}

TEST(VvcConfiguration, ShowsWhatTheRecordSays) {
  const Tape tape = describe(sample("vvc_sequence"));
  EXPECT_EQ(value(tape, "video.configuration.profile_name"), "main_10");
  EXPECT_EQ(value(tape, "video.configuration.level_name"), "3.1");
  EXPECT_EQ(value(tape, "video.configuration.max_width"), "1920");
  EXPECT_EQ(value(tape, "video.configuration.max_height"), "1080");
  EXPECT_EQ(value(tape, "video.configuration.width"), "1918") << "of the SPS, cropped";
  EXPECT_EQ(value(tape, "video.configuration.height"), "1078");
  EXPECT_EQ(value(tape, "video.configuration.luma_bit_depth"), "10");
  EXPECT_EQ(value(tape, "video.configuration.average_frame_rate"), "25");
  EXPECT_EQ(value(tape, "video.configuration.parameter_sets.parameter_set.type_name", 0), "dci");
  EXPECT_EQ(value(tape, "video.configuration.parameter_sets.parameter_set.array_count", 0), "1")
      << "of the SPS array: a DCI has no count";
  EXPECT_EQ(value(tape, "video.configuration.parameter_sets.parameter_set.type_name", 1), "sps");
  EXPECT_EQ(value(tape, "video.configuration.unparsed"), "-");
  EXPECT_EQ(findings(tape), "");
}

TEST(VvcConfiguration, HasTheVuiBehindAllTools) {
  const auto few = media::read_video_configuration(sample("vvc_sequence_vui").body);
  const auto many = media::read_video_configuration(sample("vvc_key_vui").body, sample("vvc_key_vui").length);
  ASSERT_TRUE(few && many);
  EXPECT_DOUBLE_EQ(few->frame_rate, 60000 / 1001.0);
  EXPECT_DOUBLE_EQ(many->frame_rate, 30000 / 1001.0);
  for (const auto& read : {*few, *many}) {
    EXPECT_EQ(read.size, (media::FrameSize{1280, 720}));
    EXPECT_EQ(read.bit_depth, 10);
    EXPECT_EQ(read.chroma_format, 1);
    EXPECT_EQ(read.sample_aspect_width, 16);
    EXPECT_EQ(read.sample_aspect_height, 11);
    EXPECT_EQ(read.colour, (media::Colour{9, 16, 9}));
    EXPECT_EQ(read.full_range, false);
    EXPECT_FALSE(read.fields_allowed);
  }
}

TEST(Av1Configuration, ShowsTheRecordAndItsSequenceHeader) {
  const Tape tape = describe(sample("av1_sequence_ffmpeg"));
  EXPECT_EQ(value(tape, "video.configuration.version"), "1");
  EXPECT_EQ(value(tape, "video.configuration.profile_name"), "main");
  EXPECT_EQ(value(tape, "video.configuration.level_name"), "2.0");
  EXPECT_EQ(value(tape, "video.configuration.chroma_format"), "4:2:0");
  EXPECT_EQ(value(tape, "video.configuration.obus.obu.type"), "sequence_header");
  EXPECT_EQ(value(tape, "video.configuration.obus.obu.length"), "11");
  EXPECT_EQ(value(tape, "video.configuration.initial_presentation_delay"), "-");
  EXPECT_EQ(value(describe(sample("av1_sequence_delay")), "video.configuration.initial_presentation_delay"),
            "5");
  EXPECT_EQ(findings(describe(sample("av1_sequence_bad_obu"))), "configuration_short(7,8)@9+3");
}

TEST(Av1Configuration, OfMpeg2TsHasADescriptorHeader) {
  const Tape tape = describe(sample("av1_mpeg2ts"));
  EXPECT_EQ(value(tape, "video.packet_type"), "mpeg2ts_sequence_start");
  EXPECT_EQ(value(tape, "video.configuration.descriptor_tag"), "128");
  EXPECT_EQ(value(tape, "video.configuration.version"), "1");
  EXPECT_EQ(findings(tape), "");
}

TEST(VpConfiguration, IsAcceptedWithAndWithoutTheBoxHeader) {
  const Tape with = describe(sample("vp9_sequence_ffmpeg"));
  const Tape without = video_record("vp09", "000b820202020000");
  EXPECT_EQ(value(with, "video.configuration.full_box"), "01000000");
  EXPECT_EQ(findings(with), "configuration_full_box(0,0)@5+4");
  EXPECT_EQ(findings(without), "");
  for (const Tape& tape : {with, without}) {
    EXPECT_EQ(value(tape, "video.configuration.profile"), "0");
    EXPECT_EQ(value(tape, "video.configuration.level_name"), "1.1");
    EXPECT_EQ(value(tape, "video.configuration.luma_bit_depth"), "8");
    EXPECT_EQ(value(tape, "video.configuration.chroma_format"), "4:2:0");
    EXPECT_EQ(value(tape, "video.configuration.unparsed"), "-");
  }
  EXPECT_EQ(findings(video_record("vp09", "000b8202020200")), "configuration_short(7,8)@5+7");
}

TEST(AacConfiguration, ReadsExplicitAndBackwardCompatibleSbr) {
  // HE-AAC, core 22.05 kHz, extended to 44.1 kHz: 00101 0111 0010 0100 00010 000
  const Tape sbr = describe(sample("aac_sequence_enhanced"));
  EXPECT_EQ(value(sbr, "audio.configuration.object_type"), "lc");
  EXPECT_EQ(value(sbr, "audio.configuration.sbr"), "true");
  EXPECT_EQ(value(sbr, "audio.configuration.sample_rate"), "22050");
  EXPECT_EQ(value(sbr, "audio.configuration.extension_sample_rate"), "44100");
  // 0x2B7, object type 5, SBR, index 3; 0x548, PS.
  const Tape ps = describe(sample("aac_sequence_ps"));
  EXPECT_EQ(value(ps, "audio.configuration.sbr"), "true");
  EXPECT_EQ(value(ps, "audio.configuration.extension_sample_rate"), "48000");
  EXPECT_EQ(value(ps, "audio.configuration.ps"), "true");
  // Explicit PS (object type 29).
  // FFmpeg's extension that says: no SBR.
  EXPECT_EQ(value(describe(sample("aac_sequence_ffmpeg")), "audio.configuration.sbr"), "false");
  EXPECT_EQ(value(describe(sample("aac_sequence_gstreamer")), "audio.configuration.sbr"), "-");
}

TEST(AacConfiguration, ReadsEscapesShortFramesAndProgramConfig) {
  // LC, index 15 with 44056 Hz (0x00AC18) written out, stereo: 00010 1111 000000001010110000011000 0010 000
  const Tape rate = audio_record("mp4a", "1780560c10");
  EXPECT_EQ(value(rate, "audio.configuration.frequency_index"), "15");
  EXPECT_EQ(value(rate, "audio.configuration.sample_rate"), "44056");
  EXPECT_EQ(value(rate, "audio.configuration.channels"), "2");
  // LC 44.1 kHz stereo with 960 samples a frame: 00010 0100 0010 1 0 0
  EXPECT_EQ(value(audio_record("mp4a", "1214"), "audio.configuration.frame_length"), "960");
  EXPECT_EQ(value(audio_record("mp4a", "1210"), "audio.configuration.frame_length"), "1024");
  // ELD (39 = 31 and 7), 48 kHz stereo, 480 samples: 11111 000111 0011 0010 1 0000
  const Tape eld = audio_record("mp4a", "f8e65000");
  EXPECT_EQ(value(eld, "audio.configuration.object_type"), "er_eld");
  EXPECT_EQ(value(eld, "audio.configuration.frame_length"), "480");
  // Channel configuration 0 and a program config element with one front pair, one front single and one LFE:
  // 00010 0011 0000 0 0 0 | 0000 01 0011 0010 0000 0000 01 000 0000 0 0 0 | 1 0000 0 0000 | 0000 | align |
  // 00000000
  const Tape pce = audio_record("mp4a", "118004c8010020000000");
  EXPECT_EQ(value(pce, "audio.configuration.channel_configuration"), "0");
  EXPECT_EQ(value(pce, "audio.configuration.channels"), "4");
  EXPECT_EQ(findings(pce), "");
}

TEST(AacConfiguration, ReportsAShortRecord) {
  EXPECT_EQ(findings(describe(sample("aac_sequence_cut"))), "configuration_short(1,2)@2+1");
}

TEST(OpusConfiguration, IsLittleEndian) {
  const Tape tape = audio_record("Opus", "4f707573486561640102380180bb000000ff00");
  EXPECT_EQ(value(tape, "audio.configuration.magic"), "OpusHead");
  EXPECT_EQ(value(tape, "audio.configuration.pre_skip"), "312");
  EXPECT_EQ(value(tape, "audio.configuration.sample_rate"), "48000");
  EXPECT_EQ(value(tape, "audio.configuration.output_gain_db"), "-1") << "-256 in 1/256 dB";
  EXPECT_EQ(value(tape, "audio.configuration.mapping_family"), "0");
  const Tape surround = describe(sample("opus_sequence_ffmpeg"));
  EXPECT_EQ(value(surround, "audio.configuration.stream_count"), "4");
  EXPECT_EQ(value(surround, "audio.configuration.coupled_count"), "2");
  EXPECT_EQ(value(surround, "audio.configuration.channel_mapping"), "000401020305");
  EXPECT_EQ(findings(describe(sample("opus_sequence_without_magic"))), "configuration_magic(0,0)@5+11");
  EXPECT_EQ(findings(describe(sample("opus_sequence_version"))), "configuration_version(16,0)@13+1");
}

TEST(FlacConfiguration, IsAcceptedWithAndWithoutMagic) {
  const Tape bare = describe(sample("flac_sequence_ffmpeg"));
  const Tape full = describe(sample("flac_sequence"));
  EXPECT_EQ(findings(bare), "configuration_flac_bare(0,0)@5+34");
  EXPECT_EQ(findings(full), "");
  EXPECT_EQ(value(full, "audio.configuration.magic"), "fLaC");
  EXPECT_EQ(value(full, "audio.configuration.block_type"), "128");
  EXPECT_EQ(value(full, "audio.configuration.block_length"), "34");
  for (const Tape& tape : {bare, full}) {
    EXPECT_EQ(value(tape, "audio.configuration.max_block_size"), "4608");
    EXPECT_EQ(value(tape, "audio.configuration.sample_rate"), "44100");
    EXPECT_EQ(value(tape, "audio.configuration.channels"), "1");
    EXPECT_EQ(value(tape, "audio.configuration.bits_per_sample"), "16");
    EXPECT_EQ(value(tape, "audio.configuration.total_samples"), "13230") << "0.3 s";
  }
  EXPECT_EQ(findings(audio_record("fLaC", "00112233")), "configuration_magic(0,0)@5+4");
}

TEST(BitReader, RemovesEmulationPreventionAndReadsExpGolomb) {
  const auto bytes = hex("000003 01 000003");
  media::BitReader reader(bytes, media::Escaping::emulation_prevention);
  EXPECT_EQ(reader.bits(24), 1U);
  EXPECT_EQ(reader.position(), 32U) << "the escape byte is behind";
  const auto codes = hex("a6428e");  // 1 010 011 00100 00101 0001110
  media::BitReader golomb(codes);
  for (const std::uint32_t expected : {0U, 1U, 2U, 3U, 4U}) EXPECT_EQ(golomb.ue(), expected);
  const auto negative = hex("4c85");  // 010 011 00100 00101
  media::BitReader sign(negative);
  for (const std::int64_t expected : {1, -1, 2, -2}) EXPECT_EQ(sign.se(), expected);
  EXPECT_FALSE(sign.failed());
  media::BitReader empty({});
  EXPECT_EQ(empty.ue(), 0U);
  EXPECT_TRUE(empty.failed());
  const auto zeros = hex("0000000000000000");
  media::BitReader endless(zeros);
  EXPECT_EQ(endless.ue(), 0U);
  EXPECT_TRUE(endless.failed()) << "no code has 32 leading zeros";
}

TEST(SequenceParameterSets, CutAnywhereBeforeTheCropAreUnreadable) {
  // The SPS inside x264's 1080i record.
  const auto record = hex(avc_x264_1080i);
  const Bytes sps = Bytes(record).subspan(8, 26);
  ASSERT_TRUE(media::read_avc_sequence(sps));
  for (std::size_t cut = 0; cut < 11; ++cut) EXPECT_FALSE(media::read_avc_sequence(sps.first(cut))) << cut;
  EXPECT_EQ(media::read_avc_sequence(sps.first(16))->height, 1080U) << "the VUI is cut, the size is not";
  EXPECT_EQ(media::read_avc_sequence(sps.first(16))->frame_rate, 0);
}

}  // namespace
}  // namespace rtmpscope::test
