// What is decided without a search: headers behind a gap that need no others, and the one place where a
// header is expected, behind the message in progress, in doubt, or behind a provisional message.
#include <algorithm>

#include "rtmp/recovery/recovery_limits.hpp"
#include "rtmp/recovery/sync_search.hpp"

namespace rtmpscope::rtmp {
namespace {

/// When each chunk stream is likely to have begun messages.
std::size_t first_search_after_gap(const ChunkParser& parser) {
  std::size_t round_bytes = 0;  // of one message of each chunk stream
  for (std::size_t i = 0; i < std::min(parser.stream_count(), usual_chunk_streams); ++i) {
    round_bytes += parser.stream(i).message.length;
  }
  return std::clamp(2 * round_bytes, least_step, latest_first_search);
}

/// Where it is seen what stands behind the message of the header in doubt, or behind its first chunk.
std::size_t first_search_at_ambiguous_header(const ChunkParser& parser) {
  const std::uint32_t chunk_size = parser.expected_chunk_size();
  if (chunk_size == 0) return first_search_after_gap(parser);
  const std::size_t first_chunk =
      std::min<std::size_t>({parser.header_length(), chunk_size, maximum_kept_bytes / 2});
  return parser.header().size + first_chunk + least_ahead;
}

/// What a header of one byte and as many as its format has says if it begins with `bytes`, which are enough
/// for that. `stream` is its chunk stream; null: not seen so far.
ChunkHeader header_at(Bytes bytes, std::uint64_t offset, const ChunkStream* stream) {
  ChunkHeader h{.stream_offset = offset,
                .format = static_cast<std::uint8_t>(bytes[0] >> 6),
                .basic_size = 1,
                .chunk_stream_id = bytes[0] & 0x3FU};
  h.size = static_cast<std::uint8_t>(h.basic_size + message_header_size[h.format]);
  if (stream != nullptr) inherit(stream->message, h);
  read_message_header(bytes.data() + h.basic_size, h);
  return h;
}

/// What speaks for a header that tells all of its message.
int weigh_alone(const ChunkHeader& h, Bytes body, const ChunkStream* stream, const SenderProfile& profile) {
  if (h.format >= 2 || h.chunk_stream_id < 2) return 0;
  const auto header_bits = weigh_header(h, stream);
  const auto body_bits = weigh_body(h.type_id, body, h.length, profile);
  return header_bits && body_bits ? *header_bits + *body_bits : 0;
}

/// Whether no more than the end of its message need be seen to go on from such a header.
bool is_enough(const ChunkHeader& h, const ChunkStream* stream, const ChunkParser& parser) {
  const bool media = h.type_id == MessageType::audio || h.type_id == MessageType::video;
  if (!media || h.length == 0 || h.timestamp_field == extended_mark) return false;
  return stream != nullptr && stream->last_format != 0xFF && parser.within_longest_unsplit(h.length);
}

/// Whether a message may end at `place` whose header says nothing of its length.
bool may_end_at(Bytes bytes, std::size_t place, const ChunkParser& parser) {
  for (std::size_t i = 0; i < std::min(parser.stream_count(), usual_chunk_streams); ++i) {
    const MessageHeader& message = parser.stream(i).message;
    const std::size_t size = bytes_in_chunks(message.length, parser.expected_chunk_size());
    for (const unsigned format : {2U, 3U}) {
      const std::size_t before = 1 + message_header_size[format] + size;
      if (before <= place && bytes[place - before] == (format << 6 | message.chunk_stream_id)) return true;
    }
  }
  return false;
}

}  // namespace

/// Bytes that the first look waits for.
std::size_t SyncSearch::first_search_at(const ChunkParser& parser) const {
  switch (cause_) {
    case Cause::ambiguous_header: return first_search_at_ambiguous_header(parser);
    case Cause::next_header: return parser.header().size + weighed_body_bytes;
    default: return first_search_after_gap(parser);
  }
}

std::optional<SyncFound> SyncSearch::try_first_header(const StreamData& data, const ChunkParser& parser,
                                                      const SenderProfile& profile) {
  if (!tries_first_ || window_.kept_bytes() > 0) return std::nullopt;
  return try_places(data, parser, profile);
}

/// Headers of audio or video that are beyond doubt are gone on from at once, if nothing but their message's
/// end has to show the chunk size. `behind` is all that is there behind the gap, of which no more than
/// least_ahead bytes count for each place, so that it does not matter how much comes at once. Up to where the
/// first look comes, or to a header that is for the search: less speaks for it, or a message may end before
/// it whose header tells less.
std::optional<SyncFound> SyncSearch::try_places(const StreamData& behind, const ChunkParser& parser,
                                                const SenderProfile& profile) {
  if (behind.bytes.size() < places_tried_ + least_ahead) return std::nullopt;
  if (places_tried_ == 0) {
    auto result = try_end_of_gap(behind, parser, profile);
    if (!tries_first_) return result;
    places_tried_ = 1;
  }
  const std::size_t end = std::min(behind.bytes.size(), next_search_at_) - least_ahead + 1;
  if (end <= places_tried_) return std::nullopt;
  HeaderScan scan;
  scan.allow_explicit();
  const std::size_t before = places_tried_;
  std::optional<SyncFound> result;
  places_tried_ = scan.scan(behind.bytes, places_tried_, end, [&](std::size_t place) {
    const Bytes bytes = behind.bytes.subspan(place);
    const ChunkStream* stream = parser.find(bytes[0] & 0x3F);
    const ChunkHeader h = header_at(bytes, behind.offset + place, stream);
    const int bits = weigh_alone(h, bytes.subspan(h.size), stream, profile);
    if (bits < first_header_bits) return true;
    const bool alone = bits >= lone_header_bits_anywhere && is_enough(h, stream, parser) &&
                       !may_end_at(behind.bytes, place, parser);
    if (alone) result = found_alone(h, bits, behind.packet, parser);
    tries_first_ = false;
    return false;
  });
  work_.steps += (places_tried_ - before) / places_a_step + 1;
  return result;
}

/// The place where the gap ends. Senders begin packets with headers; what is no header of that kind tells
/// where the next look may find more.
std::optional<SyncFound> SyncSearch::try_end_of_gap(const StreamData& behind, const ChunkParser& parser,
                                                    const SenderProfile& profile) {
  const ChunkStream* stream = parser.find(behind.bytes[0] & 0x3F);
  const ChunkHeader h = header_at(behind.bytes, behind.offset, stream);
  const int bits = weigh_alone(h, behind.bytes.subspan(h.size), stream, profile);
  // Beyond this place, more messages may be known than those whose headers tell all.
  tries_first_ = sends_lengths_ && profile.chunk_size_is_stable() && bits < first_header_bits;
  if (bits >= lone_header_bits && is_enough(h, stream, parser) && profile.chunk_size_is_stable()) {
    return found_alone(h, bits + aligned_bits, behind.packet, parser);
  }
  next_search_at_ = first_search_after_gap(parser);
  if (stream != nullptr) {
    const std::size_t message_end = h.size + bytes_in_chunks(h.length, parser.expected_chunk_size());
    next_search_at_ = std::clamp(message_end + least_ahead, least_step, next_search_at_);
  }
  return std::nullopt;
}

SyncFound SyncSearch::found_alone(const ChunkHeader& header, int bits, PacketRef packet,
                                  const ChunkParser& parser) const {
  TrialResult end;
  end.bits = bits;
  end.chunk_size = parser.expected_chunk_size();
  SyncFound result = found(end, header.stream_offset, SyncMethod::searched);
  result.packet = packet;
  result.provisional = true;
  return result;
}

/// The one place that is expected: behind the message in progress, or the header in doubt.
std::optional<SyncFound> SyncSearch::check_expected(const ChunkParser& parser, const SenderProfile& profile,
                                                    bool last) {
  const bool decide = last || full();
  if (!decide && window_.end() < expected_wanted_end_) return std::nullopt;
  TrialParser trial(window_, parser, profile, work_.steps, work_limit_);
  TrialStart start{.offset = lost_offset_,
                   .interrupted = interrupted_,
                   .state_holds = true,
                   .chunk_size = parser.expected_chunk_size(),
                   .chunk_size_certain = parser.chunk_size_certain(),
                   .least_chunk_size = parser.least_chunk_size(),
                   .last = decide};
  const bool until_confirmed = expected_pending_;
  TrialResult end = trial.try_from(start, until_confirmed);
  // The header in doubt stands where the one before it said; what it inherits needs one message that lands.
  const auto is_confirmed = [&] { return end.confirmed > lost_offset_ && end.confirmed_ends > 0; };
  std::optional<HeaderDefaults> inferred;
  if (expected_pending_ && !is_confirmed() && (decide || end.reason != TrialResult::Reason::need_more)) {
    const InferredLength inference = trial.infer_length(start);
    if (inference.defaults) {
      inferred = inference.defaults;
      start.defaults = {&*inferred, 1};
      end = trial.try_from(start, until_confirmed);
    } else if (!decide && inference.wanted_end > window_.end()) {
      end.reason = TrialResult::Reason::need_more;
      end.wanted_end = inference.wanted_end;
    }
  }
  const bool waiting = !decide && end.reason == TrialResult::Reason::need_more;
  if (waiting) expected_wanted_end_ = end.wanted_end;
  if (expected_pending_) {
    if (is_confirmed()) {
      auto result = found(end, lost_offset_, SyncMethod::confirmed);
      result.defaults.assign(start.defaults.begin(), start.defaults.end());
      return result;
    }
    if (waiting) return std::nullopt;
    expected_pending_ = false;
    expected_refuted_ = true;
    return std::nullopt;
  }
  if (end.messages > 0 && end.bits >= predicted_bits && end.reason != TrialResult::Reason::contradiction) {
    return found(end, window_.next_known(lost_offset_), SyncMethod::predicted);
  }
  if (end.messages > 1 && end.bits >= enough_bits) {
    return found(end, window_.next_known(lost_offset_), SyncMethod::predicted);
  }
  if (waiting || (!decide && window_.next_known(lost_offset_) == window_.end())) return std::nullopt;
  interrupted_.reset();
  return std::nullopt;
}

/// The header behind a provisional message, or between its chunks. Where it is missing, nothing speaks
/// against that message.
std::optional<SyncFound> SyncSearch::check_next_header(const ChunkParser& parser,
                                                       const SenderProfile& profile, bool last) {
  TrialParser trial(window_, parser, profile, work_.steps, work_limit_);
  switch (trial.check_next_header(lost_offset_, last)) {
    case TrialParser::NextHeader::need_more: expected_wanted_end_ = trial.wanted_end(); return std::nullopt;
    case TrialParser::NextHeader::refuted:
      expected_pending_ = false;
      expected_refuted_ = true;
      return std::nullopt;
    case TrialParser::NextHeader::believable:
    case TrialParser::NextHeader::not_there: break;
  }
  TrialResult end;
  end.chunk_size = parser.expected_chunk_size();
  end.chunk_size_certain = parser.chunk_size_certain() || parser.provisional_is_split();
  return found(end, lost_offset_, SyncMethod::confirmed);
}

}  // namespace rtmpscope::rtmp
