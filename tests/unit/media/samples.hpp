// Bodies that together show every field and every finding of audio and video. Where a name says so, the bytes
// were sent or written by that software.
#pragma once

#include <string>
#include <vector>

#include "media/media.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::test {

struct Sample {
  std::string name;
  media::MediaType type = media::MediaType::video;
  std::vector<std::uint8_t> body;
  std::uint32_t length = 0;  ///< of the message; more than the body's size if only its beginning is here

  [[nodiscard]] bool video() const { return type == media::MediaType::video; }
};

// Configuration records.
inline constexpr std::string_view avc_obs =
    "0142c00dffe1001c6742c00dda05067e7c05a808080a0000030002000003003d1e28554001000468ce3c80";
inline constexpr std::string_view avc_ffmpeg_high =
    "0164000cffe1001a6764000cacd941419f9f011000000300100000030320f142996001000468efbcb0fdf8f800";
inline constexpr std::string_view avc_gstreamer_444 =
    "01f4000cffe1001d67f4000c90d96405067e37016a0c0c0c800000030080000019478a152401000668ebcc448440";
inline constexpr std::string_view avc_x264_1080i =
    "01640028ffe1001a67640028acd94078044fde0220000003002000000643e2c5b2c001000668fba3cb22c0fdf8f800";
inline constexpr std::string_view avc_x264_level_1b =
    "0142d00bffe100166742d00bd902c4ec0440000003004000000c83c4899201000568cb83cb20";
inline constexpr std::string_view hevc_x265 =
    "0101600000009000000000003cf000fcfdf8f800000f03"
    "a00001001840010c01ffff01600000030090000003000003003c959809"
    "a10001002b42010101600000030090000003000003003ca00a080b9f796566924caf016808000003000800000300c840"
    "a2000100074401c172b46240";
inline constexpr std::string_view av1_libaom = "81000c000a0b000000043cfecc02f80040";
inline constexpr std::string_view vp9_ffmpeg = "01000000000b820202020000";
inline constexpr std::string_view opus_5_1 = "4f707573486561640106380180bb00000000010402000401020305";
inline constexpr std::string_view flac_ffmpeg =
    "120012000004490004de0ac440f0000033aecd36f8ab0a878da30b37b9efb6c64d51";
/// Made after ISO/IEC 14496-15 11.2.4.2: Main 10, level 3.1, 1280x720, one DCI and one SPS.
/// The SPS was made after ITU-T H.266 7.3.2.4: 1918x1078, with two subpictures.
inline constexpr std::string_view vvc_made =
    "ff00115f 01023380 00 078004381900 02 8d0003006900 8f00010014"
    "0079000d024380004007810021ceaaa788021aac";
/// The same up to the VUI: with few tools, and with all that change what follows. 1280x720 with 60000/1001
/// ticks, one and two a picture, pixels of 16:11, BT.2020 and PQ.
inline constexpr std::string_view vvc_vui_few =
    "0079000d02438000000a0200b446200aba69161fa34e47b5bafc1a000007d20001d4c068a08ffc0040002d0910"
    "0910";
inline constexpr std::string_view vvc_vui_many =
    "0079010d0243a000000300000300000300000300000300000a0200b44621000aba695349727e09a232309a2323"
    "09a2323f6911f02ded7f75fa5a871015fd057000003e90000ea60291408ffc0040002d09100910";
/// x265's SPS with BT.2020 and PQ, its mastering display and content light level, and its text, cut.
inline constexpr std::string_view hevc_hdr_sps =
    "42010102200000030090000003000003003ca01620244d96566924caf016a122012080000003008000000c84";
inline constexpr std::string_view hevc_hdr_light = "4e01900403e8019080";
inline constexpr std::string_view hevc_hdr_display =
    "4e01891833c286c41d4c0bb884d03e803d13404200989680000003003280";
inline constexpr std::string_view hevc_hdr_text =
    "4e0105322ca2de09b51747dbbb55a4fe7fc2fc4e7832363520286275696c642031393929202d2033"
    "2e352b312d66306331303232623680";
/// x264's SPS of High 4:4:4 Predictive with BT.709 and pixels of 16:11.
inline constexpr std::string_view avc_x264_colour = "67f4100b91970b13b046a02020280000030008000003019020";

