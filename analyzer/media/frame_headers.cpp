#include "media/frame_headers.hpp"

#include <array>
#include <optional>

#include "media/bit_reader.hpp"

namespace rtmpscope::media {
namespace {

struct VideoFrame {
  std::uint32_t header_length = 0;  ///< bytes, from the cursor's position
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::optional<std::uint8_t> profile{};
  std::optional<std::uint8_t> bit_depth{};
  std::optional<std::uint8_t> chroma_format{};
  std::optional<std::uint8_t> color_space{};
  std::optional<bool> full_range{};
};

/// RFC 6386 9.1: three bytes of tag, least significant bit first; key frames have a start code and sizes.
std::optional<VideoFrame> vp8_frame(Bytes bytes) {
  if (bytes.size() < 10 || (bytes[0] & 1) != 0) return std::nullopt;
  if (bytes[3] != 0x9D || bytes[4] != 0x01 || bytes[5] != 0x2A) return std::nullopt;
  return VideoFrame{.header_length = 10,
                    .width = load_le16(&bytes[6]) & 0x3FFFU,
                    .height = load_le16(&bytes[8]) & 0x3FFFU,
                    .profile = static_cast<std::uint8_t>(bytes[0] >> 1 & 7)};
}

/// VP9 bitstream 6.2, uncompressed_header of a key frame.
std::optional<VideoFrame> vp9_frame(Bytes bytes) {
  BitReader reader(bytes);
  if (reader.bits(2) != 2) return std::nullopt;
  const auto low = static_cast<std::uint8_t>(reader.flag());
  const auto profile = static_cast<std::uint8_t>(low | static_cast<std::uint8_t>(reader.flag()) << 1);
  if (profile == 3) reader.skip(1);
  const bool show_existing_frame = reader.flag();
  const bool not_key_frame = reader.flag();
  if (show_existing_frame || not_key_frame) return std::nullopt;
  reader.skip(2);  // show_frame, error_resilient_mode
  if (reader.bits(24) != 0x498342) return std::nullopt;
  VideoFrame frame;
  frame.profile = profile;
  frame.bit_depth = 8;
  if (profile >= 2) frame.bit_depth = reader.flag() ? 12 : 10;
  constexpr std::uint32_t srgb = 7;
  const bool subsampling_in_header = profile == 1 || profile == 3;
  const auto color_space = static_cast<std::uint8_t>(reader.bits(3));
  frame.color_space = color_space;
  if (color_space != srgb) {
    frame.full_range = reader.flag();
    frame.chroma_format = 1;
    if (subsampling_in_header) {
      const bool half_width = reader.flag();
      const bool half_height = reader.flag();
      reader.skip(1);
      // 4:4:0 has no number in chroma_format_idc.
      frame.chroma_format = half_width ? std::optional<std::uint8_t>(half_height ? 1 : 2)
                                       : (half_height ? std::nullopt : std::optional<std::uint8_t>(3));
    }
  } else {
    frame.full_range = true;
    frame.chroma_format = 3;
    if (subsampling_in_header) reader.skip(1);
  }
  frame.width = reader.bits(16) + 1;
  frame.height = reader.bits(16) + 1;
  if (reader.failed()) return std::nullopt;
  frame.header_length = static_cast<std::uint32_t>((reader.position() + 7) / 8);
  return frame;
}

/// VP6 format 9.1, as FFmpeg reads it: the size in macroblocks. `adjustment` has the pixels to crop (FLV
/// E.4.3.1).
std::optional<VideoFrame> vp6_frame(Bytes bytes, std::uint8_t adjustment) {
  constexpr std::uint32_t macroblock = 16;
  if (bytes.size() < 2 || (bytes[0] & 0x80) != 0) return std::nullopt;  // no key frame
  const bool separated = (bytes[0] & 1) != 0;
  const std::uint8_t profile = bytes[1] >> 1 & 3;
  const std::size_t at = separated || profile == 0 ? 4 : 2;
  if (bytes[1] >> 3 > 8 || bytes.size() < at + 2 || bytes[at] == 0 || bytes[at + 1] == 0) return std::nullopt;
  VideoFrame frame;
  frame.header_length = static_cast<std::uint32_t>(at + 2);
  frame.height = bytes[at] * macroblock - (adjustment & 15U);
  frame.width = bytes[at + 1] * macroblock - (adjustment >> 4U);
  return frame;
}

/// ITU-T H.263 5.1, with a source format of the first version.
std::optional<VideoFrame> h263_frame(Bytes bytes) {
  constexpr std::array<std::array<std::uint32_t, 2>, 6> sizes{
      {{0, 0}, {128, 96}, {176, 144}, {352, 288}, {704, 576}, {1408, 1152}}};
  BitReader reader(bytes);
  if (reader.bits(22) != 0x20) return std::nullopt;
  reader.skip(8);  // temporal reference
  if (reader.bits(2) != 2) return std::nullopt;
  reader.skip(3);
  const std::uint32_t format = reader.bits(3);
  if (reader.failed() || format == 0 || format >= sizes.size()) return std::nullopt;
  VideoFrame frame;
  frame.width = sizes[format][0];
  frame.height = sizes[format][1];
  frame.header_length = static_cast<std::uint32_t>((reader.position() + 7) / 8);
  return frame;
}

/// FLV E.4.3.2, H263VIDEOPACKET.
std::optional<VideoFrame> sorenson_frame(Bytes bytes) {
  constexpr std::array<std::array<std::uint32_t, 2>, 5> sizes{
      {{352, 288}, {176, 144}, {128, 96}, {320, 240}, {160, 120}}};
  BitReader reader(bytes);
  if (reader.bits(17) != 1) return std::nullopt;
  reader.skip(5 + 8);  // version, temporal reference
  const std::uint32_t size = reader.bits(3);
  VideoFrame frame;
  if (size < 2) {
    frame.width = reader.bits(size == 0 ? 8 : 16);
    frame.height = reader.bits(size == 0 ? 8 : 16);
  } else if (size - 2 < sizes.size()) {
    frame.width = sizes[size - 2][0];
    frame.height = sizes[size - 2][1];
  } else {
    return std::nullopt;
  }
  if (reader.failed()) return std::nullopt;
  frame.header_length = static_cast<std::uint32_t>((reader.position() + 7) / 8);
  return frame;
}

/// FLV E.4.3.3, SCREENVIDEOPACKET: block width, image width, block height, image height.
std::optional<VideoFrame> screen_frame(Bytes bytes) {
  if (bytes.size() < 4) return std::nullopt;
  return VideoFrame{
      .header_length = 4, .width = load_be16(&bytes[0]) & 0x0FFFU, .height = load_be16(&bytes[2]) & 0x0FFFU};
}

}  // namespace

void describe_video_frame(VideoCodec codec, const BodyCursor& cursor, const VideoFields& fields) {
  std::optional<VideoFrame> frame;
  switch (codec) {
    case VideoCodec::vp8: frame = vp8_frame(cursor.view()); break;
    case VideoCodec::vp9: frame = vp9_frame(cursor.view()); break;
    case VideoCodec::sorenson_h263: frame = sorenson_frame(cursor.view()); break;
    case VideoCodec::vp6:
    case VideoCodec::vp6_alpha: frame = vp6_frame(cursor.view(), cursor.kept[1]); break;
    case VideoCodec::h263: frame = h263_frame(cursor.view()); break;
    case VideoCodec::screen_video:
    case VideoCodec::screen_video_2: frame = screen_frame(cursor.view()); break;
    default: break;
  }
  if (!frame) return;
  const Range header = cursor.next(frame->header_length);
  fields.begin(VideoField::frame, header.offset);
  if (frame->profile) fields.number(VideoField::frame_profile, header, *frame->profile);
  fields.number(VideoField::frame_width, header, frame->width);
  fields.number(VideoField::frame_height, header, frame->height);
  if (frame->bit_depth) fields.number(VideoField::frame_bit_depth, header, *frame->bit_depth);
  if (frame->chroma_format) fields.number(VideoField::frame_chroma_format, header, *frame->chroma_format);
  if (frame->color_space) fields.number(VideoField::frame_color_space, header, *frame->color_space);
  if (frame->full_range) fields.flag(VideoField::frame_full_range, header, *frame->full_range);
  fields.end(VideoField::frame, header.end());
}

}  // namespace rtmpscope::media
