#include "media/parameter_sets.hpp"

#include <array>

#include "media/bit_reader.hpp"

namespace rtmpscope::media {
namespace {

struct Crop {
  std::uint64_t left = 0, right = 0, top = 0, bottom = 0;
};

Crop read_crop(BitReader& reader) {
  Crop crop;
  crop.left = reader.ue();
  crop.right = reader.ue();
  crop.top = reader.ue();
  crop.bottom = reader.ue();
  return crop;
}

/// False if nothing sensible is left.
bool set_size(SequenceInfo& info, std::uint64_t width, std::uint64_t height, const Crop& crop,
              std::uint64_t unit_x, std::uint64_t unit_y) {
  const std::uint64_t crop_x = (crop.left + crop.right) * unit_x;
  const std::uint64_t crop_y = (crop.top + crop.bottom) * unit_y;
  if (crop_x >= width || crop_y >= height) return false;
  if (width - crop_x > max_picture_size || height - crop_y > max_picture_size) return false;
  info.width = static_cast<std::uint32_t>(width - crop_x);
  info.height = static_cast<std::uint32_t>(height - crop_y);
  return true;
}

// ---- H.264

/// Profiles whose SPS has chroma format, bit depths and scaling lists (7.3.2.1.1).
bool has_chroma_format(std::uint32_t profile) {
  constexpr std::array<std::uint8_t, 13> profiles{100, 110, 122, 244, 44,  83, 86,
                                                  118, 128, 138, 139, 134, 135};
  for (const std::uint8_t one : profiles) {
    if (one == profile) return true;
  }
  return false;
}

/// 7.3.2.1.1.1; only the length matters.
void skip_scaling_list(BitReader& reader, int size) {
  std::int64_t last = 8;
  std::int64_t next = 8;
  for (int i = 0; i < size && !reader.failed(); ++i) {
    if (next != 0) next = (last + reader.se() + 256) % 256;
    if (next != 0) last = next;
  }
}

void skip_avc_order_count(BitReader& reader) {
  const std::uint32_t type = reader.ue();
  if (type == 0) {
    reader.ue();  // log2_max_pic_order_cnt_lsb_minus4
  } else if (type == 1) {
    reader.flag();
    reader.se();
    reader.se();
    const std::uint32_t cycle = reader.ue();
    for (std::uint32_t i = 0; i < cycle && !reader.failed(); ++i) reader.se();
  }
}

/// E.1.1 up to the timing information. A VUI that ends early costs the frame rate, not the picture size.
double avc_frame_rate(BitReader& reader) {
  constexpr std::uint32_t extended_sar = 255;
  if (reader.flag() && reader.bits(8) == extended_sar) reader.skip(32);
  if (reader.flag()) reader.skip(1);  // overscan
  if (reader.flag()) {                // video signal type
    reader.skip(4);
    if (reader.flag()) reader.skip(24);  // colour description
  }
  if (reader.flag()) {  // chroma location
    reader.ue();
    reader.ue();
  }
  if (!reader.flag()) return 0;
  const std::uint32_t ticks = reader.bits(32);
  const std::uint32_t scale = reader.bits(32);
  if (reader.failed() || ticks == 0) return 0;
  return static_cast<double>(scale) / (2.0 * ticks);  // two fields a frame
}

// ---- H.265

/// 7.3.3 profile_tier_level(1, max_sub_layers_minus1).
void skip_profile_tier_level(BitReader& reader, std::uint32_t max_sub_layers_minus1) {
  constexpr std::uint32_t profile_bits = 88;
  std::uint32_t profiles = 0;
  std::uint32_t levels = 0;
  reader.skip(profile_bits + 8);
  for (std::uint32_t i = 0; i < max_sub_layers_minus1; ++i) {
    profiles += static_cast<std::uint32_t>(reader.flag());
    levels += static_cast<std::uint32_t>(reader.flag());
  }
  if (max_sub_layers_minus1 > 0) reader.skip(2 * (8 - max_sub_layers_minus1));
  reader.skip(std::uint64_t{profiles} * profile_bits + std::uint64_t{levels} * 8);
}

// ---- AV1

/// 4.10.3: leading zeros, then that many bits; the value does not matter here.
void skip_uvlc(BitReader& reader) {
  std::uint32_t zeros = 0;
  while (!reader.flag()) {
    if (reader.failed() || ++zeros >= 32) return;
  }
  reader.skip(zeros);
}

}  // namespace

std::optional<SequenceInfo> read_avc_sequence(Bytes nal) {
  constexpr std::uint64_t macroblock = 16;
  BitReader reader(nal, Escaping::emulation_prevention);
  SequenceInfo info;
  reader.skip(8);  // NAL unit header
  const std::uint32_t profile = reader.bits(8);
  reader.skip(16);  // constraint flags, level
  reader.ue();      // seq_parameter_set_id
  bool separate_planes = false;
  std::uint32_t chroma = 1;
  if (has_chroma_format(profile)) {
    chroma = reader.ue();
    if (chroma == 3) separate_planes = reader.flag();
    const std::uint32_t luma_depth = reader.ue();
    const std::uint32_t chroma_depth = reader.ue();
    if (chroma > 3 || luma_depth > 6 || chroma_depth > 6) return std::nullopt;
    info.luma_bit_depth = static_cast<std::uint8_t>(8 + luma_depth);
    info.chroma_bit_depth = static_cast<std::uint8_t>(8 + chroma_depth);
    reader.skip(1);       // qpprime_y_zero_transform_bypass_flag
    if (reader.flag()) {  // seq_scaling_matrix_present_flag
      for (int i = 0; i < (chroma == 3 ? 12 : 8); ++i) {
        if (reader.flag()) skip_scaling_list(reader, i < 6 ? 16 : 64);
      }
    }
  }
  info.chroma_format = static_cast<std::uint8_t>(chroma);
  reader.ue();  // log2_max_frame_num_minus4
  skip_avc_order_count(reader);
  reader.ue();     // max_num_ref_frames
  reader.skip(1);  // gaps_in_frame_num_value_allowed_flag
  const std::uint64_t width = (std::uint64_t{reader.ue()} + 1) * macroblock;
  const std::uint64_t map_height = std::uint64_t{reader.ue()} + 1;
  const bool frames_only = reader.flag();
  info.interlaced = !frames_only;
  const std::uint64_t fields = frames_only ? 1 : 2;
  if (!frames_only) reader.skip(1);  // mb_adaptive_frame_field_flag
  reader.skip(1);                    // direct_8x8_inference_flag
  const Crop crop = reader.flag() ? read_crop(reader) : Crop{};
  // Crop units (7.4.2.1.1): chroma samples, and for fields two lines.
  const bool monochrome = separate_planes || chroma == 0;
  const std::uint64_t unit_x = !monochrome && chroma != 3 ? 2 : 1;
  const std::uint64_t unit_y = (!monochrome && chroma == 1 ? 2U : 1U) * fields;
  if (!set_size(info, width, map_height * fields * macroblock, crop, unit_x, unit_y)) return std::nullopt;
  const bool vui = reader.flag();
  if (reader.failed()) return std::nullopt;
  if (vui) info.frame_rate = avc_frame_rate(reader);
  return info;
}

std::optional<SequenceInfo> read_hevc_sequence(Bytes nal) {
  BitReader reader(nal, Escaping::emulation_prevention);
  SequenceInfo info;
  reader.skip(16 + 4);  // NAL unit header, sps_video_parameter_set_id
  const std::uint32_t max_sub_layers_minus1 = reader.bits(3);
  if (max_sub_layers_minus1 > 6) return std::nullopt;
  reader.skip(1);  // sps_temporal_id_nesting_flag
  skip_profile_tier_level(reader, max_sub_layers_minus1);
  reader.ue();  // sps_seq_parameter_set_id
  const std::uint32_t chroma = reader.ue();
  if (chroma > 3) return std::nullopt;
  const bool separate_planes = chroma == 3 && reader.flag();
  info.chroma_format = static_cast<std::uint8_t>(chroma);
  const std::uint32_t width = reader.ue();
  const std::uint32_t height = reader.ue();
  const Crop crop = reader.flag() ? read_crop(reader) : Crop{};
  const std::uint32_t luma_depth = reader.ue();
  const std::uint32_t chroma_depth = reader.ue();
  if (reader.failed() || luma_depth > 8 || chroma_depth > 8) return std::nullopt;
  info.luma_bit_depth = static_cast<std::uint8_t>(8 + luma_depth);
  info.chroma_bit_depth = static_cast<std::uint8_t>(8 + chroma_depth);
  const std::uint64_t unit_x = !separate_planes && (chroma == 1 || chroma == 2) ? 2 : 1;  // table 6-1
  const std::uint64_t unit_y = !separate_planes && chroma == 1 ? 2 : 1;
  if (!set_size(info, width, height, crop, unit_x, unit_y)) return std::nullopt;
  return info;
}

std::optional<SequenceInfo> read_av1_sequence(Bytes payload) {
  BitReader reader(payload);
  SequenceInfo info;
  reader.skip(3 + 1);   // seq_profile, still_picture
  if (reader.flag()) {  // reduced_still_picture_header
    reader.skip(5);
  } else {
    bool decoder_model = false;
    std::uint32_t delay_bits = 0;
    if (reader.flag()) {  // timing_info_present_flag
      const std::uint32_t ticks = reader.bits(32);
      const std::uint32_t scale = reader.bits(32);
      if (reader.flag()) {  // equal_picture_interval
        // num_ticks_per_picture_minus_1 is nearly always 0: then its code is one bit.
        BitReader ahead = reader;
        if (ahead.flag() && ticks != 0) info.frame_rate = static_cast<double>(scale) / ticks;
        skip_uvlc(reader);
      }
      decoder_model = reader.flag();
      if (decoder_model) {
        delay_bits = reader.bits(5) + 1;
        reader.skip(32 + 5 + 5);
      }
    }
    const bool initial_delay = reader.flag();
    const std::uint32_t points = reader.bits(5) + 1;
    for (std::uint32_t i = 0; i < points; ++i) {
      reader.skip(12);                                                      // operating_point_idc
      if (reader.bits(5) > 7) reader.skip(1);                               // seq_tier
      if (decoder_model && reader.flag()) reader.skip(2 * delay_bits + 1);  // operating_parameters_info
      if (initial_delay && reader.flag()) reader.skip(4);
    }
  }
  const std::uint32_t width_bits = reader.bits(4) + 1;
  const std::uint32_t height_bits = reader.bits(4) + 1;
  info.width = reader.bits(width_bits) + 1;
  info.height = reader.bits(height_bits) + 1;
  if (reader.failed()) return std::nullopt;
  return info;
}

}  // namespace rtmpscope::media
