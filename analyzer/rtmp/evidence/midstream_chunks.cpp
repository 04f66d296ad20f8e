#include "rtmp/evidence/midstream_chunks.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <vector>

#include "base/byte_order.hpp"
#include "rtmp/chunk/chunk_header.hpp"
#include "rtmp/evidence/amf0_name.hpp"
#include "rtmp/evidence/body_evidence.hpp"
#include "rtmp/evidence/silent_aac.hpp"
#include "rtmp/evidence/usual_values.hpp"

namespace rtmpscope::rtmp {
namespace {

/// Places for the first type 3 header that are tried; by chance, one in 256 bytes looks like it.
constexpr int most_chunk_sizes = 64;
constexpr std::size_t least_body = 10;  // bytes examined of a body
constexpr std::uint32_t shortest_body = 5;
constexpr int body_bits = 12;  // what a body must say of itself

struct Header {
  std::uint8_t chunk_stream_id = 0;
  std::uint8_t type_id = 0;
  std::uint8_t first = 0;  ///< of the body
  std::uint32_t length = 0;
  std::size_t size = 0;
  bool extended = false;
  bool gives_length = false;
  bool shown = false;  ///< the body begins as its type requires
};

using Headers = std::vector<Header>;

/// False if no such message begins like this. Sets `shown` if the body has evidence of its type.
bool read_body(Header& header, Bytes body) {
  if (header.length < shortest_body || body.size() < least_body) return false;
  body = body.first(std::min<std::size_t>({body.size(), header.length, body_evidence_size}));
  header.first = body[0];
  const auto weighed = [&](std::optional<int> bits) {
    header.shown = bits.value_or(0) >= body_bits;
    return bits.has_value();
  };
  switch (header.type_id) {
    case 8: return weighed(weigh_audio(body, header.length, {}));
    case 9: return weighed(weigh_video(body, header.length, {}));
    case 15:
    case 17:
    case 18:
    case 20: return header.shown = is_amf0_name(body);
    default: return false;
  }
}

/// `previous` are the headers of the same run, for what type 2 and 3 inherit.
bool read_header(Bytes bytes, std::span<const Header> previous, Header& header) {
  const FirstByte first{bytes[0]};
  if (!first.is_whole()) return false;
  if (bytes.size() < first.header_size() + extended_timestamp_size + least_body) return false;
  const Header* before = nullptr;
  if (first.inherits_length()) {  // most places end here
    const auto found = std::find_if(previous.rbegin(), previous.rend(),
                                    [&](const Header& other) { return other.chunk_stream_id == first.id(); });
    if (found == previous.rend() || found->extended) return false;
    before = &*found;
  }
  ChunkHeader read;
  if (!read_basic_header(bytes, read) || !read_message_header(bytes, read)) return false;
  const bool extended = read.has_extended_timestamp;
  if (read.format != 0 && !extended && read.timestamp_field > detector_longest_step_ms) return false;
  if (read.message_stream_id > highest_usual_message_stream) return false;
  if (!read_extended_timestamp(bytes, read)) return false;
  header = {.chunk_stream_id = static_cast<std::uint8_t>(read.chunk_stream_id),
            .type_id = before == nullptr ? read.type_id : before->type_id,
            .length = before == nullptr ? read.length : before->length,
            .size = read.size,
            .extended = extended,
            .gives_length = before == nullptr};
  if (header.length > detector_longest_message) return false;
  return read_body(header, bytes.subspan(header.size));
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
    const std::size_t continuation = 1 + (header.extended ? extended_timestamp_size : 0);
    if (at + continuation > bytes.size() || bytes[at] != type3_byte(header.chunk_stream_id)) return 0;
    at += continuation;
  }
}

/// A header that inherits from one that is not there; its message must be media by its first bytes.
bool is_inheriting_media(Bytes bytes) {
  if (bytes.size() < 4 + least_body) return false;
  const FirstByte first{bytes[0]};
  if (!first.inherits_length() || first.id() < lowest_inheriting_stream) return false;
  if (first.format() == 2 && load_be24(bytes.data() + 1) > detector_longest_step_ms) return false;
  const Bytes body = bytes.subspan(first.header_size(), least_body);
  return weigh_audio(body, detector_longest_message, {}).value_or(0) >= body_bits ||
         weigh_video(body, detector_longest_message, {}).value_or(0) >= body_bits;
}

/// Size of a header that inherits length and type, on chunk stream `id`, before a body that begins with
/// `first`; 0 if there is none.
std::size_t inheriting_size(Bytes bytes, std::uint8_t id, std::uint8_t first) {
  if (bytes.size() < 5) return 0;
  const FirstByte header{bytes[0]};
  if (!header.inherits_length() || header.id() != id) return 0;
  const std::size_t size = header.header_size();
  if (header.format() == 2 && load_be24(bytes.data() + 1) > detector_longest_step_ms) return 0;
  return bytes[size] == first ? size : 0;
}

/// Finds an audio message without a length by its repetition: two more headers of the stream follow at the
/// same distance, or one and a header with a length.
bool read_repeated(Bytes bytes, std::span<const Header> previous, Header& header) {
  constexpr std::size_t longest_repeated = 4096;
  if (bytes.size() < 5) return false;
  const FirstByte own{bytes[0]};
  if (!own.inherits_length()) return false;
  const auto id = static_cast<std::uint8_t>(own.id());
  const std::size_t size = own.header_size();
  const std::uint8_t first = bytes[size];
  if (id < lowest_inheriting_stream || inheriting_size(bytes, id, first) == 0) return false;
  for (std::size_t length = shortest_body; length < longest_repeated && size + length < bytes.size();
       ++length) {
    const Bytes second = bytes.subspan(size + length);
    const std::size_t second_size = inheriting_size(second, id, first);
    if (second_size == 0 || second_size + length >= second.size()) continue;
    const Bytes third = second.subspan(second_size + length);
    Header known;
    if (inheriting_size(third, id, first) == 0 &&
        !(read_header(third, previous, known) && known.gives_length))
      continue;
    header = {.chunk_stream_id = id,
              .type_id = 8,
              .first = first,
              .length = static_cast<std::uint32_t>(length),
              .size = size};
    return read_body(header, bytes.subspan(size));
  }
  return false;
}

/// The place behind the message whose header is at `at`, if a header is there; 0 if none is.
std::size_t next_header_offset(Bytes bytes, std::size_t at, const Header& header,
                               std::span<const Header> previous) {
  const auto try_size = [&](std::uint32_t size) -> std::size_t {
    Header following;
    const std::size_t end = end_of(bytes, at + header.size, header, size);
    if (end == 0 || end >= bytes.size()) return 0;
    const Bytes rest = bytes.subspan(end);
    return read_header(rest, previous, following) || is_inheriting_media(rest) ||
                   read_repeated(rest, previous, following)
               ? end
               : 0;
  };
  if (const std::size_t end = try_size(header.length); end != 0) return end;
  for (const std::uint32_t size : chunk_sizes_by_frequency) {
    if (size >= header.length) continue;
    if (const std::size_t end = try_size(size); end != 0) return end;
  }
  // Any other size: the first type 3 header stands at its end.
  const std::uint8_t mark = type3_byte(header.chunk_stream_id);
  const Bytes body = bytes.subspan(at + header.size);
  const auto body_end =
      body.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(body.size(), header.length));
  auto found = body.begin();
  for (int tried = 0; tried < most_chunk_sizes; ++tried) {
    found = std::find(found + 1, body_end, mark);
    if (found == body_end) break;
    if (const std::size_t end = try_size(static_cast<std::uint32_t>(found - body.begin())); end != 0)
      return end;
  }
  return 0;
}

