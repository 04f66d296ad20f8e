// Bodies of audio (8) and video (9) messages.
//
// Sources: Adobe Flash Video File Format Specification 10.1 (2010) annex E.4 ("FLV"); Enhanced RTMP v2
// (Veovera 2025), "Enhanced Audio" and "Enhanced Video"; ISO/IEC 14496-15 and 14496-3, the AV1 and VP codec
// ISO bindings, RFC 7845 and RFC 9639 for configuration records.
//
// A message's body may be given as its first bytes only (a prefix) together with its full length: frames are
// not kept whole. Nothing is reported as wrong that the missing bytes might explain.
#pragma once

#include "base/bytes.hpp"
#include "media/codec.hpp"
#include "media/frame_contents.hpp"
#include "schema/field_sink.hpp"

namespace rtmpscope::media {

enum class MediaType : std::uint8_t { audio, video };

/// Bytes of a body that read_*_facts and bytes_wanted read, and that are kept of coded frames: the longest
/// usual header (ModEx, multitrack, FourCC, track id and length, composition time: 17 bytes), then a NAL
/// unit's length and type or a codec's frame header.
inline constexpr std::uint32_t head_size = 32;

/// Bytes kept of a key frame whose codec puts parameter sets and messages in front of the picture: x264's
/// text alone has 700.
inline constexpr std::uint32_t key_head_size = 2048;

/// Bytes kept of a message that holds one configuration record, metadata, or a header longer than head_size.
/// Real records have up to some thousand. Finding: configuration_limit.
inline constexpr std::uint32_t configuration_limit = 64 * 1024;

/// How many leading bytes of a body describe_* wants kept: at most `length`. `head` is the first bytes of the
/// body, at least min(length, head_size) of them. Messages with several tracks are wanted whole.
[[nodiscard]] std::uint32_t bytes_wanted(MediaType type, Bytes head, std::uint32_t length);

/// Four or three bits of the first byte (FLV E.4.3.1); numbers without an enumerator occur.
enum class FrameType : std::uint8_t {
  reserved = 0,
  key = 1,
  inter = 2,
  disposable_inter = 3,
  generated_key = 4,
  command = 5,
};

enum class VideoPacketKind : std::uint8_t {
  empty,           ///< message of length 0
  sequence_start,  ///< configuration record, MPEG-2 TS descriptor included
  coded_frames,
  sequence_end,
  metadata,
  command,
  unknown,  ///< reserved packet type, or a header that is cut
};

/// What statistics and checks need of a video message. For messages with several tracks: of the first track.
struct VideoFacts {
  VideoCodec codec = VideoCodec::unknown;
  FrameType frame_type = FrameType::reserved;
  VideoPacketKind kind = VideoPacketKind::unknown;
  std::uint8_t track_id = 0;
  bool enhanced = false;
  bool key_frame = false;        ///< coded frames of type key or generated key
  bool sequence_header = false;  ///< kind is sequence_start
  /// describe_video has more to say than codec, type and time: configuration, metadata, commands, several
  /// tracks, or anything odd in the header or in the length of the first NAL unit.
  bool needs_description = false;
  /// Of a key frame: it may say what the pictures are (a frame header, a parameter set in front of the first
  /// slice).
  bool may_hold_sequence = false;
  std::int32_t composition_time = 0;  ///< ms; 0 where the packet has none

  friend bool operator==(const VideoFacts&, const VideoFacts&) = default;
};

enum class AudioPacketKind : std::uint8_t {
  empty,  ///< message of length 0: silence
  sequence_start,
  coded_frames,
  sequence_end,
  multichannel_config,
  unknown,
};

struct AudioFacts {
  AudioCodec codec = AudioCodec::unknown;
  AudioPacketKind kind = AudioPacketKind::unknown;
  std::uint8_t track_id = 0;
  bool enhanced = false;
  bool sequence_header = false;
  bool needs_description = false;  ///< as in VideoFacts

  friend bool operator==(const AudioFacts&, const AudioFacts&) = default;
};

/// `head` is as in bytes_wanted; bytes beyond head_size are ignored. Nothing is allocated. With fewer
/// bytes the result says less.
[[nodiscard]] VideoFacts read_video_facts(Bytes head, std::uint32_t length);
[[nodiscard]] AudioFacts read_audio_facts(Bytes head, std::uint32_t length);

/// ModEx blocks read in one message. Finding: modex_limit.
inline constexpr std::uint32_t max_modex_blocks = 16;
/// Tracks of one message; track ids have 8 bits. Finding: multitrack_limit.
inline constexpr std::uint32_t max_tracks = 256;
/// NAL units listed for one packet. Finding: nal_limit.
inline constexpr std::uint32_t max_nal_units = 1024;
/// NAL units listed for one configuration record, and OBUs of an av1C. Finding:
/// configuration_parameter_set_limit.
inline constexpr std::uint32_t max_parameter_sets = 256;

/// Pushes begin(FieldId::video) … end for one body. `body` is the first bytes of a message of `length` bytes
/// (body.size() <= length). Ranges refer to the full body and cover all of it; a blob whose bytes were not
/// kept has its full range and a shorter view. `contents`: what was seen of a frame of NAL units while it
/// passed (media/frame_walk.hpp); null: nothing.
void describe_video(Bytes body, std::uint32_t length, FieldSink& sink,
                    const FrameContents* contents = nullptr);
/// The same within FieldId::audio.
void describe_audio(Bytes body, std::uint32_t length, FieldSink& sink);

}  // namespace rtmpscope::media
