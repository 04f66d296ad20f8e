// Sequence parameter sets of H.265.
#include <algorithm>
#include <array>

#include "media/parameter_sets.hpp"

namespace rtmpscope::media {
namespace {

/// 7.3.3 profile_tier_level(1, max_sub_layers_minus1).
void read_profile_tier_level(BitReader& reader, std::uint32_t max_sub_layers_minus1, SequenceInfo& info) {
  constexpr std::uint32_t profile_bits = 88;
  std::uint32_t profiles = 0;
  std::uint32_t levels = 0;
  reader.skip(3);  // general_profile_space, general_tier_flag
  info.profile = static_cast<std::uint8_t>(reader.bits(5));
  reader.skip(32);  // compatibility flags
  const bool progressive = reader.flag();
  info.interlaced = reader.flag() && !progressive;  // both: it may be either
  reader.skip(profile_bits - 3 - 5 - 32 - 2);
  info.level = static_cast<std::uint8_t>(reader.bits(8));
  for (std::uint32_t i = 0; i < max_sub_layers_minus1; ++i) {
    profiles += static_cast<std::uint32_t>(reader.flag());
    levels += static_cast<std::uint32_t>(reader.flag());
  }
  if (max_sub_layers_minus1 > 0) reader.skip(2 * (8 - max_sub_layers_minus1));
  reader.skip(std::uint64_t{profiles} * profile_bits + std::uint64_t{levels} * 8);
}

/// 7.3.4; only the length matters.
void skip_scaling_lists(BitReader& reader) {
  for (unsigned size = 0; size < 4; ++size) {
    for (unsigned matrix = 0; matrix < 6; matrix += size == 3 ? 3 : 1) {
      if (!reader.flag()) {  // scaling_list_pred_mode_flag
        reader.ue();
        continue;
      }
      if (size > 1) reader.se();
      const unsigned count = std::min(64U, 1U << (4 + (size << 1)));
      for (unsigned i = 0; i < count && !reader.failed(); ++i) reader.se();
    }
  }
}

/// 7.3.7, all of an SPS. False if they are more than there may be.
bool skip_short_term_sets(BitReader& reader) {
  constexpr std::uint32_t most_sets = 64;
  constexpr std::uint32_t most_pictures = 16;
  const std::uint32_t sets = reader.ue();
  if (sets > most_sets) return false;
  std::uint32_t pictures = 0;  // of the set before
  for (std::uint32_t i = 0; i < sets && !reader.failed(); ++i) {
    if (i != 0 && reader.flag()) {  // inter_ref_pic_set_prediction_flag
      reader.skip(1);               // delta_rps_sign
      reader.ue();                  // abs_delta_rps_minus1
      std::uint32_t used = 0;
      for (std::uint32_t j = 0; j <= pictures && !reader.failed(); ++j) {
        if (reader.flag() || reader.flag()) ++used;  // used_by_curr_pic_flag, use_delta_flag
      }
      pictures = used;
    } else {
      const std::uint32_t before = reader.ue();
      const std::uint32_t behind = reader.ue();
      if (before > most_pictures || behind > most_pictures) return false;
      pictures = before + behind;
      for (std::uint32_t j = 0; j < pictures && !reader.failed(); ++j) {
        reader.ue();
        reader.skip(1);
      }
    }
    if (pictures > most_pictures) return false;
  }
  return !reader.failed();
}

/// From behind the bit depths to the VUI. False if it cannot be found.
bool skip_to_vui(BitReader& reader, std::uint32_t max_sub_layers_minus1) {
  constexpr std::uint32_t most_long_term = 32;
  const std::uint32_t order_count_bits = reader.ue() + 4;
  if (order_count_bits > 16) return false;
  for (std::uint32_t i = reader.flag() ? 0 : max_sub_layers_minus1; i <= max_sub_layers_minus1; ++i) {
    for (int j = 0; j < 3; ++j) reader.ue();
  }
  for (int i = 0; i < 6; ++i) reader.ue();  // sizes of coding and transform blocks
  if (reader.flag() && reader.flag()) skip_scaling_lists(reader);
  reader.skip(2);       // amp_enabled_flag, sample_adaptive_offset_enabled_flag
  if (reader.flag()) {  // pcm_enabled_flag
    reader.skip(8);
    reader.ue();
    reader.ue();
    reader.skip(1);
  }
  if (!skip_short_term_sets(reader)) return false;
  if (reader.flag()) {  // long_term_ref_pics_present_flag
    const std::uint32_t count = reader.ue();
    if (count > most_long_term) return false;
    reader.skip(std::uint64_t{count} * (order_count_bits + 1));
  }
  reader.skip(2);  // sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag
  return reader.flag();
}

/// E.2.1 up to the timing information.
void read_vui(BitReader& reader, SequenceInfo& info) {
  read_vui_head(reader, info);
  reader.skip(1);  // neutral_chroma_indication_flag
  const bool fields = reader.flag();
  reader.skip(1);  // frame_field_info_present_flag
  if (!reader.failed()) info.interlaced = info.interlaced || fields;
  if (reader.flag()) static_cast<void>(read_crop(reader));  // default display window
  if (!reader.flag()) return;
  const std::uint32_t ticks = reader.bits(32);
  const std::uint32_t scale = reader.bits(32);
  if (reader.failed() || ticks == 0) return;
  info.frame_rate = static_cast<double>(scale) / ticks;
}

}  // namespace

std::optional<SequenceInfo> read_hevc_sequence(Bytes nal) {
  BitReader reader(nal, Escaping::emulation_prevention);
  SequenceInfo info;
  reader.skip(16 + 4);  // NAL unit header, sps_video_parameter_set_id
  const std::uint32_t max_sub_layers_minus1 = reader.bits(3);
  if (max_sub_layers_minus1 > 6) return std::nullopt;
  reader.skip(1);  // sps_temporal_id_nesting_flag
  read_profile_tier_level(reader, max_sub_layers_minus1, info);
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
  if (skip_to_vui(reader, max_sub_layers_minus1)) read_vui(reader, info);
  return info;
}

}  // namespace rtmpscope::media
