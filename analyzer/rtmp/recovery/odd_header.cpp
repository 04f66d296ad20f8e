#include "rtmp/recovery/odd_header.hpp"

#include <algorithm>

#include "rtmp/chunk/extended_timestamp.hpp"
#include "rtmp/chunk/ordinary_header.hpp"
#include "rtmp/recovery/recovery_limits.hpp"
#include "rtmp/recovery/trial_parser.hpp"

namespace rtmpscope::rtmp {
namespace {

/// Evidence that a header with length and type needs, with its body.
constexpr int odd_header_bits = 24;
/// Evidence that the header behind the odd header's message needs.
constexpr int behind_odd_bits = 20;

/// Nothing speaks for the header: it inherits from none.
bool is_first_of_nothing(const ChunkHeader& header, const ChunkStream* stream) {
  return header.format != 0 && (stream == nullptr || !stream->has_defaults());
}

/// Control messages have chunk stream 2 and message stream 0 (RTMP 5.4). Where a header is read from the
/// wrong byte, zeros look like some.
bool is_misplaced_control(const ChunkHeader& header) {
  const bool control = header.type_id != 0 && header.type_id <= MessageType::set_peer_bandwidth;
  return control && header.format < 2 && (header.chunk_stream_id != 2 || header.message_stream_id != 0);
}

/// Bits that an extended timestamp gives to weigh_expected_header. Filler of ones looks like one …
constexpr int extended_bits = 28;
/// … so that it gives none where it would be a large step.
bool steps_far(const ChunkHeader& header, const ChunkStream* stream) {
  return header.format != 0 && header.has_extended_timestamp && stream != nullptr &&
         delta_of(header, stream->message.timestamp) > usual_longest_step_ms;
}

}  // namespace

OddHeaderWeight weigh_odd_header(const ChunkHeader& header, const ChunkStream* stream, Bytes body,
                                 const SenderProfile& profile) {
  if (is_first_of_nothing(header, stream)) return OddHeaderWeight::doubtful;
  ChunkHeader h = resolved(header, stream);
  if (is_misplaced_control(h)) return OddHeaderWeight::doubtful;
  // Senders send control messages that are too short, and empty data messages: all else has to be right.
  const bool legal = fits_type(h.type_id, h.length);
  if (!legal && is_known_message_type(h.type_id) && h.format < 2) h.type_id = MessageType::audio;
  auto bits = weigh_expected_header(h, stream);
  if (!bits) return OddHeaderWeight::doubtful;
  if (steps_far(h, stream)) *bits -= extended_bits;
  if (*bits >= next_header_alone_bits) return OddHeaderWeight::believable;
  if (!legal) return OddHeaderWeight::doubtful;
  if (body.size() < std::min<std::size_t>(weighed_body_bytes, h.length)) return OddHeaderWeight::need_body;
  const auto shown = weigh_body(h.type_id, body, h.length, profile);
  const int wanted = h.format < 2 ? odd_header_bits : next_header_bits;
  return shown && *bits + *shown >= wanted ? OddHeaderWeight::believable : OddHeaderWeight::doubtful;
}

bool is_believable_at_once(const ChunkParser& parser, const SenderProfile& profile, Bytes raw, Bytes behind) {
  const ChunkHeader& header = parser.header();
  const bool at_hand = parser.odd_body() || raw.data() + raw.size() == behind.data();
  return weigh_odd_header(header, parser.find(header.chunk_stream_id), at_hand ? behind : Bytes(), profile) ==
         OddHeaderWeight::believable;
}

OddHeader::Verdict OddHeader::judge(bool last, bool decide) {
  const ChunkParser& parser = input_.parser;
  const ChunkStream* stream = parser.find(parser.header().chunk_stream_id);
  const std::uint64_t payload = parser.header().stream_offset + parser.header().size;
  ++input_.work.steps;
  switch (weigh_odd_header(parser.header(), stream, input_.window.at(payload), input_.profile)) {
    case OddHeaderWeight::believable: return Verdict::believed;
    case OddHeaderWeight::need_body:
      wanted_end_ = payload + weighed_body_bytes;
      if (!decide && input_.window.end() < wanted_end_) return Verdict::need_more;
      break;
    case OddHeaderWeight::doubtful: break;
  }
  const ChunkHeader header = resolved(parser.header(), stream);
  const bool inherits_nothing = header.format >= 2 && (stream == nullptr || !stream->has_defaults());
  // An empty message leads to where its header ends: that says nothing.
  const bool may_be_empty = is_known_message_type(header.type_id) && header.type_id >= MessageType::audio;
  const bool leads = header.length != 0 || may_be_empty;
  if (inherits_nothing || !leads) return Verdict::refuted;
  wanted_end_ = 0;
  const auto end = end_of(header);
  if (!end) return wanted_end_ != 0 && !decide ? Verdict::need_more : Verdict::refuted;
  const Verdict verdict = judge_end(header, *end, last);
  return verdict == Verdict::need_more && decide ? Verdict::refuted : verdict;
}

std::optional<std::uint64_t> OddHeader::end_of(const ChunkHeader& header) {
  const KeptBytes& window = input_.window;
  std::uint64_t at = header.stream_offset + header.size;
  std::uint32_t left = header.length;
  for (;;) {
    const std::uint32_t count = std::min(left, input_.parser.chunk_size());
    at += count;
    left -= count;
    if (left == 0) break;
    ++input_.work.steps;
    const Bytes bytes = window.at(at);
    if (bytes.empty() && at >= window.end()) wanted_end_ = at + 1;
    if (bytes.empty() || input_.work.exhausted()) return std::nullopt;
    ChunkHeader next;
    const bool whole = read_basic_header(bytes, next);  // cut: what stands there is judged when more has come
    if (!whole || next.format != 3 || next.chunk_stream_id != header.chunk_stream_id) {
      // Another message may come between, if this one is not odd in more than one way.
      const bool usual = header.format == 0 && is_known_message_type(header.type_id);
      return usual ? std::optional(at) : std::nullopt;
    }
    at += next.basic_size;
    const Bytes rest = bytes.subspan(next.basic_size);
    if (header.has_extended_timestamp && rest.size() >= extended_timestamp_size &&
        load_be32(rest.data()) == header.extended_timestamp)
      at += extended_timestamp_size;
  }
  return at;
}

/// What stands where the message would end, or another one between its chunks.
OddHeader::Verdict OddHeader::judge_end(const ChunkHeader& header, std::uint64_t end, bool last) {
  const KeptBytes& window = input_.window;
  if (window.gap_begins_at(end) || (last && window.end() == end)) return Verdict::believed;
  const TrialResult result = TrialParser(input_).try_from({.offset = end,
                                                           .begins_anew = header.chunk_stream_id,
                                                           .state_holds = true,
                                                           .chunk_size = input_.parser.known_chunk_size(),
                                                           .last = last},
                                                          true);
  if (result.messages > 0 && (result.first_bits >= behind_odd_bits || result.confirmed_ends > 0))
    return Verdict::believed;
  if (is_usual_header(end)) return Verdict::believed;
  if (last || (window.end() > end + least_ahead && result.reason != TrialResult::Reason::need_more))
    return Verdict::refuted;
  wanted_end_ = std::max(end + least_ahead + 1, std::min(result.wanted_end, window.end() + 1));
  return Verdict::need_more;
}

/// The header there is convincing by itself, but for its type and its body: messages that are unknown may
/// follow each other.
bool OddHeader::is_usual_header(std::uint64_t offset) {
  const Bytes bytes = input_.window.at(offset);
  ChunkHeader next{.stream_offset = offset};
  if (bytes.empty() || !read_basic_header(bytes, next) || next.format == 3) return false;
  if (!read_message_header(bytes, next)) return false;
  const ChunkStream* stream = input_.parser.find(next.chunk_stream_id);
  next = resolved(next, stream);
  if (next.length == 0) return false;
  if (!is_known_message_type(next.type_id)) next.type_id = MessageType::audio;  // whose length may be any
  const int wanted = next.format == 2 ? behind_odd_bits : next_header_alone_bits;
  return weigh_expected_header(next, stream).value_or(0) >= wanted;
}

}  // namespace rtmpscope::rtmp
