// Codecs of audio and video, however they are signalled.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace rtmpscope::media {

/// Numbers as in values_media.def, table video_codec; 0 to 15 are FLV's CodecID (FLV E.4.3.1) with the
/// private extensions 8, 9 (FFmpeg) and 12 to 15 (content networks, SRS, ZLMediaKit).
enum class VideoCodec : std::uint8_t {
  unknown = 0,
  jpeg = 1,
  sorenson_h263 = 2,
  screen_video = 3,
  vp6 = 4,
  vp6_alpha = 5,
  screen_video_2 = 6,
  avc = 7,
  h263 = 8,
  mpeg4 = 9,
  hevc = 12,
  av1 = 13,
  vp8 = 14,
  vp9 = 15,
  vvc = 16,
};

/// Numbers as in values_media.def, table audio_codec. FLV's SoundFormat, where variants that differ only in a
/// fixed rate are one codec (FLV E.4.2.1).
enum class AudioCodec : std::uint8_t {
  pcm = 0,
  adpcm = 1,
  mp3 = 2,
  pcm_le = 3,
  nellymoser = 6,
  alaw = 7,
  mulaw = 8,
  aac = 10,
  speex = 11,
  opus = 13,
  device_specific = 15,
  ac3 = 16,
  eac3 = 17,
  flac = 18,
  unknown = 31,
};

/// A FourCC as a big-endian number, as Enhanced RTMP writes it.
[[nodiscard]] constexpr std::uint32_t fourcc(const char (&text)[5]) {
  return static_cast<std::uint32_t>(static_cast<unsigned char>(text[0])) << 24 |
         static_cast<std::uint32_t>(static_cast<unsigned char>(text[1])) << 16 |
         static_cast<std::uint32_t>(static_cast<unsigned char>(text[2])) << 8 |
         static_cast<std::uint32_t>(static_cast<unsigned char>(text[3]));
}

/// By the four low bits of a video body's first byte.
[[nodiscard]] constexpr VideoCodec legacy_video_codec(std::uint8_t codec_id) {
  return codec_id == 10 || codec_id == 11 || codec_id > 15 ? VideoCodec::unknown
                                                           : static_cast<VideoCodec>(codec_id);
}
/// By the four high bits of an audio body's first byte. 9 is the mark of the extended header and no codec.
[[nodiscard]] constexpr AudioCodec legacy_audio_codec(std::uint8_t sound_format) {
  switch (sound_format) {
    case 4:
    case 5: return AudioCodec::nellymoser;
    case 14: return AudioCodec::mp3;
    case 9:
    case 12: return AudioCodec::unknown;
    default: return sound_format > 15 ? AudioCodec::unknown : static_cast<AudioCodec>(sound_format);
  }
}
/// By FourCC (Enhanced RTMP v2, VideoFourCc and AudioFourCc). Case matters.
[[nodiscard]] constexpr VideoCodec enhanced_video_codec(std::uint32_t code) {
  switch (code) {
    case fourcc("avc1"): return VideoCodec::avc;
    case fourcc("hvc1"): return VideoCodec::hevc;
    case fourcc("vvc1"): return VideoCodec::vvc;
    case fourcc("av01"): return VideoCodec::av1;
    case fourcc("vp08"): return VideoCodec::vp8;
    case fourcc("vp09"): return VideoCodec::vp9;
    default: return VideoCodec::unknown;
  }
}
[[nodiscard]] constexpr AudioCodec enhanced_audio_codec(std::uint32_t code) {
  switch (code) {
    case fourcc("mp4a"): return AudioCodec::aac;
    case fourcc("Opus"): return AudioCodec::opus;
    case fourcc("fLaC"): return AudioCodec::flac;
    case fourcc("ac-3"): return AudioCodec::ac3;
    case fourcc("ec-3"): return AudioCodec::eac3;
    case fourcc(".mp3"): return AudioCodec::mp3;
    default: return AudioCodec::unknown;
  }
}

/// By the number in onMetaData's videocodecid or audiocodecid: a legacy id, or a FourCC as a number (Enhanced
/// RTMP v2, Enhancing onMetaData).
[[nodiscard]] VideoCodec metadata_video_codec(double number);
[[nodiscard]] AudioCodec metadata_audio_codec(double number);
/// By the text that some encoders write there: "avc1", "mp4a", ".mp3".
[[nodiscard]] VideoCodec metadata_video_codec(Bytes text);
[[nodiscard]] AudioCodec metadata_audio_codec(Bytes text);

/// Codecs whose legacy body continues with AVCPacketType and CompositionTime (FLV E.4.3.1; the private ids 12
/// and above copy AVC's layout).
[[nodiscard]] constexpr bool has_avc_layout(VideoCodec legacy) {
  return legacy == VideoCodec::avc || static_cast<std::uint8_t>(legacy) >= 12;
}
/// Codecs whose frames are NAL units with length prefixes, and whose enhanced CodedFrames begin with a
/// composition time (Enhanced RTMP v2, Enhanced Video).
[[nodiscard]] constexpr bool is_nal_codec(VideoCodec codec) {
  return codec == VideoCodec::avc || codec == VideoCodec::hevc || codec == VideoCodec::vvc;
}
/// Ids outside FLV E.4.2.1 and E.4.3.1 that are in use.
[[nodiscard]] constexpr bool is_private_id(VideoCodec legacy) {
  const auto id = static_cast<std::uint8_t>(legacy);
  return id == 8 || id == 9 || id >= 12;
}
[[nodiscard]] constexpr bool is_private_id(AudioCodec legacy) {
  return legacy == AudioCodec::opus;
}

}  // namespace rtmpscope::media
