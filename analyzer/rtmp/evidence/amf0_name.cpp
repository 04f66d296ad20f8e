#include "rtmp/evidence/amf0_name.hpp"

#include <algorithm>

#include "base/byte_order.hpp"

namespace rtmpscope::rtmp {
namespace {

constexpr std::uint8_t string_marker = 2;  // AMF0 2.4

/// Names of commands and data are made of these.
bool is_usual(std::uint8_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@' || c == '|';
}

int weigh_ascii(Bytes text) {
  int bits = 0;
  for (const std::uint8_t byte : text) {
    const bool usual = is_usual(byte);
    if (byte < 0x20 || byte >= 0x7F) return -100;
    bits += usual ? 2 : 0;
  }
  return bits;
}

}  // namespace

std::optional<int> weigh_amf0_name(Bytes head, std::uint32_t length) {
  if (head[0] != string_marker) return std::nullopt;
  int bits = 8;
  if (head.size() < 3) return bits;
  const std::uint16_t name = load_be16(head.data() + 1);
  if (name == 0 || name > 128 || name + 3U > length) return std::nullopt;
  bits += 9;
  const int ascii = weigh_ascii(head.subspan(3, std::min<std::size_t>(head.size() - 3, name)));
  if (ascii < 0) return std::nullopt;
  return bits + ascii;
}

bool is_amf0_name(Bytes body) {
  if (body[0] == 0) body = body.subspan(1);
  if (body[0] != string_marker || body[1] != 0 || body[2] < 4 || body[2] > 64) return false;
  const Bytes name = body.subspan(3, std::min<std::size_t>(body.size() - 3, body[2]));
  return std::ranges::all_of(name, is_usual);
}

}  // namespace rtmpscope::rtmp
