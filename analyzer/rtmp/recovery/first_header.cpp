#include "rtmp/recovery/first_header.hpp"

#include <algorithm>

#include "rtmp/evidence/header_scan.hpp"
#include "rtmp/recovery/recovery_limits.hpp"

namespace rtmpscope::rtmp {
namespace {

/// Reads a chunk header with a one-byte basic header at the start of `bytes`, without its extended timestamp.
/// The caller has checked that it is complete. `stream` is its chunk stream; null: not seen so far.
ChunkHeader header_at(Bytes bytes, std::uint64_t offset, const ChunkStream* stream) {
  ChunkHeader h{.stream_offset = offset};
  if (stream != nullptr) inherit(stream->message, h);
  static_cast<void>(read_basic_header(bytes, h) && read_message_header(bytes, h));
  return h;
}

/// Evidence for a header that describes its message completely. Others have none.
int weigh_alone(const ChunkHeader& h, Bytes body, const ChunkStream* stream, const SenderProfile& profile) {
  if (h.format >= 2 || h.basic_size > 1) return 0;
  const auto header_bits = weigh_header(h, stream);
  const auto body_bits = weigh_body(h.type_id, body, h.length, profile);
  return header_bits && body_bits ? *header_bits + *body_bits : 0;
}

/// Whether only the end of its message has to be seen to continue from such a header.
bool is_enough(const ChunkHeader& h, const ChunkStream* stream, const ChunkParser& parser) {
  const bool media = h.type_id == MessageType::audio || h.type_id == MessageType::video;
  if (!media || h.length == 0 || h.timestamp_field == extended_mark) return false;
  return stream != nullptr && stream->has_defaults() && parser.within_longest_unsplit(h.length);
}

/// Whether a message may end at `place` whose header omits its length.
bool may_end_at(Bytes bytes, std::size_t place, const ChunkParser& parser) {
  for (std::size_t i = 0; i < std::min(parser.stream_count(), usual_chunk_streams); ++i) {
    const MessageHeader& message = parser.stream(i).message;
    const std::size_t size = bytes_in_chunks(message.length, parser.known_chunk_size().size);
    for (const unsigned format : {2U, 3U}) {
      const std::size_t before = 1 + message_header_size[format] + size;
      const std::uint32_t first = format << FirstByte::format_shift | message.chunk_stream_id;
      if (before <= place && bytes[place - before] == first) return true;
    }
  }
  return false;
}

}  // namespace

std::size_t first_search_after_gap(const ChunkParser& parser) {
  std::size_t round_bytes = 0;  // of one message of each chunk stream
  for (std::size_t i = 0; i < std::min(parser.stream_count(), usual_chunk_streams); ++i) {
    round_bytes += parser.stream(i).message.length;
  }
  return std::clamp(2 * round_bytes, least_step, latest_first_search);
}

std::size_t FirstHeader::wanted_bytes() const {
  return places_tried_ + least_ahead;
}

std::optional<FirstHeader::Found> FirstHeader::try_places(const StreamData& behind, const ChunkParser& parser,
                                                          const SenderProfile& profile, WorkBudget& work,
                                                          bool sends_lengths, std::size_t& search_at) {
  if (behind.bytes.size() < wanted_bytes()) return std::nullopt;
  if (state_ == State::at_end_of_gap) {
    auto result = try_end_of_gap(behind, parser, profile, sends_lengths, search_at);
    if (!active()) return result;
    places_tried_ = 1;
  }
  const std::size_t end = std::min(behind.bytes.size(), search_at) - least_ahead + 1;
  if (end <= places_tried_) return std::nullopt;
  HeaderScan scan;
  scan.allow_explicit();
  const std::size_t before = places_tried_;
  std::optional<Found> result;
  places_tried_ = scan.scan(behind.bytes, places_tried_, end, [&](std::size_t place) {
    const Bytes bytes = behind.bytes.subspan(place);
    const ChunkStream* stream = parser.find(FirstByte{bytes[0]}.id());
    const ChunkHeader h = header_at(bytes, behind.offset + place, stream);
    const int bits = weigh_alone(h, bytes.subspan(h.size), stream, profile);
    if (bits < first_header_bits) return true;
    const bool alone = bits >= lone_header_bits_anywhere && is_enough(h, stream, parser) &&
                       !may_end_at(behind.bytes, place, parser);
    if (alone) result = Found{h, bits};
    stop();
    return false;
  });
  work.steps += (places_tried_ - before) / places_a_step + 1;
  return result;
}

/// The place where the gap ends. Senders begin packets with headers. A header that is not convincing tells at
/// least where the search may find more.
std::optional<FirstHeader::Found> FirstHeader::try_end_of_gap(const StreamData& behind,
                                                              const ChunkParser& parser,
                                                              const SenderProfile& profile,
                                                              bool sends_lengths, std::size_t& search_at) {
  const FirstByte first{behind.bytes[0]};
  const ChunkStream* stream = first.is_whole() ? parser.find(first.id()) : nullptr;
  const ChunkHeader h = header_at(behind.bytes, behind.offset, stream);
  const int bits = weigh_alone(h, behind.bytes.subspan(h.size), stream, profile);
  // Behind this place, messages may be known by more than an explicit header.
  const bool goes_on = sends_lengths && profile.chunk_size_is_stable() && bits < first_header_bits;
  state_ = goes_on ? State::behind_gap : State::stopped;
  if (bits >= lone_header_bits && is_enough(h, stream, parser) && profile.chunk_size_is_stable()) {
    return Found{h, bits + aligned_bits};
  }
  search_at = first_search_after_gap(parser);
  if (stream != nullptr) {
    const std::size_t message_end = h.size + bytes_in_chunks(h.length, parser.known_chunk_size().size);
    search_at = std::clamp(message_end + least_ahead, least_step, search_at);
  }
  return std::nullopt;
}

}  // namespace rtmpscope::rtmp