bool is_proof(const Headers& headers) {
  int shown = 0;
  std::vector<std::uint32_t> lengths;
  for (const Header& header : headers) {
    shown += header.shown ? 1 : 0;
    if (header.gives_length) lengths.push_back(header.length);
  }
  if (shown >= (lengths.empty() ? plain_midstream_messages : midstream_messages)) return true;
  const bool equal = std::ranges::adjacent_find(lengths, std::ranges::not_equal_to{}) == lengths.end();
  return headers.size() >= plain_midstream_messages && lengths.size() >= plain_midstream_lengths && !equal;
}

/// Silent AAC behind a header that inherits its length, and another header of its chunk stream behind that.
bool is_silent_aac(Bytes bytes) {
  const FirstByte header{bytes[0]};
  const Bytes body = bytes.subspan(header.header_size());
  if (body[0] >> 4 != 10 || body[1] != 1) return false;
  const std::size_t size = silent_aac_size(body.subspan(2));
  return size > 0 &&
         inheriting_size(body.subspan(2 + size), static_cast<std::uint8_t>(header.id()), body[0]) > 0;
}

/// Audio that begins with a code of its own, not with a number as most AAC does: equally long messages of
/// that are proof.
bool is_coded_audio(Bytes bytes) {
  if (!is_inheriting_media(bytes)) return false;
  if (is_silent_aac(bytes)) return true;
  const std::uint8_t first = bytes[FirstByte{bytes[0]}.header_size()];
  constexpr std::array<int, 3> formats = {2, 9, 14};  // MP3, those with a FourCC, MP3 of 8 kHz
  return std::ranges::find(formats, first >> 4) != formats.end();
}

/// Follows messages from a header on, each to the next one.
bool proves_from(Bytes bytes, std::size_t at) {
  Headers headers;  // at most plain_midstream_messages and a few
  constexpr std::size_t most_headers = 64;
  while (headers.size() < most_headers) {
    Header header;
    const Bytes rest = bytes.subspan(at);
    const bool repeats = !headers.empty() || is_coded_audio(rest);
    if (!read_header(rest, headers, header) && !(repeats && read_repeated(rest, headers, header)))
      return false;
    headers.push_back(header);
    if (is_proof(headers)) return true;
    at = next_header_offset(bytes, at, header, headers);
    if (at == 0) return false;
  }
  return false;
}

}  // namespace

bool is_midstream_rtmp(Bytes bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (FirstByte{bytes[at]}.is_whole() && proves_from(bytes, at)) return true;
  }
  return false;
}

}  // namespace rtmpscope::rtmp
