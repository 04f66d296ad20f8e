#include "rtmp/evidence/shown_length.hpp"

#include "base/byte_order.hpp"
#include "rtmp/chunk/message.hpp"

namespace rtmpscope::rtmp {
namespace {

constexpr std::size_t enhanced_head = 5;  // frame type and packet type, FourCC
constexpr std::size_t composition_time = 3;

/// Where the first unit begins; 0: the body has none, or they are not known.
std::size_t first_nal_unit(Bytes head) {
  constexpr std::uint8_t avc = 7, hevc = 12;  // the latter as some senders use it without Enhanced RTMP
  constexpr std::uint8_t nal_units = 1, coded_frames = 1, coded_frames_x = 3;
  if (head.size() < enhanced_head) return 0;
  if ((head[0] & 0x80) == 0) {
    const std::uint8_t codec = head[0] & 0x0F;
    return (codec == avc || codec == hevc) && head[1] == nal_units ? 2 + composition_time : 0;
  }
  const std::string_view codec = as_text(head.subspan(1, 4));
  if (codec != "avc1" && codec != "hvc1" && codec != "vvc1") return 0;
  const std::uint8_t packet_type = head[0] & 0x0F;
  if (packet_type == coded_frames) return enhanced_head + composition_time;
  return packet_type == coded_frames_x ? enhanced_head : 0;
}

}  // namespace

bool shows_its_length(std::uint8_t type_id, Bytes head, std::uint32_t length) {
  constexpr int most_units = 16;
  constexpr std::size_t prefix = 4;
  if (type_id != MessageType::video) return false;
  std::uint64_t at = first_nal_unit(head);
  if (at == 0) return false;
  for (int unit = 0; unit < most_units && at + prefix <= head.size(); ++unit) {
    at += prefix + load_be32(head.data() + at);
    if (at >= length) return at == length;
  }
  return false;
}

}  // namespace rtmpscope::rtmp