inline std::vector<std::uint8_t> repeat(std::string_view text, int times) {
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < times; ++i) bytes = concat(bytes, hex(text));
  return bytes;
}

inline std::vector<std::uint8_t> enhanced(std::uint8_t first, std::string_view code, std::string_view rest) {
  return concat(std::vector<std::uint8_t>{first}, bytes_of(code), hex(rest));
}

/// A list that is being made.
struct SampleList {
  std::vector<Sample> all;

  void add(media::MediaType type, std::string name, std::vector<std::uint8_t> body, std::uint32_t length) {
    all.push_back({std::move(name), type, std::move(body), length});
  }
  /// `more`: bytes of the message that are not here.
  void video(std::string name, std::vector<std::uint8_t> body, std::uint32_t more = 0) {
    const auto length = static_cast<std::uint32_t>(body.size()) + more;
    add(media::MediaType::video, std::move(name), std::move(body), length);
  }
  void audio(std::string name, std::vector<std::uint8_t> body, std::uint32_t more = 0) {
    const auto length = static_cast<std::uint32_t>(body.size()) + more;
    add(media::MediaType::audio, std::move(name), std::move(body), length);
  }
};

inline void add_legacy_video(SampleList& samples) {
  const auto legacy_avc = [](std::string_view record) { return concat(hex("1700000000"), hex(record)); };
  samples.video("video_empty", {});
  samples.video("video_header_only", hex("17"));
  samples.video("avc_sequence_obs", legacy_avc(avc_obs));
  samples.video("avc_sequence_ffmpeg", legacy_avc(avc_ffmpeg_high));
  samples.video("avc_sequence_gstreamer", legacy_avc(avc_gstreamer_444));
  samples.video("avc_sequence_1080i", legacy_avc(avc_x264_1080i));
  samples.video("avc_sequence_level_1b", legacy_avc(avc_x264_level_1b));
  samples.video("avc_sequence_empty", hex("1700000000"));
  samples.video("avc_sequence_cut", hex("1700000000 0142c00dffe1001c6742"));
  samples.video("avc_sequence_without_sps", hex("1700000000 0142c00dffe001000468ce3c80"));
  samples.video("avc_sequence_bad_sps", hex("1700000000 0142c00dffe100046742c00d01000468ce3c80"));
  samples.video("avc_sequence_version_2", hex("1700000000 0242c00dffe001000468ce3c80"));
  samples.video("avc_sequence_257_pps", concat(hex("1700000000 0142c00dff ff"), repeat("00026742", 31),
                                               hex("ff"), repeat("00026800", 255)));
  samples.video("avc_key_obs", hex("1701000000000002a80605ffffa4dc45e9bde6d948b7962cd820d923eeef7832"), 1580);
  samples.video("avc_inter_ffmpeg", hex("27010000c800000349419a241885bfdbcff15cf92ce48b2494d2daaf22afcdea"),
                818);
  samples.video("avc_end_ffmpeg", hex("1702000000"));
  samples.video("avc_end_trailing", hex("1702000000ff"));
  samples.video("avc_packet_type_3", hex("1703000000aabb"));
  samples.video("avc_negative_time", hex("2701ffffd8000000024101"));
  samples.video("avc_nal_too_long", hex("2701000000000000024101 00000009 4101"));
  samples.video("avc_annex_b", hex("2701000000 00000001 41010203040506"));
  samples.video("avc_nal_length_2", hex("2701000000 0002 4101 0003 060102"));
  samples.video("avc_1025_nals", concat(hex("2701000000"), repeat("0000000106", 1025)));
  samples.video("command_seek_start", hex("5200"));
  samples.video("command_seek_end_avc", hex("5701"));
  samples.video("command_unknown", hex("570299"));
  samples.video("hevc_private_sequence", concat(hex("1c00000000"), hex(hevc_x265)));
  samples.video("hevc_private_inter", hex("2c01000000000000050201d01958"));
  samples.video("av1_private_sequence", concat(hex("1d00000000"), hex(av1_libaom)));
  samples.video("codec_reserved", hex("1a0102"));
  samples.video("frame_type_reserved", hex("62010203"));
  samples.video("sorenson_ffmpeg", hex("120000840080a0005a119e72aa0300262403001c250410601cf80865e0a0f603"),
                12533);
  samples.video("screen_video_ffmpeg",
                hex("1330a03060012978daedd8213044611885e1376c11b6085b842dc216618bb045"), 1026);
  samples.video("vp6", hex("1408aabbcc"));
  samples.video("vp6_key", hex("14 84 7c46 0f10 0f10 aabb"), 300);
  samples.video("vp6_key_separated", hex("15 84 000100 7d46 1234 0f10 0f10"), 300);
  samples.video("h263_key", hex("18 00008002 0c aabb"), 300);
  samples.video("vp6_alpha", hex("1508000004aabbccdd"));
  samples.video("vp6_alpha_short", hex("150800"));
}

