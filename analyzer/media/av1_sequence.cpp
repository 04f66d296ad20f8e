// Sequence headers of AV1 (5.5).
#include "media/parameter_sets.hpp"

namespace rtmpscope::media {
namespace {

/// 4.10.3: leading zeros, then that many bits.
std::uint32_t read_uvlc(BitReader& reader) {
  unsigned zeros = 0;
  while (!reader.flag()) {
    if (reader.failed() || ++zeros >= 32) return 0xFFFF'FFFF;
  }
  return reader.bits(zeros) + ((1U << zeros) - 1);
}

/// 5.5.3 timing_info.
void read_timing(BitReader& reader, SequenceInfo& info) {
  const std::uint32_t ticks = reader.bits(32);
  const std::uint32_t scale = reader.bits(32);
  const bool equal = reader.flag();
  if (!equal) return;  // the interval is not said
  const double ticks_per_picture = static_cast<double>(read_uvlc(reader)) + 1;
  if (reader.failed() || ticks == 0) return;
  info.frame_rate = static_cast<double>(scale) / ticks / ticks_per_picture;
  info.fixed_frame_rate = true;
}

/// From behind seq_profile and the flags of still pictures to the frame size.
void skip_operating_points(BitReader& reader, SequenceInfo& info) {
  bool decoder_model = false;
  std::uint32_t delay_bits = 0;
  if (reader.flag()) {  // timing_info_present_flag
    read_timing(reader, info);
    decoder_model = reader.flag();
    if (decoder_model) {
      delay_bits = reader.bits(5) + 1;
      reader.skip(32 + 5 + 5);
    }
  }
  const bool initial_delay = reader.flag();
  const std::uint32_t points = reader.bits(5) + 1;
  for (std::uint32_t i = 0; i < points; ++i) {
    reader.skip(12);  // operating_point_idc
    const auto level = static_cast<std::uint8_t>(reader.bits(5));
    if (i == 0) info.level = level;
    if (level > 7) reader.skip(1);                                        // seq_tier
    if (decoder_model && reader.flag()) reader.skip(2 * delay_bits + 1);  // operating_parameters_info
    if (initial_delay && reader.flag()) reader.skip(4);
  }
}

/// From behind the frame size to color_config.
void skip_tools(BitReader& reader, bool reduced) {
  constexpr std::uint32_t select = 2;
  if (!reduced && reader.flag()) reader.skip(4 + 3);  // frame_id_numbers_present_flag
  reader.skip(3);  // use_128x128_superblock, enable_filter_intra, enable_intra_edge_filter
  if (!reduced) {
    reader.skip(4);  // interintra, masked, warped motion, dual filter
    const bool order_hint = reader.flag();
    if (order_hint) reader.skip(2);
    const std::uint32_t screen_content = reader.flag() ? select : reader.bits(1);
    if (screen_content > 0 && !reader.flag()) reader.skip(1);  // seq_force_integer_mv
    if (order_hint) reader.skip(3);
  }
  reader.skip(3);  // enable_superres, enable_cdef, enable_restoration
}

/// 5.5.2.
void read_color_config(BitReader& reader, SequenceInfo& info) {
  constexpr Colour srgb{1, 13, 0};
  const bool high_bit_depth = reader.flag();
  const bool twelve_bit = info.profile == 2 && high_bit_depth && reader.flag();
  const auto depth = static_cast<std::uint8_t>(twelve_bit ? 12 : high_bit_depth ? 10 : 8);
  const bool monochrome = info.profile != 1 && reader.flag();
  Colour colour;
  const bool described = reader.flag();
  if (described) {
    colour.primaries = static_cast<std::uint8_t>(reader.bits(8));
    colour.transfer = static_cast<std::uint8_t>(reader.bits(8));
    colour.matrix = static_cast<std::uint8_t>(reader.bits(8));
  }
  bool full_range = true;
  std::uint8_t chroma = 3;
  if (monochrome) {
    full_range = reader.flag();
    chroma = 0;
  } else if (!(colour == srgb)) {
    full_range = reader.flag();
    if (info.profile == 0) chroma = 1;
    // Only 12 bits of the Professional profile have a choice.
    if (info.profile == 2) chroma = !twelve_bit ? 2 : !reader.flag() ? 3 : !reader.flag() ? 2 : 1;
  }
  if (reader.failed()) return;
  info.luma_bit_depth = info.chroma_bit_depth = depth;
  info.chroma_format = chroma;
  info.full_range = full_range;
  if (described) info.colour = colour;
}

}  // namespace

std::optional<SequenceInfo> read_av1_sequence(Bytes payload) {
  BitReader reader(payload);
  SequenceInfo info;
  info.profile = static_cast<std::uint8_t>(reader.bits(3));
  reader.skip(1);  // still_picture
  const bool reduced = reader.flag();
  if (reduced) {
    info.level = static_cast<std::uint8_t>(reader.bits(5));
  } else {
    skip_operating_points(reader, info);
  }
  const std::uint32_t width_bits = reader.bits(4) + 1;
  const std::uint32_t height_bits = reader.bits(4) + 1;
  info.width = reader.bits(width_bits) + 1;
  info.height = reader.bits(height_bits) + 1;
  if (reader.failed()) return std::nullopt;
  skip_tools(reader, reduced);
  read_color_config(reader, info);
  return info;
}

}  // namespace rtmpscope::media
