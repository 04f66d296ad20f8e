#include "rtmp/evidence/body_structure.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

#include "base/byte_order.hpp"

namespace rtmpscope::rtmp {
namespace {

/// Evidence of the first byte, of which few values occur.
constexpr int first_byte_bits = 4;

/// Evidence of the last length in bits: it leads to the end, one place of as many as the body has.
int exact_end_bits(int width, std::size_t size) {
  return std::max(0, width - static_cast<int>(std::bit_width(size)));
}

constexpr std::size_t nal_prefix = 4;

/// Bytes of the NAL unit that begins here, its length field included; 0: none begins here. `size`: bytes up
/// to the body's end.
std::size_t nal_unit_size(Bytes units, std::size_t size) {
  const std::uint32_t length = load_be32(units.data());
  const bool forbidden_zero_bit = (units[nal_prefix] & 0x80) != 0;
  return length == 0 || length > size - nal_prefix || forbidden_zero_bit ? 0 : nal_prefix + length;
}

int weigh_nal_units(Bytes units, std::uint64_t& parts) {
  const std::size_t size = units.size();
  while (units.size() > nal_prefix) {
    ++parts;
    const std::size_t unit = nal_unit_size(units, units.size());
    if (unit == 0) return 0;
    units = units.subspan(unit);
  }
  // One wrong bit in any length leads elsewhere, so the exact end confirms all units. They count once,
  // together.
  return units.empty() && size > 0 ? first_byte_bits + 32 + exact_end_bits(32, size) : 0;
}

std::size_t blocks(std::size_t length, std::size_t block) {
  return (length + block - 1) / block;
}

constexpr std::size_t screen_head(int version) {
  return version == 2 ? 5 : 4;
}

/// Whether a block can begin here. `size`: bytes up to the body's end.
bool is_screen_block(Bytes rest, std::size_t size, int version) {
  constexpr std::uint8_t zlib = 0x78;
  const std::uint16_t length = load_be16(rest.data());
  if (length == 0) return true;
  return length <= size - 2 && rest.size() > 2 && (version == 2 ? (rest[2] & 0xE0) == 0 : rest[2] == zlib);
}

/// SCREENVIDEOPACKET and, with `version` 2, SCREENV2VIDEOPACKET.
int weigh_screen_blocks(Bytes packet, int version, std::uint64_t& parts) {
  const std::size_t head = screen_head(version);
  if (packet.size() < head) return 0;
  const std::uint16_t width = load_be16(packet.data());
  const std::uint16_t height = load_be16(packet.data() + 2);
  if (version == 2 && packet[4] != 0)
    return 0;  // key frame's own image, or a palette: more before the blocks
  constexpr std::size_t block_unit = 16;
  std::size_t count = blocks(width & 0x0FFF, ((width >> 12) + 1) * block_unit) *
                      blocks(height & 0x0FFF, ((height >> 12) + 1) * block_unit);
  Bytes rest = packet.subspan(head);
  int filled = 0;
  for (; count > 0 && rest.size() >= 2; --count) {
    ++parts;
    if (!is_screen_block(rest, rest.size(), version)) return 0;
    const std::uint16_t length = load_be16(rest.data());
    filled += length == 0 ? 0 : 1;
    rest = rest.subspan(2 + length);
  }
  if (count > 0 || !rest.empty() || filled == 0) return 0;
  return first_byte_bits + 2 * 16 + exact_end_bits(16, packet.size()) +
         (version == 1 ? 8 : 3) * std::min(filled, 4);
}

enum class Parts : std::uint8_t { none, nal_units, screen, screen_2 };

struct Structure {
  Parts parts = Parts::none;
  std::size_t begin = 0;  ///< of the parts, in the body
};

Structure enhanced_structure(Bytes body) {
  constexpr std::array<std::string_view, 3> codecs = {"avc1", "hvc1", "vvc1"};
  constexpr std::uint8_t coded_frames = 1;
  constexpr std::uint8_t coded_frames_x = 3;
  constexpr std::size_t composition_time = 3;
  const std::uint8_t packet_type = body[0] & 0x0F;
  if (body.size() < 5 || (packet_type != coded_frames && packet_type != coded_frames_x)) return {};
  const std::string_view four_cc(reinterpret_cast<const char*>(body.data()) + 1, 4);
  if (std::ranges::find(codecs, four_cc) == codecs.end()) return {};
  return {Parts::nal_units, 5 + (packet_type == coded_frames ? composition_time : 0)};
}

Structure structure_of(Bytes body) {
  constexpr std::uint8_t screen = 3;
  constexpr std::uint8_t screen_2 = 6;
  constexpr std::uint8_t avc = 7;
  constexpr std::uint8_t hevc = 12;  // not of the standard
  constexpr std::uint8_t nal_units = 1;
  constexpr std::uint8_t command_frame = 5;
  if (body.size() < 2) return {};
  const std::uint8_t frame_type = body[0] >> 4 & 7;
  if (frame_type >= command_frame) return {};
  if ((body[0] & 0x80) != 0) return enhanced_structure(body);  // frame type 0, too: gortmplib
  if (frame_type == 0) return {};
  switch (body[0] & 0x0F) {
    case screen: return {Parts::screen, 1};
    case screen_2: return {Parts::screen_2, 1};
    case avc:
    case hevc: return body[1] == nal_units ? Structure{Parts::nal_units, 5} : Structure{};
    default: return {};
  }
}

}  // namespace

bool may_have_structure(Bytes head, std::size_t size) {
  const Structure structure = structure_of(head);
  const int version = structure.parts == Parts::screen_2 ? 2 : 1;
  switch (structure.parts) {
    case Parts::none: return false;
    case Parts::nal_units: {
      const Bytes units = head.subspan(std::min(structure.begin, head.size()));
      return units.size() <= nal_prefix || nal_unit_size(units, size - structure.begin) != 0;
    }
    case Parts::screen:
    case Parts::screen_2: break;
  }
  const std::size_t begin = structure.begin + screen_head(version);
  const Bytes blocks = head.subspan(std::min(begin, head.size()));
  return blocks.size() <= 2 || is_screen_block(blocks, size - begin, version);
}

int weigh_video_structure(Bytes body, std::uint64_t& parts) {
  const Structure structure = structure_of(body);
  const Bytes rest = body.subspan(std::min(structure.begin, body.size()));
  switch (structure.parts) {
    case Parts::nal_units: return weigh_nal_units(rest, parts);
    case Parts::screen: return weigh_screen_blocks(rest, 1, parts);
    case Parts::screen_2: return weigh_screen_blocks(rest, 2, parts);
    case Parts::none: return 0;
  }
  return 0;
}

}  // namespace rtmpscope::rtmp