/// What sequences say beyond the size, in records and in key frames.
inline void add_sequences(SampleList& samples) {
  const auto nal = [](std::string_view bytes) {
    const auto plain = hex(bytes);
    return concat(hex("0000"),
                  std::vector<std::uint8_t>{static_cast<std::uint8_t>(plain.size() >> 8),
                                            static_cast<std::uint8_t>(plain.size())},
                  plain);
  };
  const auto array = [](std::string_view type, std::string_view bytes) {
    const auto plain = hex(bytes);
    return concat(hex(type), hex("0001"),
                  std::vector<std::uint8_t>{0, static_cast<std::uint8_t>(plain.size())}, plain);
  };
  samples.video("hevc_sequence_hdr",
                concat(enhanced(0x90, "hvc1", "0102200000009000000000003cf000fcfdfafa00000f04"),
                       array("a1", hevc_hdr_sps), array("27", hevc_hdr_light), array("27", hevc_hdr_display),
                       array("27", hevc_hdr_text)));
  samples.video("hevc_key_hdr",
                concat(enhanced(0x93, "hvc1", ""), nal(hevc_hdr_sps), nal(hevc_hdr_light),
                       nal(hevc_hdr_display), nal(hevc_hdr_text), hex("00001000 2601af0948")),
                4091);
  samples.video(
      "avc_key_colour",
      concat(enhanced(0x93, "avc1", ""), nal(avc_x264_colour), hex("00001000 6588843f00"), hex("00")), 5000);
  samples.video("avc_sequence_colour",
                concat(enhanced(0x90, "avc1", "01f4100bffe1"), std::vector<std::uint8_t>{0, 0x19},
                       hex(avc_x264_colour), hex("01000568ee0f1121fff8f800")));
  samples.video("vvc_sequence_vui", concat(enhanced(0x90, "vvc1", "fe018f0001"),
                                           std::vector<std::uint8_t>{0, 47}, hex(vvc_vui_few)));
  samples.video("vvc_key_vui", concat(enhanced(0x93, "vvc1", ""), nal(vvc_vui_many), hex("00001000 0039c4")),
                4093);
  // A record of High, 4:2:0, 8 bit around an SPS of High 4:2:2, 10 bit.
  samples.video(
      "avc_sequence_contradicted",
      enhanced(0x90, "avc1",
               "0164001fffe10017677a000bb6cb4162760220000003002000000641e2855401000468ce0fc8fdf8f800"));
  // Two slices, of which the head shows the first.
  samples.video("avc_inter_slices", enhanced(0xA3, "avc1", "00000064 419a2418"), 300);
  samples.video("vp9_key_profile_3", enhanced(0x91, "vp09", "b124c1a1560057804780"), 900);
  samples.video("av1_key_hdr",
                enhanced(0x91, "av01",
                         "1200 0a0b000000043cfecc02f80040 2a0601 03e8 0190 80"
                         "2a1a02 84000000000000000000000000000000 0003e800 00000ccd 80 32ff01"),
                500);
}

