// Sequence parameter sets of H.264.
#include <algorithm>
#include <array>

#include "media/parameter_sets.hpp"

namespace rtmpscope::media {
namespace {

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

void skip_order_count(BitReader& reader) {
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

/// Chroma format, bit depths and scaling lists. False if they have values that there are not.
bool read_chroma(BitReader& reader, SequenceInfo& info, bool& separate_planes) {
  const std::uint32_t chroma = reader.ue();
  if (chroma == 3) separate_planes = reader.flag();
  const std::uint32_t luma_depth = reader.ue();
  const std::uint32_t chroma_depth = reader.ue();
  if (chroma > 3 || luma_depth > 6 || chroma_depth > 6) return false;
  info.chroma_format = static_cast<std::uint8_t>(chroma);
  info.luma_bit_depth = static_cast<std::uint8_t>(8 + luma_depth);
  info.chroma_bit_depth = static_cast<std::uint8_t>(8 + chroma_depth);
  reader.skip(1);       // qpprime_y_zero_transform_bypass_flag
  if (reader.flag()) {  // seq_scaling_matrix_present_flag
    for (int i = 0; i < (chroma == 3 ? 12 : 8); ++i) {
      if (reader.flag()) skip_scaling_list(reader, i < 6 ? 16 : 64);
    }
  }
  return true;
}

/// E.1.2 hrd_parameters: only the lengths of delays matter.
void read_hrd(BitReader& reader, AvcPictures& pictures) {
  constexpr std::uint32_t most_buffers = 32;
  const std::uint32_t buffers = reader.ue() + 1;
  if (buffers > most_buffers) return;
  reader.skip(8);
  for (std::uint32_t i = 0; i < buffers && !reader.failed(); ++i) {
    reader.ue();
    reader.ue();
    reader.skip(1);
  }
  reader.skip(5);  // initial_cpb_removal_delay_length_minus1
  pictures.removal_delay_bits = static_cast<std::uint8_t>(reader.bits(5) + 1);
  pictures.output_delay_bits = static_cast<std::uint8_t>(reader.bits(5) + 1);
  reader.skip(5);  // time_offset_length
}

/// E.1.1 up to pic_struct_present_flag. A VUI that ends early costs what it would have said, not the picture
/// size.
void read_vui(BitReader& reader, SequenceInfo& info) {
  read_vui_head(reader, info);
  if (reader.flag()) {
    const std::uint32_t ticks = reader.bits(32);
    const std::uint32_t scale = reader.bits(32);
    const bool fixed = reader.flag();
    if (!reader.failed() && ticks != 0) {
      info.frame_rate = static_cast<double>(scale) / (2.0 * ticks);  // two fields a frame
      info.fixed_frame_rate = fixed;
    }
  }
  AvcPictures pictures = info.pictures;
  const bool nal_hrd = reader.flag();
  if (nal_hrd) read_hrd(reader, pictures);
  const bool vcl_hrd = reader.flag();
  if (vcl_hrd) read_hrd(reader, pictures);
  if (nal_hrd || vcl_hrd) reader.skip(1);  // low_delay_hrd_flag
  pictures.structure_present = reader.flag();
  if (!reader.failed()) info.pictures = pictures;
}

}  // namespace

std::optional<SequenceInfo> read_avc_sequence(Bytes nal) {
  constexpr std::uint64_t macroblock = 16;
  BitReader reader(nal, Escaping::emulation_prevention);
  SequenceInfo info;
  reader.skip(8);  // NAL unit header
  info.profile = static_cast<std::uint8_t>(reader.bits(8));
  info.constraints = static_cast<std::uint8_t>(reader.bits(8));
  info.level = static_cast<std::uint8_t>(reader.bits(8));
  reader.ue();  // seq_parameter_set_id
  bool separate_planes = false;
  if (has_chroma_format(info.profile) && !read_chroma(reader, info, separate_planes)) return std::nullopt;
  const std::uint32_t chroma = info.chroma_format;
  const std::uint32_t frame_number_bits = reader.ue() + 4;
  skip_order_count(reader);
  reader.ue();     // max_num_ref_frames
  reader.skip(1);  // gaps_in_frame_num_value_allowed_flag
  const std::uint64_t width = (std::uint64_t{reader.ue()} + 1) * macroblock;
  const std::uint64_t map_height = std::uint64_t{reader.ue()} + 1;
  const bool frames_only = reader.flag();
  info.interlaced = !frames_only;
  info.pictures = {.frames_only = frames_only,
                   .separate_planes = separate_planes,
                   .frame_number_bits = static_cast<std::uint8_t>(std::min(frame_number_bits, 16U))};
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
  if (vui) read_vui(reader, info);
  return info;
}

}  // namespace rtmpscope::media
