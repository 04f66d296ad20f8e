// Numbers of the extended header, shared by facts and description (Enhanced RTMP v2).
#pragma once

#include <cstdint>

#include "media/body_cursor.hpp"

namespace rtmpscope::media {

enum VideoPacketType : std::uint8_t {
  video_sequence_start = 0,
  video_coded_frames = 1,
  video_sequence_end = 2,
  video_coded_frames_x = 3,
  video_metadata = 4,
  video_mpeg2ts_sequence_start = 5,
  video_multitrack = 6,
};

enum AudioPacketType : std::uint8_t {
  audio_sequence_start = 0,
  audio_coded_frames = 1,
  audio_sequence_end = 2,
  audio_multichannel_config = 4,
  audio_multitrack = 5,
};

/// The same number in both.
inline constexpr std::uint8_t packet_type_modex = 7;

enum MultitrackType : std::uint8_t { one_track = 0, many_tracks = 1, many_tracks_many_codecs = 2 };

/// SoundFormat that marks an extended audio header.
inline constexpr std::uint8_t sound_format_extended = 9;

inline constexpr std::uint8_t modex_nanosecond_offset = 0;
inline constexpr std::uint32_t max_nanosecond_offset = 999'999;

[[nodiscard]] inline std::int32_t sign_extend_24(std::uint32_t value) {
  return static_cast<std::int32_t>(value << 8) >> 8;
}

/// One ModEx block, from its size byte to the byte with its type and the next packet type.
struct ModExBlock {
  Have have = Have::missing;      ///< of the whole block; `yes` or the rest has no meaning
  std::uint32_t needed = 0;       ///< bytes from the cursor's position, as far as the block says
  std::uint32_t size_length = 0;  ///< 1, or 3 with the 16-bit size
  std::uint32_t data_length = 0;  ///< 1 to 65536
  std::uint8_t type = 0;
  std::uint8_t packet_type = 0;  ///< of what follows; may be ModEx again
};

/// A size byte of 255 (256 bytes) says that a 16-bit size follows and replaces it (Enhanced RTMP v2, ModEx).
[[nodiscard]] inline ModExBlock read_modex_block(const BodyCursor& cursor) {
  ModExBlock block;
  block.needed = 1;
  block.have = cursor.have(1);
  if (block.have != Have::yes) return block;
  block.size_length = 1;
  block.data_length = cursor.u8() + 1U;
  if (block.data_length == 256) {
    block.needed = 3;
    block.have = cursor.have(3);
    if (block.have != Have::yes) return block;
    block.size_length = 3;
    block.data_length = load_be16(cursor.data() + 1) + 1U;
  }
  block.needed = block.size_length + block.data_length + 1;
  block.have = cursor.have(block.needed);
  if (block.have != Have::yes) return block;
  const std::uint8_t last = cursor.u8(block.needed - 1);
  block.type = last >> 4;
  block.packet_type = last & 0x0F;
  return block;
}

}  // namespace rtmpscope::media