inline void add_enhanced_video(SampleList& samples) {
  samples.video("hevc_sequence", concat(enhanced(0x90, "hvc1", ""), hex(hevc_x265)));
  samples.video("av1_sequence_ffmpeg", concat(enhanced(0x90, "av01", ""), hex(av1_libaom)));
  samples.video("av1_sequence_timing",
                enhanced(0x90, "av01", "81000e00 0a10 04 00000002 00000064 c00000043cfecc02"));
  samples.video("av1_sequence_delay", enhanced(0x90, "av01", "81000c14 0a0b000000043cfecc02f80040 2a0000"));
  samples.video("av1_sequence_bad_obu", enhanced(0x90, "av01", "81000c00 0a7f00"));
  samples.video("av1_mpeg2ts", enhanced(0x95, "av01", "800481000c00"));
  samples.video("vp9_sequence_ffmpeg", concat(enhanced(0x90, "vp09", ""), hex(vp9_ffmpeg)));
  samples.video("vp8_sequence_with_data", enhanced(0x90, "vp08", "000a820202020002aabb"));
  samples.video("avc_sequence_length_3", concat(enhanced(0x90, "avc1", "014d400bfe"), hex("e0000102")));
  samples.video("avc_sequence_1080i_enhanced", concat(enhanced(0x90, "avc1", ""), hex(avc_x264_1080i)));
  samples.video("vvc_sequence", concat(enhanced(0x90, "vvc1", ""), hex(vvc_made)));
  samples.video("sequence_too_large", enhanced(0x90, "vp09", "000b820202020000"), 0x10000);
  samples.video("hevc_key_ffmpeg", hex("916876633100005000000bdf2801ac2d30b82aaf8dc1a73070a9a3231a9474db"),
                3019);
  samples.video("hevc_x_ffmpeg", hex("a368766331000000700001e024ffe8903931bc10109780a9f8291043175ce15b"), 89);
  samples.video("vvc_frames", enhanced(0xA1, "vvc1", "000050 00000004 00090102"));
  samples.video("av1_key_ffmpeg", hex("91617630310a0b000000043cfeccfbf9004032b4201400a0e024dd6d62803eb8"),
                4137);
  samples.video("vp9_key_ffmpeg", hex("9176703039824983420013f00b360638241c1842000d605fcdf7fbfcdf7d8fc3"),
                6841);
  samples.video("vp8_key_libvpx",
                enhanced(0x91, "vp08", "b05a009d012a4201b6000047088585888584880202db01fc01d783"), 900);
  // Delimiter, SPS, PPS, SEI, slices of an IDR picture, filler.
  samples.video("avc_many_units", concat(enhanced(0x93, "avc1", ""),
                                         hex("00000002 09f0 00000003 674200 00000002 68ce 00000003 060500"),
                                         repeat("00000004 65888400", 14), hex("00000006 0cffffffff80")));
  samples.video("hevc_end", enhanced(0x92, "hvc1", ""));
  samples.video("hevc_negative_time", enhanced(0xA1, "hvc1", "ffffff00000003020100"));
  samples.video("color_info_ffmpeg",
                hex("d461763031020009636f6c6f72496e666f03000b636f6c6f72436f6e66696703000009000009"));
  samples.video("metadata_without_name", enhanced(0xD4, "hvc1", "0040000000000000003f"));
  samples.video("metadata_obs_frame_type", enhanced(0x84, "hvc1", "020001 61 05"));
  samples.video("command_enhanced", hex("d500"));
  samples.video("modex_offset", hex("970200000101687663310000000000000302010a"));
  samples.video("modex_offset_range", hex("97020f42400168766331000000"));
  samples.video("modex_short", hex("970100000168766331000000"));
  samples.video("modex_unknown", hex("9700aa1168766331000000000000020201"));
  samples.video("modex_twice", hex("9703000001ee0702000002016876633100000000000003020101"));
  samples.video("modex_256_bytes", concat(hex("97ff00ff"), repeat("00", 256), hex("0168766331000000")));
  samples.video("modex_17_times", concat(hex("97"), repeat("02000001 07", 17), hex("68766331")));
  samples.video("modex_cut", hex("9705000001"));
  samples.video("one_track_avc_ffmpeg",
                concat(enhanced(0x96, "", "00"), bytes_of("avc1"), hex("01"), hex(avc_ffmpeg_high)));
  samples.video("one_track_frames_ffmpeg",
                hex("a6016176633101000050000000294 19a211884fffa58094a86f9f800006ba46f"), 23);
  samples.video("many_tracks",
                hex("961161766331 00 000009 000000 00000002 4101 01 000008 000050 00000001 41"));
  samples.video("many_tracks_many_codecs",
                hex("9621 61766331 00 000007 000000 00000000 68766331 07 000009 0000500000000201 02"));
  samples.video("many_tracks_too_long", hex("961161766331 00 0000ff 000000"));
  samples.video("many_tracks_257", concat(hex("9613617630 31"), repeat("05000000", 257)));
  samples.video("multitrack_reserved", hex("963161766331 0000"));
  samples.video("multitrack_nested", hex("960661766331 0000"));
  samples.video("fourcc_unknown", enhanced(0x91, "xyz1", "0102"));
  samples.video("packet_type_reserved", enhanced(0x98, "hvc1", "0102"));
  samples.video("frame_type_reserved_enhanced", enhanced(0xE1, "av01", "0102"));
}

