#include <gtest/gtest.h>

#include "described.hpp"

namespace rtmpscope::test {
namespace {

TEST(LegacyVideo, SplitsOffPacketTypeAndCompositionTime) {
  const Tape tape = describe_video("2701fffff6 00000002 4101");
  EXPECT_EQ(value(tape, "video.frame_type"), "inter");
  EXPECT_EQ(value(tape, "video.codec"), "avc");
  EXPECT_EQ(value(tape, "video.codec_id"), "7");
  EXPECT_EQ(value(tape, "video.enhanced"), "false");
  EXPECT_EQ(value(tape, "video.packet_type"), "coded_frames");
  EXPECT_EQ(value(tape, "video.composition_time_ms"), "-10");
  EXPECT_EQ(range(tape, "video.composition_time_ms"), "2+3");
  EXPECT_EQ(value(tape, "video.data"), "000000024101");
  EXPECT_EQ(findings(tape), "video_composition_time_negative(10,0)@2+3");
}

TEST(LegacyVideo, ShowsACommandByteAndNoCodecData) {
  for (const char* name : {"command_seek_start", "command_seek_end_avc"}) {
    const Tape tape = describe(sample(name));
    EXPECT_EQ(value(tape, "video.frame_type"), "command");
    EXPECT_EQ(value(tape, "video.packet_type"), "-") << "the byte is a command, not an AVCPacketType";
    EXPECT_EQ(value(tape, "video.configuration"), "-");
    EXPECT_EQ(findings(tape), "");
  }
  EXPECT_EQ(value(describe(sample("command_seek_start")), "video.command"), "seek_start");
  EXPECT_EQ(value(describe(sample("command_seek_end_avc")), "video.command"), "seek_end");
  EXPECT_EQ(findings(describe(sample("command_unknown"))),
            "video_command_unknown(2,0)@1+1 media_trailing_bytes(1,0)@2+1");
}

TEST(LegacyVideo, DecodesPrivateHevcLikeAvcAndSaysSo) {
  const Tape tape = describe(sample("hevc_private_sequence"));
  EXPECT_EQ(value(tape, "video.codec"), "hevc");
  EXPECT_EQ(value(tape, "video.codec_id"), "12");
  EXPECT_EQ(value(tape, "video.packet_type"), "sequence_start");
  EXPECT_EQ(value(tape, "video.configuration.width"), "320");
  EXPECT_EQ(findings(tape), "media_codec_nonstandard(12,0)@0+1");
  const Tape frame = describe(sample("hevc_private_inter"));
  EXPECT_EQ(value(frame, "video.nal_units.nal_unit.type_name"), "trail_r");
  EXPECT_EQ(findings(frame), "") << "once a key frame says it often enough";
}

TEST(LegacyVideo, ShowsVp6Adjustment) {
  const Tape tape = describe(sample("vp6_alpha"));
  EXPECT_EQ(value(describe(sample("vp6")), "video.vertical_adjustment"), "8");
  EXPECT_EQ(value(tape, "video.alpha_offset"), "4");
  EXPECT_EQ(value(tape, "video.data"), "aabbccdd");
  EXPECT_EQ(findings(describe(sample("vp6_alpha_short"))), "media_header_short(3,5)@1+2");
}

TEST(LegacyVideo, ReportsWhatItDoesNotKnow) {
  EXPECT_EQ(findings(describe(sample("codec_reserved"))), "media_codec_unknown(10,0)@0+1");
  EXPECT_EQ(findings(describe(sample("frame_type_reserved"))), "video_frame_type_unknown(6,0)@0+1");
  const Tape tape = describe(sample("avc_packet_type_3"));
  EXPECT_EQ(value(tape, "video.packet_type"), "-") << "3 is CodedFramesX in enhanced packets only";
  EXPECT_EQ(value(tape, "video.avc_packet_type"), "3");
  EXPECT_EQ(findings(tape), "media_packet_type_unknown(3,0)@1+1");
  EXPECT_EQ(findings(describe(sample("video_empty"))), "video_empty(0,0)@0+0");
  EXPECT_EQ(findings(describe(sample("video_header_only"))), "media_header_short(1,2)@1+0");
}

TEST(EnhancedVideo, FollowsTheVectorsOfTheFactSheet) {
  const Tape key = describe_video("91 68766331 000050 00000003 260102");
  EXPECT_EQ(value(key, "video.enhanced"), "true");
  EXPECT_EQ(value(key, "video.frame_type"), "key");
  EXPECT_EQ(value(key, "video.fourcc"), "hvc1");
  EXPECT_EQ(value(key, "video.codec"), "hevc");
  EXPECT_EQ(value(key, "video.codec_id"), "-");
  EXPECT_EQ(value(key, "video.composition_time_ms"), "80");
  EXPECT_EQ(value(key, "video.nal_units.nal_unit.type_name"), "idr_w_radl");

  const Tape x = describe_video("a3 68766331 00000003 020102");
  EXPECT_EQ(value(x, "video.packet_type"), "coded_frames_x");
  EXPECT_EQ(value(x, "video.composition_time_ms"), "-");
  EXPECT_EQ(value(x, "video.nal_units.nal_unit.length"), "3");

  const Tape command = describe_video("d500");
  EXPECT_EQ(value(command, "video.command"), "seek_start");
  EXPECT_EQ(value(command, "video.fourcc"), "-");
  EXPECT_EQ(findings(command), "");
}

TEST(EnhancedVideo, DecodesMetadataWhateverItsFrameType) {
  for (const char* name : {"color_info_ffmpeg", "metadata_obs_frame_type", "color_info_ffmpeg_track"}) {
    EXPECT_EQ(findings(describe(sample(name))), "") << name;
  }
  const Tape tape = describe(sample("color_info_ffmpeg"));
  EXPECT_EQ(value(tape, "video.packet_type"), "metadata");
  EXPECT_EQ(value(tape, "video.metadata"), "{}");
  EXPECT_EQ(value(tape, "video.data"), "-");
  EXPECT_NE(tape.to_string().find("key \"colorInfo\" @5+12"), std::string::npos) << tape.to_string();
  EXPECT_NE(tape.to_string().find("key \"colorConfig\""), std::string::npos);
  const Tape bad = describe(sample("metadata_without_name"));
  EXPECT_EQ(findings(bad), "video_metadata_name(0,0)@5+10");
  EXPECT_EQ(value(bad, "video.data"), "0040000000000000003f");
}

TEST(EnhancedVideo, SkipsModExAndReadsTheFourCcBehindIt) {
  const Tape tape = describe(sample("modex_offset"));
  EXPECT_EQ(value(tape, "video.nanosecond_offset"), "1");
  EXPECT_EQ(range(tape, "video.nanosecond_offset"), "2+3");
  EXPECT_EQ(value(tape, "video.modex.block.length"), "3");
  EXPECT_EQ(value(tape, "video.modex.block.type"), "timestamp_nanoseconds");
  EXPECT_EQ(value(tape, "video.packet_type"), "coded_frames");
  EXPECT_EQ(range(tape, "video.packet_type"), "5+1");
  EXPECT_EQ(value(tape, "video.fourcc"), "hvc1");
  EXPECT_EQ(range(tape, "video.fourcc"), "6+4");
  EXPECT_EQ(findings(tape), "");

  const Tape twice = describe(sample("modex_twice"));
  EXPECT_EQ(count(twice, "video.modex.block"), 2);
  EXPECT_EQ(value(twice, "video.modex.block.data"), "ee") << "surplus behind the offset";
  EXPECT_EQ(value(twice, "video.nanosecond_offset"), "2") << "the last one holds";

  const Tape large = describe(sample("modex_256_bytes"));
  EXPECT_EQ(value(large, "video.modex.block.length"), "256") << "only the 16-bit form can say so";
  EXPECT_EQ(range(large, "video.modex.block.length"), "1+3");
  EXPECT_EQ(value(large, "video.fourcc"), "hvc1");
  EXPECT_EQ(findings(large), "");
}

TEST(EnhancedVideo, ReportsOddModEx) {
  EXPECT_EQ(findings(describe(sample("modex_offset_range"))), "modex_nanoseconds_range(1000000,0)@2+3");
  EXPECT_EQ(findings(describe(sample("modex_short"))), "modex_data_short(2,0)@2+2");
  EXPECT_EQ(findings(describe(sample("modex_unknown"))), "modex_type_unknown(1,0)@3+1");
  EXPECT_EQ(findings(describe(sample("modex_cut"))), "media_header_short(5,9)@1+4");
  EXPECT_EQ(findings(describe(sample("modex_17_times"))).substr(0, 14), "modex_limit(16");
}

TEST(MultitrackVideo, OneTrackIsAListOfOne) {
  const Tape tape = describe(sample("one_track_frames_ffmpeg"));
  EXPECT_EQ(value(tape, "video.multitrack_type"), "one_track");
  EXPECT_EQ(value(tape, "video.packet_type"), "coded_frames");
  EXPECT_EQ(value(tape, "video.fourcc"), "avc1");
  EXPECT_EQ(value(tape, "video.tracks.track.track_id"), "1");
  EXPECT_EQ(value(tape, "video.tracks.track.length"), "-");
  EXPECT_EQ(value(tape, "video.tracks.track.composition_time_ms"), "80");
  EXPECT_EQ(value(tape, "video.composition_time_ms"), "-");
  EXPECT_EQ(range(tape, "video.tracks.track.data"), "10+45");
  EXPECT_EQ(findings(tape), "");
}

TEST(MultitrackVideo, ManyTracksShareOneFourCc) {
  const Tape tape = describe(sample("many_tracks"));
  EXPECT_EQ(value(tape, "video.fourcc"), "avc1");
  EXPECT_EQ(count(tape, "video.tracks.track"), 2);
  EXPECT_EQ(value(tape, "video.tracks.track.fourcc"), "-");
  EXPECT_EQ(value(tape, "video.tracks.track.track_id", 1), "1");
  EXPECT_EQ(value(tape, "video.tracks.track.length", 1), "8");
  EXPECT_EQ(value(tape, "video.tracks.track.composition_time_ms", 1), "80");
  EXPECT_EQ(findings(tape), "");
}

TEST(MultitrackVideo, ManyCodecsHaveAFourCcInFrontOfEachTrackId) {
  const Tape tape = describe(sample("many_tracks_many_codecs"));
  EXPECT_EQ(value(tape, "video.fourcc"), "-");
  EXPECT_EQ(value(tape, "video.tracks.track.fourcc", 0), "avc1");
  EXPECT_EQ(value(tape, "video.tracks.track.fourcc", 1), "hvc1");
  EXPECT_EQ(value(tape, "video.tracks.track.codec", 1), "hevc");
  EXPECT_EQ(value(tape, "video.tracks.track.track_id", 1), "7");
  EXPECT_EQ(value(tape, "video.tracks.track.length", 1), "9");
}

TEST(MultitrackVideo, ReportsWhatCannotBeDivided) {
  EXPECT_EQ(findings(describe(sample("many_tracks_too_long"))), "multitrack_track_length(255,3)@7+3");
  EXPECT_EQ(findings(describe(sample("many_tracks_257"))).substr(0, 20), "multitrack_limit(256");
  EXPECT_EQ(findings(describe(sample("multitrack_reserved"))), "multitrack_type_unknown(3,0)@1+1");
  EXPECT_EQ(findings(describe(sample("multitrack_nested"))), "media_packet_type_unknown(6,0)@1+1");
}

TEST(EnhancedVideo, ReportsWhatItDoesNotKnow) {
  EXPECT_EQ(findings(describe(sample("fourcc_unknown"))), "media_fourcc_unknown(2021227057,0)@1+4");
  EXPECT_EQ(findings(describe(sample("packet_type_reserved"))), "media_packet_type_unknown(8,0)@0+1");
  EXPECT_EQ(findings(describe(sample("frame_type_reserved_enhanced"))), "video_frame_type_unknown(6,0)@0+1");
}

TEST(NalUnits, AreListedAsFarAsTheHeadShowsThem) {
  const Tape tape = describe(sample("avc_key_obs"));
  EXPECT_EQ(count(tape, "video.nal_units.nal_unit"), 1);
  EXPECT_EQ(value(tape, "video.nal_units.nal_unit.type_name"), "sei");
  EXPECT_EQ(value(tape, "video.nal_units.nal_unit.length"), "680");
  EXPECT_EQ(range(tape, "video.data"), "5+1607") << "of which 27 bytes were kept";
  EXPECT_EQ(findings(tape), "");
}

TEST(NalUnits, OfAWholePacketAreAllListed) {
  const Tape tape = describe_video("1701000000 00000002 09f0 00000002 6742 00000003 658884");
  EXPECT_EQ(count(tape, "video.nal_units.nal_unit"), 3);
  EXPECT_EQ(value(tape, "video.nal_units.nal_unit.type_name", 0), "access_unit_delimiter");
  EXPECT_EQ(value(tape, "video.nal_units.nal_unit.type_name", 1), "sps");
  EXPECT_EQ(value(tape, "video.nal_units.nal_unit.type_name", 2), "idr_slice");
  const Tape vvc = describe(sample("vvc_frames"));
  EXPECT_EQ(value(vvc, "video.nal_units.nal_unit.type_name"), "stsa") << "type is in the second byte";
}

TEST(NalUnits, MayHaveShorterLengths) {
  const Tape tape = describe(sample("avc_nal_length_2"));
  EXPECT_EQ(count(tape, "video.nal_units.nal_unit"), 2);
  EXPECT_EQ(value(tape, "video.nal_units.nal_unit.length", 1), "3");
  EXPECT_EQ(findings(tape), "");
}

TEST(NalUnits, BeyondThePacketAreAFindingOnlyIfThePacketIsWhole) {
  const Sample& whole = sample("avc_nal_too_long");
  EXPECT_EQ(findings(describe(whole)), "nal_length(9,2)@11+4");
  Tape prefix;
  media::describe_video(Bytes(whole.body).first(13), whole.length, prefix);
  EXPECT_EQ(findings(prefix), "");
  EXPECT_EQ(findings(describe(sample("avc_annex_b"))), "nal_start_code(0,0)@5+4");
  EXPECT_EQ(findings(describe(sample("avc_1025_nals"))).substr(0, 14), "nal_limit(1024");
}

TEST(NalUnits, ALengthThatWasNotKeptIsNotRead) {
  const auto body = hex("2701000000 00000010 41");
  Tape tape;  // two bytes are left behind the unit, of which none was kept
  media::describe_video(body, 5 + 4 + 16 + 2, tape);
  EXPECT_EQ(findings(tape), "");
  EXPECT_EQ(count(tape, "video.nal_units.nal_unit"), 1);
}

TEST(NalUnits, AStartCodeIsOneAlsoWhereLittleWasKept) {
  Tape tape;  // no length of one to four bytes fits
  media::describe_video(hex("2701000000 000001d4 ffffff"), 5 + 97, tape);
  EXPECT_EQ(findings(tape), "nal_start_code(0,0)@5+4");
}

TEST(FrameHeaders, TellTheSizeOfThePicture) {
  struct Row {
    const char* name;
    const char* width;
    const char* height;
  };
  for (const Row& row : {Row{"vp9_key_ffmpeg", "320", "180"}, Row{"vp8_key_libvpx", "322", "182"},
                         Row{"sorenson_ffmpeg", "320", "180"}, Row{"screen_video_ffmpeg", "160", "96"}}) {
    const Tape tape = describe(sample(row.name));
    EXPECT_EQ(value(tape, "video.frame.width"), row.width) << row.name;
    EXPECT_EQ(value(tape, "video.frame.height"), row.height) << row.name;
    EXPECT_EQ(findings(tape), "") << row.name;
  }
}

}  // namespace
}  // namespace rtmpscope::test
