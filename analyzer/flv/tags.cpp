#include "flv/tags.hpp"

#include <string_view>

#include "base/byte_order.hpp"

namespace rtmpscope::flv {
namespace {

constexpr std::uint8_t amf0_string = 2;
constexpr std::size_t string_head_size = 3;  // marker and length

void put_24(std::uint8_t* out, std::uint32_t value) {
  out[0] = static_cast<std::uint8_t>(value >> 16);
  out[1] = static_cast<std::uint8_t>(value >> 8);
  out[2] = static_cast<std::uint8_t>(value);
}

/// The low 24 bits, then the high 8 (E.4.1).
void put_timestamp(std::uint8_t* out, std::uint32_t value) {
  put_24(out, value & 0xFFFFFFU);
  out[3] = static_cast<std::uint8_t>(value >> 24);
}

/// The string that the body begins with; false if there is none.
bool read_name(Bytes body, std::string_view& name) {
  if (body.size() < string_head_size || body[0] != amf0_string) return false;
  const std::size_t length = load_be16(body.data() + 1);
  if (body.size() - string_head_size < length) return false;
  name = as_text(body.subspan(string_head_size, length));
  return true;
}

}  // namespace

std::array<std::uint8_t, file_header_size> file_header(std::uint8_t flags) {
  return {'F', 'L', 'V', 1, flags, 0, 0, 0, 9, 0, 0, 0, 0};
}

std::array<std::uint8_t, tag_header_size> tag_header(std::uint8_t type, std::uint32_t length,
                                                     std::uint32_t timestamp) {
  std::array<std::uint8_t, tag_header_size> out{type};
  put_24(&out[1], length);
  put_timestamp(&out[4], timestamp);
  return out;  // the stream id is always 0
}

std::array<std::uint8_t, back_pointer_size> back_pointer(std::uint32_t length) {
  const std::uint32_t size = length + static_cast<std::uint32_t>(tag_header_size);
  std::array<std::uint8_t, back_pointer_size> out{static_cast<std::uint8_t>(size >> 24)};
  put_24(&out[1], size);
  return out;
}

std::uint64_t shift_tags(std::span<std::uint8_t> tags, std::uint32_t milliseconds) {
  std::uint64_t at = 0;
  while (at + tag_header_size <= tags.size()) {
    std::uint8_t* tag = &tags[at];
    put_timestamp(tag + 4, (load_be24(tag + 4) | std::uint32_t{tag[7]} << 24) + milliseconds);
    at += tag_header_size + load_be24(tag + 1) + back_pointer_size;
  }
  return at;
}

Bytes script_of(std::uint8_t type, Bytes body) {
  // A data message of type 15 is one of type 18 behind a byte (RTMP 7.1.3 with the practice of all peers).
  if (type == rtmp::MessageType::data_amf3 && !body.empty() && body[0] == 0) body = body.subspan(1);
  std::string_view name;
  if (!read_name(body, name)) return {};
  if (name == "@setDataFrame") {
    body = body.subspan(string_head_size + name.size());
    return read_name(body, name) ? body : Bytes();
  }
  const bool for_peer = name == "@clearDataFrame" || name == "|RtmpSampleAccess" || name == "onStatus";
  return for_peer ? Bytes() : body;
}

}  // namespace rtmpscope::flv
