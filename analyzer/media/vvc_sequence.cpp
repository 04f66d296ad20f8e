// Sequence parameter sets of H.266 (7.3.2.4) up to the bit depth. What follows is in vvc_vui.cpp.
#include "media/vvc_vui.hpp"

namespace rtmpscope::media {
namespace {

/// 7.3.3.1 profile_tier_level(1, max_sublayers_minus1).
void read_profile_tier_level(BitReader& reader, std::uint32_t max_sublayers_minus1, SequenceInfo& info) {
  constexpr unsigned constraint_bits = 71;  // 7.3.3.2, between the first flag and the number of further bits
  info.profile = static_cast<std::uint8_t>(reader.bits(7));
  reader.skip(1);  // tier
  info.level = static_cast<std::uint8_t>(reader.bits(8));
  reader.skip(2);       // frame-only and multilayer flags
  if (reader.flag()) {  // gci_present_flag
    reader.skip(constraint_bits);
    reader.skip(reader.bits(8));
  }
  reader.align();
  std::uint32_t levels = 0;
  for (std::uint32_t i = 0; i < max_sublayers_minus1; ++i) {
    levels += static_cast<std::uint32_t>(reader.flag());
  }
  reader.align();
  reader.skip(std::uint64_t{levels} * 8);
  reader.skip(std::uint64_t{reader.bits(8)} * 32);  // sub-profiles
}

unsigned bits_for(std::uint64_t count) {
  unsigned bits = 0;
  while ((std::uint64_t{1} << bits) < count) ++bits;
  return bits;
}

/// sps_num_subpics_minus1 and what follows. False if there are more than there may be.
bool skip_subpictures(BitReader& reader, std::uint64_t width, std::uint64_t height, unsigned ctu_bits) {
  constexpr std::uint32_t most_subpictures = 600;
  const std::uint64_t ctu = std::uint64_t{1} << ctu_bits;
  const std::uint32_t last = reader.ue();
  if (last >= most_subpictures) return false;
  bool independent = true;
  bool same_size = false;
  if (last > 0) {
    independent = reader.flag();
    same_size = reader.flag();
  }
  const unsigned x_bits = bits_for((width + ctu - 1) / ctu);
  const unsigned y_bits = bits_for((height + ctu - 1) / ctu);
  for (std::uint32_t i = 0; last > 0 && i <= last && !reader.failed(); ++i) {
    if (!same_size || i == 0) {
      if (i > 0 && width > ctu) reader.skip(x_bits);
      if (i > 0 && height > ctu) reader.skip(y_bits);
      if (i < last && width > ctu) reader.skip(x_bits);
      if (i < last && height > ctu) reader.skip(y_bits);
    }
    if (!independent) reader.skip(2);
  }
  const std::uint32_t id_bits = reader.ue() + 1;
  if (id_bits > 16) return false;
  if (reader.flag() && reader.flag()) reader.skip(std::uint64_t{last + 1} * id_bits);
  return !reader.failed();
}

}  // namespace

std::optional<SequenceInfo> read_vvc_sequence(Bytes nal) {
  BitReader reader(nal, Escaping::emulation_prevention);
  SequenceInfo info;
  VvcSequence sequence;
  reader.skip(16 + 4);  // NAL unit header, sps_seq_parameter_set_id
  sequence.has_vps = reader.bits(4) != 0;
  const std::uint32_t max_sublayers_minus1 = reader.bits(3);
  info.chroma_format = static_cast<std::uint8_t>(reader.bits(2));
  const unsigned ctu_bits = reader.bits(2) + 5;
  if (max_sublayers_minus1 > 6) return std::nullopt;
  sequence.chroma = info.chroma_format;
  sequence.max_sublayers_minus1 = max_sublayers_minus1;
  sequence.ctu_bits = ctu_bits;
  sequence.timing = reader.flag();  // sps_ptl_dpb_hrd_params_present_flag
  if (sequence.timing) read_profile_tier_level(reader, max_sublayers_minus1, info);
  reader.skip(1);                     // sps_gdr_enabled_flag
  if (reader.flag()) reader.skip(1);  // reference picture resampling
  const std::uint64_t width = reader.ue();
  const std::uint64_t height = reader.ue();
  const Crop crop = reader.flag() ? read_crop(reader) : Crop{};
  if (reader.failed() || width > max_picture_size || height > max_picture_size) return std::nullopt;
  if (reader.flag() && !skip_subpictures(reader, width, height, ctu_bits)) return std::nullopt;
  const std::uint32_t depth = reader.ue();
  if (reader.failed() || depth > 8) return std::nullopt;
  info.luma_bit_depth = info.chroma_bit_depth = static_cast<std::uint8_t>(8 + depth);
  const std::uint64_t unit_x = info.chroma_format == 1 || info.chroma_format == 2 ? 2 : 1;  // table 2
  const std::uint64_t unit_y = info.chroma_format == 1 ? 2 : 1;
  if (!set_size(info, width, height, crop, unit_x, unit_y)) return std::nullopt;
  read_vvc_vui(reader, sequence, info);
  return info;
}

}  // namespace rtmpscope::media