inline void add_legacy_audio(SampleList& samples) {
  samples.audio("silence", {});
  samples.audio("aac_sequence_ffmpeg", hex("af00121056e500"));
  samples.audio("aac_sequence_gstreamer", hex("af001210"));
  samples.audio("aac_sequence_empty", hex("af00"));
  samples.audio("aac_sequence_cut", hex("af0012"));
  samples.audio("aac_sequence_extension_cut", hex("af00119056e5"));
  samples.audio("aac_header_only", hex("af"));
  samples.audio("aac_packet_type_2", hex("af0212"));
  samples.audio("aac_frame_ffmpeg", hex("af01de02004c61766335392e33372e313030000270a95ce9641d53efbbeef8e5"),
                231);
  samples.audio("aac_adts", hex("af01fff150801fbffc210a"));
  samples.audio("mp3_ffmpeg", hex("2efffb54c400000984434255848001578fab3732d00007ffc3084b365e34c371"), 161);
  samples.audio("mp3_8_khz", hex("ee00112233"));
  samples.audio("speex_is_not_enhanced", hex("b60102030405060708"));
  samples.audio("device_specific_is_not_enhanced", hex("f501020304"));
  samples.audio("pcm", hex("360102030405"));
  samples.audio("alaw", hex("7201020304"));
  samples.audio("opus_private", hex("dffc010203"));
  samples.audio("sound_format_reserved", hex("cf0102"));
}

