// What sequence parameter sets of several codecs share.
#include "media/parameter_sets.hpp"

#include <array>

namespace rtmpscope::media {

Crop read_crop(BitReader& reader) {
  Crop crop;
  crop.left = reader.ue();
  crop.right = reader.ue();
  crop.top = reader.ue();
  crop.bottom = reader.ue();
  return crop;
}

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

void read_sample_aspect(BitReader& reader, SequenceInfo& info) {
  struct Ratio {
    std::uint16_t width, height;
  };
  constexpr std::array<Ratio, 17> table{{{0, 0},
                                         {1, 1},
                                         {12, 11},
                                         {10, 11},
                                         {16, 11},
                                         {40, 33},
                                         {24, 11},
                                         {20, 11},
                                         {32, 11},
                                         {80, 33},
                                         {18, 11},
                                         {15, 11},
                                         {64, 33},
                                         {160, 99},
                                         {4, 3},
                                         {3, 2},
                                         {2, 1}}};
  constexpr std::uint32_t extended = 255;
  const std::uint32_t index = reader.bits(8);
  Ratio ratio{0, 0};
  if (index == extended) {
    ratio.width = static_cast<std::uint16_t>(reader.bits(16));
    ratio.height = static_cast<std::uint16_t>(reader.bits(16));
  } else if (index < table.size()) {
    ratio = table[index];
  }
  // A ratio with a zero is unspecified (E.2.1).
  if (reader.failed() || ratio.width == 0 || ratio.height == 0) return;
  info.sample_aspect_width = ratio.width;
  info.sample_aspect_height = ratio.height;
}

void read_vui_head(BitReader& reader, SequenceInfo& info) {
  if (reader.flag()) read_sample_aspect(reader, info);
  if (reader.flag()) reader.skip(1);  // overscan
  if (reader.flag()) {                // video signal type
    reader.skip(3);
    const bool full_range = reader.flag();
    const bool described = reader.flag();
    Colour colour;
    if (described) {
      colour.primaries = static_cast<std::uint8_t>(reader.bits(8));
      colour.transfer = static_cast<std::uint8_t>(reader.bits(8));
      colour.matrix = static_cast<std::uint8_t>(reader.bits(8));
    }
    if (!reader.failed()) {
      info.full_range = full_range;
      if (described) info.colour = colour;
    }
  }
  if (reader.flag()) {  // chroma location
    reader.ue();
    reader.ue();
  }
}

}  // namespace rtmpscope::media
