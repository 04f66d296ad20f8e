#include "transport/midstream_evidence.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/byte_order.hpp"
#include "media/body_evidence.hpp"

namespace rtmpscope::transport {
namespace {

constexpr std::uint32_t extended_timestamp = 0xFFFFFF;
constexpr std::uint32_t longest_step_ms = 10'000;
constexpr std::uint32_t longest_message = 4U << 20;
constexpr std::uint32_t highest_message_stream = 0xFFFF;
constexpr std::array<std::uint32_t, 10> usual_chunk_sizes = {128,  4096, 1024,  256,   512,
                                                             2048, 8192, 60000, 65535, 65536};
constexpr std::size_t least_body = 10;  // what is looked at of a body
constexpr std::uint32_t shortest_body = 5;
constexpr int body_bits = 12;           // what a body must say of itself

struct Header {
  std::uint8_t chunk_stream_id = 0;
  std::uint8_t type_id = 0;
  std::uint32_t length = 0;
  std::size_t size = 0;
  bool extended = false;
};

bool is_amf0_name(Bytes body) {
  if (body[0] == 0) body = body.subspan(1);
  if (body[0] != 2 || body[1] != 0 || body[2] < 4 || body[2] > 64) return false;
  const Bytes name = body.subspan(3, std::min<std::size_t>(body.size() - 3, body[2]));
  return std::ranges::all_of(name, [](std::uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@' || c == '|';
  });
}

bool is_body(const Header& header, Bytes body) {
  if (header.length < shortest_body || body.size() < least_body) return false;
  body = body.first(std::min<std::size_t>({body.size(), header.length, media::body_evidence_size}));
  switch (header.type_id) {
    case 8: return media::weigh_audio(body, header.length, {}).value_or(0) >= body_bits;
    case 9: return media::weigh_video(body, header.length, {}).value_or(0) >= body_bits;
    case 15:
    case 17:
    case 18:
    case 20: return is_amf0_name(body);
    default: return false;
  }
}

/// `previous` are the headers of the same run, for what type 2 and 3 inherit.
bool read_header(Bytes bytes, std::span<const Header> previous, Header& header) {
  const std::uint8_t format = bytes[0] >> 6;
  header = {.chunk_stream_id = static_cast<std::uint8_t>(bytes[0] & 0x3F)};
  if (header.chunk_stream_id < 2) return false;
  constexpr std::array<std::size_t, 4> sizes = {12, 8, 4, 1};
  header.size = sizes[format];
  if (bytes.size() < header.size + 4 + least_body) return false;
  const std::uint32_t time = format < 3 ? load_be24(bytes.data() + 1) : 0;
  header.extended = format < 3 && time == extended_timestamp;
  if (header.extended) header.size += 4;
  if (format != 0 && !header.extended && time > longest_step_ms) return false;
  if (format < 2) {
    header.length = load_be24(bytes.data() + 4);
    header.type_id = bytes[7];
  } else {
    const auto found = std::find_if(previous.rbegin(), previous.rend(), [&](const Header& other) {
      return other.chunk_stream_id == header.chunk_stream_id;
    });
    if (found == previous.rend() || found->extended) return false;
    header.length = found->length;
    header.type_id = found->type_id;
  }
  if (header.length > longest_message) return false;
  if (format == 0 && load_le32(bytes.data() + 8) > highest_message_stream) return false;
  return is_body(header, bytes.subspan(header.size));
}

/// Where the message ends if its chunks have that size; 0 if they have not.
std::size_t end_of(Bytes bytes, std::size_t body, const Header& header, std::uint32_t chunk_size) {
  std::size_t at = body;
  std::uint32_t left = header.length;
  for (;;) {
    const std::uint32_t count = std::min(left, chunk_size);
    at += count;
    left -= count;
    if (left == 0) return at;
    const std::size_t continuation = header.extended ? 5 : 1;
    if (at + continuation > bytes.size() || bytes[at] != (0xC0 | header.chunk_stream_id)) return 0;
    at += continuation;
  }
}

/// A header that inherits from one that is not there; its message must be media by its first bytes.
bool is_stranger(Bytes bytes) {
  if (bytes.size() < 4 + least_body || bytes[0] < 0x80 || (bytes[0] & 0x3F) < 3) return false;
  const bool has_time = bytes[0] < 0xC0;
  if (has_time && load_be24(bytes.data() + 1) > longest_step_ms) return false;
  const Bytes body = bytes.subspan(has_time ? 4 : 1, least_body);
  return media::weigh_audio(body, longest_message, {}).value_or(0) >= body_bits ||
         media::weigh_video(body, longest_message, {}).value_or(0) >= body_bits;
}

/// The place behind the message whose header is at `at`, if a header is there; 0 if none is.
std::size_t landing(Bytes bytes, std::size_t at, const Header& header, std::span<const Header> previous) {
  const auto try_size = [&](std::uint32_t size) -> std::size_t {
    Header following;
    const std::size_t end = end_of(bytes, at + header.size, header, size);
    if (end == 0 || end >= bytes.size()) return 0;
    return read_header(bytes.subspan(end), previous, following) || is_stranger(bytes.subspan(end)) ? end : 0;
  };
  if (const std::size_t end = try_size(header.length); end != 0) return end;
  for (const std::uint32_t size : usual_chunk_sizes) {
    if (size >= header.length) continue;
    if (const std::size_t end = try_size(size); end != 0) return end;
  }
  return 0;
}

}  // namespace

bool is_midstream_rtmp(Bytes bytes) {
  std::vector<Header> headers;  // at most midstream_messages
  for (std::size_t at = 0; at < bytes.size();) {
    Header header;
    const bool possible = (bytes[at] & 0x3F) >= 2 && (bytes[at] < 0x80 || !headers.empty());
    if (possible && read_header(bytes.subspan(at), headers, header)) {
      headers.push_back(header);
      if (const std::size_t next = landing(bytes, at, header, headers); next != 0) {
        if (headers.size() == midstream_messages) return true;
        at = next;
        continue;
      }
      headers.pop_back();
    }
    ++at;
  }
  return false;
}

}  // namespace rtmpscope::transport
