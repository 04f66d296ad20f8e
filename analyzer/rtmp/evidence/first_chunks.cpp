#include "rtmp/evidence/first_chunks.hpp"

#include <algorithm>
#include <string_view>

#include "base/byte_order.hpp"
#include "rtmp/chunk/chunk_header.hpp"
#include "rtmp/evidence/usual_values.hpp"

namespace rtmpscope::rtmp {
namespace {

constexpr std::size_t command_head_size = 4;  // AMF3 leading byte, string marker, length

/// The lengths that the first messages can have. Type ids: RTMP 5.4, 6.2, 7.1.
bool is_first_message(const ChunkHeader& message) {
  switch (message.type_id) {
    case 1:                                                      // Set Chunk Size
    case 3:                                                      // Acknowledgement
    case 5: return message.length == 4;                          // Window Acknowledgement Size
    case 6: return message.length == 5;                          // Set Peer Bandwidth
    case 4: return message.length == 6 || message.length == 10;  // User Control
    case 17:
    case 20: return message.length > command_head_size && message.length <= longest_first_command;
    default: return false;
  }
}

/// The command's name, if all of it is there; `plausible` is false if that is no AMF0 string.
std::string_view command_name(Bytes body, std::uint8_t type_id, bool& plausible) {
  if (type_id == 17 && !body.empty()) {
    if (body[0] != 0) plausible = false;
    body = body.subspan(1);
  }
  if (!body.empty() && body[0] != 2) plausible = false;
  if (body.size() < 3) return {};
  const std::uint16_t length = load_be16(body.data() + 1);
  if (length == 0 || length > 64) plausible = false;
  const std::string_view text = as_text(body.subspan(3));
  return text.size() < length ? std::string_view() : text.substr(0, length);
}

std::optional<Direction> sender_of(std::string_view command) {
  if (command == "connect") return Direction::to_server;
  if (command == "_result" || command == "_error" || command == "onBWDone") return Direction::to_client;
  return std::nullopt;
}

}  // namespace

ChunkEvidence read_chunk_evidence(Bytes bytes) {
  ChunkEvidence evidence;
  if (bytes.empty()) return evidence;
  evidence.plausible = true;
  // Walks over the small control messages that come before or in place of the first command.
  bool first = true;
  while (!bytes.empty()) {
    const FirstByte start{bytes[0]};
    if (start.format() != 0 || !start.is_whole()) {
      if (first) return {.plausible = false, .enough = true, .direction = {}};
      return evidence;
    }
    ChunkHeader message;
    if (!read_basic_header(bytes, message) || !read_message_header(bytes, message)) return evidence;
    if (message.message_stream_id != 0 || !is_first_message(message)) {
      if (first) return {.plausible = false, .enough = true, .direction = {}};
      return evidence;
    }
    std::size_t at = message.size;
    if (message.has_extended_timestamp) at += extended_timestamp_size;
    const Bytes body = bytes.subspan(std::min(at, bytes.size()));
    if (message.type_id == 17 || message.type_id == 20) {
      bool plausible = true;
      const std::optional<Direction> sender = sender_of(command_name(body, message.type_id, plausible));
      if (sender) evidence.direction = sender;
      if (first && !plausible) return {.plausible = false, .enough = true, .direction = {}};
      evidence.enough = evidence.enough || body.size() >= command_head_size;
      return evidence;
    }
    evidence.enough = true;  // 12 bytes of a control message: 8 of them can have few values
    if (message.type_id == 6)
      evidence.direction = Direction::to_client;  // only servers limit their peer first
    if (body.size() < message.length) return evidence;
    bytes = body.subspan(message.length);
    first = false;
  }
  return evidence;
}

}  // namespace rtmpscope::rtmp
