#include <gtest/gtest.h>

#include "described.hpp"

namespace rtmpscope::test {
namespace {

TEST(LegacyAudio, ShowsTheFirstByteAndTheCodec) {
  const Tape tape = describe_audio("2e 00");
  EXPECT_EQ(value(tape, "audio.sound_format"), "2");
  EXPECT_EQ(value(tape, "audio.codec"), "mp3");
  EXPECT_EQ(value(tape, "audio.sound_rate"), "44_khz");
  EXPECT_EQ(value(tape, "audio.sound_size"), "16_bit");
  EXPECT_EQ(value(tape, "audio.sound_type"), "mono");
  EXPECT_EQ(value(tape, "audio.enhanced"), "false");
}

TEST(LegacyAudio, NamesEverySoundFormat) {
  constexpr const char* names[] = {
      "pcm",   "adpcm", "mp3", "pcm_le", "nellymoser", "nellymoser", "nellymoser", "alaw",
      "mulaw", "",      "aac", "speex",  "unknown",    "opus",       "mp3",        "device_specific"};
  for (std::uint8_t format = 0; format < 16; ++format) {
    if (format == 9) continue;  // the mark of the extended header
    const std::vector<std::uint8_t> body{static_cast<std::uint8_t>(format << 4), 1, 2};
    EXPECT_EQ(value(describe_media(media::MediaType::audio, body, 3), "audio.codec"), names[format])
        << int{format};
  }
}

TEST(LegacyAudio, IsNotEnhancedWithSpeexAndDeviceSpecificSound) {
  for (const char* name : {"speex_is_not_enhanced", "device_specific_is_not_enhanced"}) {
    const Tape tape = describe(sample(name));
    EXPECT_EQ(value(tape, "audio.enhanced"), "false") << name;
    EXPECT_EQ(value(tape, "audio.packet_type"), "-") << name;
    EXPECT_EQ(findings(tape), "") << name;
  }
}

TEST(LegacyAudio, SplitsOffTheAacPacketType) {
  const Tape frame = describe(sample("aac_frame_ffmpeg"));
  EXPECT_EQ(value(frame, "audio.packet_type"), "coded_frames");
  EXPECT_EQ(range(frame, "audio.data"), "2+261");
  EXPECT_EQ(findings(frame), "");
  const Tape odd = describe(sample("aac_packet_type_2"));
  EXPECT_EQ(value(odd, "audio.aac_packet_type"), "2");
  EXPECT_EQ(value(odd, "audio.packet_type"), "-");
  EXPECT_EQ(findings(odd), "media_packet_type_unknown(2,0)@1+1");
}

TEST(LegacyAudio, ReportsSilenceAdtsAndPrivateIds) {
  EXPECT_EQ(findings(describe(sample("silence"))), "audio_silence(0,0)@0+0");
  EXPECT_EQ(findings(describe(sample("aac_adts"))), "aac_adts(0,0)@2+2");
  EXPECT_EQ(findings(describe(sample("aac_adts_enhanced"))), "aac_adts(0,0)@5+2");
  EXPECT_EQ(findings(describe(sample("opus_private"))), "media_codec_nonstandard(13,0)@0+1");
  EXPECT_EQ(findings(describe(sample("sound_format_reserved"))), "media_codec_unknown(12,0)@0+1");
  EXPECT_EQ(findings(describe(sample("aac_header_only"))), "media_header_short(1,2)@1+0");
  EXPECT_EQ(findings(describe(sample("aac_sequence_empty"))), "configuration_empty(0,0)@2+0");
}

TEST(FrameHeaders, TellTheTrueRateOfAudio) {
  struct Row {
    const char* name;
    const char* rate;
    const char* channels;
    const char* bit_rate;
    const char* length;
  };
  // FFmpeg writes the 44 kHz code for MP3 at 48 kHz. The frame lengths are those of the messages.
  for (const Row& row :
       {Row{"mp3_ffmpeg", "48000", "1", "64", "192"}, Row{"ac3_ffmpeg", "48000", "1", "96", "384"},
        Row{"eac3_ffmpeg", "48000", "1", "96", "384"}}) {
    const Tape tape = describe(sample(row.name));
    EXPECT_EQ(value(tape, "audio.frame.sample_rate"), row.rate) << row.name;
    EXPECT_EQ(value(tape, "audio.frame.channels"), row.channels) << row.name;
    EXPECT_EQ(value(tape, "audio.frame.bit_rate_kbps"), row.bit_rate) << row.name;
    EXPECT_EQ(value(tape, "audio.frame.length"), row.length) << row.name;
  }
}

TEST(EnhancedAudio, ShowsFourCcAndPacketType) {
  const Tape tape = describe(sample("opus_ffmpeg"));
  EXPECT_EQ(value(tape, "audio.enhanced"), "true");
  EXPECT_EQ(value(tape, "audio.fourcc"), "Opus");
  EXPECT_EQ(value(tape, "audio.codec"), "opus");
  EXPECT_EQ(value(tape, "audio.packet_type"), "coded_frames");
  EXPECT_EQ(value(tape, "audio.sound_rate"), "-");
  EXPECT_EQ(range(tape, "audio.data"), "5+296");
  EXPECT_EQ(value(describe(sample("opus_end")), "audio.packet_type"), "sequence_end");
  EXPECT_EQ(findings(describe(sample("opus_end_trailing"))), "media_trailing_bytes(1,0)@5+1");
  EXPECT_EQ(findings(describe(sample("audio_fourcc_unknown"))), "media_fourcc_unknown(1869641075,0)@1+4");
  EXPECT_EQ(findings(describe(sample("audio_packet_type_reserved"))), "media_packet_type_unknown(3,0)@0+1");
}

TEST(EnhancedAudio, TakesAnEmptySequenceStartWhereTheCodecHasNoRecord) {
  EXPECT_EQ(findings(describe(sample("ac3_sequence_ffmpeg"))), "");
  EXPECT_EQ(findings(describe(sample("flac_sequence_empty"))), "configuration_empty(0,0)@5+0");
}

TEST(Multichannel, NamesTheSpeakersOfTheMask) {
  const Tape tape = describe(sample("multichannel_ffmpeg"));
  EXPECT_EQ(value(tape, "audio.multichannel.channel_order"), "native");
  EXPECT_EQ(value(tape, "audio.multichannel.channel_count"), "6");
  EXPECT_EQ(value(tape, "audio.multichannel.channel_mask"), "63");
  EXPECT_EQ(count(tape, "audio.multichannel.speakers.speaker"), 6);
  EXPECT_EQ(value(tape, "audio.multichannel.speakers.speaker", 3), "low_frequency_1");
  EXPECT_EQ(findings(tape), "");
}

TEST(Multichannel, NamesCustomSpeakersAndReportsContradictions) {
  const Tape custom = describe(sample("multichannel_custom"));
  EXPECT_EQ(value(custom, "audio.multichannel.speakers.speaker", 0), "front_left");
  EXPECT_EQ(value(custom, "audio.multichannel.speakers.speaker", 1), "unused");
  EXPECT_EQ(value(custom, "audio.multichannel.speakers.speaker", 2), "unknown");
  EXPECT_EQ(findings(describe(sample("multichannel_unspecified"))), "");
  EXPECT_EQ(findings(describe(sample("multichannel_reserved"))), "multichannel_order_unknown(9,0)@5+1");
  EXPECT_EQ(findings(describe(sample("multichannel_mask"))), "multichannel_count(6,2)@7+4");
  EXPECT_EQ(findings(describe(sample("multichannel_short"))), "media_header_short(9,12)@7+2");
}

TEST(MultitrackAudio, IsPacketType5WithTheTypeInTheHighNibble) {
  const Tape one = describe(sample("one_track_aac_ffmpeg"));
  EXPECT_EQ(value(one, "audio.multitrack_type"), "one_track");
  EXPECT_EQ(value(one, "audio.packet_type"), "sequence_start");
  EXPECT_EQ(value(one, "audio.tracks.track.track_id"), "1");
  EXPECT_EQ(value(one, "audio.tracks.track.configuration.sample_rate"), "48000");
  const Tape many = describe(sample("many_tracks_opus"));
  EXPECT_EQ(count(many, "audio.tracks.track"), 2);
  EXPECT_EQ(value(many, "audio.tracks.track.data", 0), "fc01");
  EXPECT_EQ(value(many, "audio.tracks.track.data", 1), "fc");
  const Tape codecs = describe(sample("many_tracks_many_codecs_audio"));
  EXPECT_EQ(value(codecs, "audio.tracks.track.codec", 1), "aac");
  EXPECT_EQ(value(codecs, "audio.tracks.track.track_id", 1), "5");
  EXPECT_EQ(value(codecs, "audio.tracks.track.length", 1), "3");
}

TEST(EnhancedAudio, SkipsModEx) {
  const Tape tape = describe(sample("audio_modex"));
  EXPECT_EQ(value(tape, "audio.nanosecond_offset"), "5");
  EXPECT_EQ(value(tape, "audio.modex.block.length"), "3");
  EXPECT_EQ(value(tape, "audio.packet_type"), "coded_frames");
  EXPECT_EQ(value(tape, "audio.fourcc"), "Opus");
  const Tape more = describe(sample("audio_modex_more"));
  EXPECT_EQ(count(more, "audio.modex.block"), 2);
  EXPECT_EQ(value(more, "audio.modex.block.data", 0), "1122");
  EXPECT_EQ(value(more, "audio.modex.block.type", 1), "1");
  EXPECT_EQ(value(more, "audio.fourcc"), "Opus");
}

}  // namespace
}  // namespace rtmpscope::test