inline void add_enhanced_audio(SampleList& samples) {
  samples.audio("opus_sequence_ffmpeg", concat(enhanced(0x90, "Opus", ""), hex(opus_5_1)));
  samples.audio("opus_sequence_stereo", enhanced(0x90, "Opus", "4f707573486561640102380180bb0000000000"));
  samples.audio("opus_sequence_version", enhanced(0x90, "Opus", "4f707573486561641002380180bb0000000000"));
  samples.audio(
      "opus_sequence_projection",
      concat(enhanced(0x90, "Opus", "4f707573486561640104380180bb0000000003 02 02"), repeat("0080", 16)));
  samples.audio("opus_sequence_without_magic", enhanced(0x90, "Opus", "0102380180bb0000000000"));
  samples.audio("flac_sequence_ffmpeg", concat(enhanced(0x90, "fLaC", ""), hex(flac_ffmpeg)));
  samples.audio("flac_sequence", concat(enhanced(0x90, "fLaC", "664c614380000022"), hex(flac_ffmpeg)));
  samples.audio("flac_sequence_empty", enhanced(0x90, "fLaC", ""));
  samples.audio("ac3_sequence_ffmpeg", enhanced(0x90, "ac-3", ""));
  samples.audio("aac_sequence_enhanced", enhanced(0x90, "mp4a", "2b920800"));
  samples.audio("aac_sequence_program_config", enhanced(0x90, "mp4a", "118004c8010020000000"));
  samples.audio("aac_sequence_program_config_cut", enhanced(0x90, "mp4a", "b00704c801002000ff00"));
  samples.audio("aac_sequence_ps", enhanced(0x90, "mp4a", "131056e59d4880"));
  samples.audio("opus_ffmpeg", hex("914f707573f8b4eeef7f2bec3fca3c7f9aa366f96aafe2cab338a77248556968"), 269);
  samples.audio("ac3_ffmpeg", hex("9161632d330b775ace0c402f842bc1867b870df577cfdf3e7cfdf3e7cf9f3e32"), 357);
  samples.audio("eac3_ffmpeg", hex("9165632d330b7700bf3287c0002105c060c33dc386fabbe7ef9f3e7ef9f3e7cf"), 357);
  // 5.1 in an independent substream, and the pair Lrs/Rrs in a dependent one.
  samples.audio("eac3_dependent", concat(enhanced(0x91, "ec-3", "0b77 000f 3f86"), repeat("00", 26),
                                         hex("0b77 400f 34 8010 2000"), repeat("00", 23)));
  samples.audio("aac_sequence_usac", enhanced(0x90, "mp4a", "f94643620000"));
  samples.audio("aac_adts_enhanced", enhanced(0x91, "mp4a", "fff950801fbffc210a"));
  samples.audio("opus_end", enhanced(0x92, "Opus", ""));
  samples.audio("opus_end_trailing", enhanced(0x92, "Opus", "00"));
  samples.audio("multichannel_ffmpeg", enhanced(0x94, "Opus", "01060000003f"));
  samples.audio("multichannel_custom", enhanced(0x94, "Opus", "0203 00 fe ff"));
  samples.audio("multichannel_unspecified", enhanced(0x94, "Opus", "0002"));
  samples.audio("multichannel_reserved", enhanced(0x94, "Opus", "0902aa"));
  samples.audio("multichannel_mask", enhanced(0x94, "Opus", "01020000003f"));
  samples.audio("multichannel_short", enhanced(0x94, "Opus", "02050001"));
  samples.audio("audio_modex", concat(hex("9702000005014f707573"), hex("fc01")));
  samples.audio("audio_modex_more", concat(hex("9704000005112207 00aa11 4f707573"), hex("fc01")));
  samples.audio("audio_modex_range_multitrack", hex("9702530005 05014f707573fc01"));
  samples.audio("audio_modex_cut", hex("97"));
  samples.audio("one_track_aac_ffmpeg", hex("95006d70346101118856e500"));
  samples.audio("one_track_multichannel_ffmpeg", hex("95046d70346101010100000004"));
  samples.audio("many_tracks_opus", hex("95114f70757300000002fc010100 0001fc"));
  samples.audio("many_tracks_many_codecs_audio", hex("95214f70757300000002fc016d703461 05 000003 210a0b"));
  samples.audio("audio_fourcc_unknown", enhanced(0x91, "opus", "0102"));
  samples.audio("audio_packet_type_reserved", enhanced(0x93, "Opus", "0102"));
}

/// Every enhanced packet of the list as a track of its own.
inline void add_tracks(SampleList& samples) {
  const std::size_t plain = samples.all.size();
  for (std::size_t i = 0; i < plain; ++i) {
    const Sample sample = samples.all[i];  // a copy: the list grows
    const std::vector<std::uint8_t>& body = sample.body;
    if (body.size() < 5) continue;
    const bool extended = sample.video() ? (body[0] & 0x80) != 0 : body[0] >> 4 == 9;
    const std::uint8_t multitrack = sample.video() ? 6 : 5;
    const std::uint8_t packet_type = body[0] & 15;
    if (!extended || packet_type == multitrack || packet_type == 7) continue;
    // Frame type 5 makes a command of all packets that do not say Metadata in the first byte.
    const int high = sample.video() && body[0] >> 4 == 0xD ? 0x90 : body[0] & 0xF0;
    const std::vector<std::uint8_t> head{static_cast<std::uint8_t>(high | multitrack), packet_type};
    const Bytes bytes(body);
    samples.add(sample.type, sample.name + "_track",
                concat(head, bytes.subspan(1, 4), hex("02"), bytes.subspan(5)), sample.length + 2);
  }
}

inline const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = [] {
    SampleList list;
    add_legacy_video(list);
    add_enhanced_video(list);
    add_sequences(list);
    add_legacy_audio(list);
    add_enhanced_audio(list);
    add_tracks(list);
    return list.all;
  }();
  return all;
}

inline const Sample& sample(std::string_view name) {
  for (const Sample& one : samples()) {
    if (one.name == name) return one;
  }
  static const Sample none;
  return none;
}

}  // namespace rtmpscope::test
