// Sequence parameter sets and sequence headers, read as far as they say what the pictures are.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "media/bit_reader.hpp"

namespace rtmpscope::media {

/// Code points of ITU-T H.273.
struct Colour {
  static constexpr std::uint8_t unspecified = 2;

  std::uint8_t primaries = unspecified;
  std::uint8_t transfer = unspecified;
  std::uint8_t matrix = unspecified;

  friend bool operator==(const Colour&, const Colour&) = default;
};

/// What the parts of a picture need of an H.264 sequence to be read.
struct AvcPictures {
  bool frames_only = true;
  bool separate_planes = false;
  bool structure_present = false;       ///< pic_struct_present_flag
  std::uint8_t frame_number_bits = 0;   ///< of frame_num
  std::uint8_t removal_delay_bits = 0;  ///< of cpb_removal_delay; 0: there are no delays
  std::uint8_t output_delay_bits = 0;   ///< of dpb_output_delay
};

struct SequenceInfo {
  std::uint8_t profile = 0;           ///< profile_idc, general_profile_idc, seq_profile
  std::optional<std::uint8_t> level;  ///< level_idc, general_level_idc, seq_level_idx
  std::uint8_t constraints = 0;       ///< H.264: the byte with the constraint_set flags
  std::uint32_t width = 0;            ///< pixels, after cropping; 1 to max_picture_size
  std::uint32_t height = 0;
  std::uint8_t chroma_format = 1;  ///< chroma_format_idc
  std::uint8_t luma_bit_depth = 8;
  std::uint8_t chroma_bit_depth = 8;
  bool interlaced = false;  ///< pictures may be fields, or come from an interlaced source (H.265, H.266)
  double frame_rate = 0;    ///< frames a second, 0 if not said
  std::optional<bool> fixed_frame_rate;
  std::uint16_t sample_aspect_width = 0;  ///< 0 if not said
  std::uint16_t sample_aspect_height = 0;
  std::optional<bool> full_range;
  std::optional<Colour> colour;
  AvcPictures pictures;  ///< H.264
};

/// Larger pictures are treated as damage. No level of H.264, H.265, H.266 or AV1 comes near.
inline constexpr std::uint32_t max_picture_size = 65536;

/// Whole NAL units with header and emulation prevention (ITU-T H.264 7.3.2.1, H.265 7.3.2.2, H.266 7.3.2.4).
/// Nothing if they end early or contradict themselves.
[[nodiscard]] std::optional<SequenceInfo> read_avc_sequence(Bytes nal);
[[nodiscard]] std::optional<SequenceInfo> read_hevc_sequence(Bytes nal);
[[nodiscard]] std::optional<SequenceInfo> read_vvc_sequence(Bytes nal);
/// Payload of a sequence header OBU (AV1 5.5).
[[nodiscard]] std::optional<SequenceInfo> read_av1_sequence(Bytes payload);

// What the readers share.

/// A conformance or cropping window, in units of the chroma format.
struct Crop {
  std::uint64_t left = 0, right = 0, top = 0, bottom = 0;
};
[[nodiscard]] Crop read_crop(BitReader& reader);
/// False if nothing sensible is left.
[[nodiscard]] bool set_size(SequenceInfo& info, std::uint64_t width, std::uint64_t height, const Crop& crop,
                            std::uint64_t unit_x, std::uint64_t unit_y);
/// The beginning that the VUI of H.264 and H.265 share (H.264 E.1.1, H.265 E.2.1): up to the places of chroma
/// samples. What was cut is not set.
void read_vui_head(BitReader& reader, SequenceInfo& info);
/// The sample aspect ratio of an aspect_ratio_idc (H.264 table E-1, the same in H.273); 255 reads two
/// numbers.
void read_sample_aspect(BitReader& reader, SequenceInfo& info);

}  // namespace rtmpscope::media
