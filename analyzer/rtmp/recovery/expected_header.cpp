// What is decided without a search: headers behind a hole that need no others, and the one place where a
// header is expected, behind the message in progress, in doubt, or behind an unproved message.
#include <algorithm>

#include "rtmp/recovery/recovery_limits.hpp"
#include "rtmp/recovery/sync_search.hpp"

namespace rtmpscope::rtmp {
namespace {

/// When each chunk stream is likely to have begun messages.
std::size_t first_search(const ChunkParser& parser) {
  std::size_t round_bytes = 0;  // of one message of each chunk stream
  for (std::size_t i = 0; i < std::min(parser.stream_count(), usual_chunk_streams); ++i) {
    round_bytes += parser.stream(i).message.length;
  }
  return std::clamp(2 * round_bytes, least_step, latest_first_look);
}

/// Where it is seen what stands behind the message of the header in doubt, or behind its first chunk.
std::size_t first_look_at_doubt(const ChunkParser& parser) {
  const std::uint32_t chunk_size = parser.expected_chunk_size();
  if (chunk_size == 0) return first_search(parser);
  const std::size_t first_chunk =
      std::min<std::size_t>({parser.header_length(), chunk_size, maximum_resync_bytes / 2});
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
int weigh_alone(const ChunkHeader& h, Bytes body, const ChunkStream* stream, const StreamHabits& habits) {
  if (h.format >= 2 || h.chunk_stream_id < 2) return 0;
  const auto header_bits = weigh_header(h, stream);
  const auto body_bits = weigh_body(h.type_id, body, h.length, habits);
  return header_bits && body_bits ? *header_bits + *body_bits : 0;
}

/// Whether no more than the end of its message need be seen to go on from such a header.
bool is_enough(const ChunkHeader& h, const ChunkStream* stream, const ChunkParser& parser) {
  const bool media = h.type_id == MessageType::audio || h.type_id == MessageType::video;
  if (!media || h.length == 0 || h.timestamp_field == extended_mark) return false;
  return stream != nullptr && stream->last_format != 0xFF && parser.usual_length(h.length);
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
std::size_t Resync::first_look(const ChunkParser& parser) const {
  switch (cause_) {
    case Cause::doubt: return first_look_at_doubt(parser);
    case Cause::landing: return parser.header().size + weighed_body_bytes;
    default: return first_search(parser);
  }
}

std::optional<SyncFound> Resync::peek(const StreamData& data, const ChunkParser& parser,
                                      const StreamHabits& habits) {
  if (!peeks_ || window_.kept_bytes() > 0) return std::nullopt;
  return peek_at(data, parser, habits);
}

/// Headers of audio or video that are beyond doubt are gone on from at once, if nothing but their message's
/// end has to show the chunk size. `behind` is all that is there behind the hole, of which no more than
/// least_ahead bytes count for each place, so that it does not matter how much comes at once. Up to where the
/// first look comes, or to a header that is for the search: less speaks for it, or a message may end before
/// it whose header tells less.
std::optional<SyncFound> Resync::peek_at(const StreamData& behind, const ChunkParser& parser,
                                         const StreamHabits& habits) {
  if (behind.bytes.size() < peeked_ + least_ahead) return std::nullopt;
  if (peeked_ == 0) {
    auto result = peek_at_end_of_hole(behind, parser, habits);
    if (!peeks_) return result;
    peeked_ = 1;
  }
  const std::size_t end = std::min(behind.bytes.size(), next_look_) - least_ahead + 1;
  if (end <= peeked_) return std::nullopt;
  HeaderScan scan;
  scan.allow_telling();
  const std::size_t before = peeked_;
  std::optional<SyncFound> result;
  peeked_ = scan.scan(behind.bytes, peeked_, end, [&](std::size_t place) {
    const Bytes bytes = behind.bytes.subspan(place);
    const ChunkStream* stream = parser.find(bytes[0] & 0x3F);
    const ChunkHeader h = header_at(bytes, behind.offset + place, stream);
    const int bits = weigh_alone(h, bytes.subspan(h.size), stream, habits);
    if (bits < first_header_bits) return true;
    const bool alone = bits >= lone_header_bits_anywhere && is_enough(h, stream, parser) &&
                       !may_end_at(behind.bytes, place, parser);
    if (alone) result = found_alone(h, bits, behind.packet, parser);
    peeks_ = false;
    return false;
  });
  work_.steps += (peeked_ - before) / places_a_step + 1;
  return result;
}

/// The place where the hole ends. Senders begin packets with headers; what is no header of that kind tells
/// where the next look may find more.
std::optional<SyncFound> Resync::peek_at_end_of_hole(const StreamData& behind, const ChunkParser& parser,
                                                     const StreamHabits& habits) {
  const ChunkStream* stream = parser.find(behind.bytes[0] & 0x3F);
  const ChunkHeader h = header_at(behind.bytes, behind.offset, stream);
  const int bits = weigh_alone(h, behind.bytes.subspan(h.size), stream, habits);
  // Beyond this place, more messages may be known than those whose headers tell all.
  peeks_ = tells_lengths_ && habits.keeps_chunk_size() && bits < first_header_bits;
  if (bits >= lone_header_bits && is_enough(h, stream, parser) && habits.keeps_chunk_size()) {
    return found_alone(h, bits + aligned_bits, behind.packet, parser);
  }
  next_look_ = first_search(parser);
  if (stream != nullptr) {
    const std::size_t message_end = h.size + bytes_in_chunks(h.length, parser.expected_chunk_size());
    next_look_ = std::clamp(message_end + least_ahead, least_step, next_look_);
  }
  return std::nullopt;
}

SyncFound Resync::found_alone(const ChunkHeader& header, int bits, PacketRef packet,
                              const ChunkParser& parser) const {
  TrialEnd end;
  end.bits = bits;
  end.chunk_size = parser.expected_chunk_size();
  SyncFound result = found(end, header.stream_offset, SyncMethod::searched);
  result.packet = packet;
  result.unproved = true;
  return result;
}

/// The one place that is expected: behind the message in progress, or the header in doubt.
std::optional<SyncFound> Resync::look_ahead(const ChunkParser& parser, const StreamHabits& habits,
                                            bool last) {
  const bool decide = last || full();
  if (!decide && window_.end() < ahead_wanted_end_) return std::nullopt;
  ChunkTrial trial(window_, parser, habits, work_.steps, work_limit_);
  TrialStart start{.offset = lost_offset_,
                   .interrupted = interrupted_,
                   .state_holds = true,
                   .chunk_size = parser.expected_chunk_size(),
                   .chunk_size_exact = parser.chunk_size_exact(),
                   .chunk_size_least = parser.chunk_size_least(),
                   .last = decide};
  const bool until_landed = doubt_pending_;
  TrialEnd end = trial.run(start, until_landed);
  // The header in doubt stands where the one before it said; what it inherits needs one message that lands.
  const auto lands = [&] { return end.confirmed > lost_offset_ && end.landed > 0; };
  std::optional<Inherited> inferred;
  if (doubt_pending_ && !lands() && (decide || end.reason != TrialEnd::Reason::need_more)) {
    const Inference inference = trial.infer(start);
    if (inference.inherited) {
      inferred = inference.inherited;
      start.inherited = {&*inferred, 1};
      end = trial.run(start, until_landed);
    } else if (!decide && inference.wanted_end > window_.end()) {
      end.reason = TrialEnd::Reason::need_more;
      end.wanted_end = inference.wanted_end;
    }
  }
  const bool waiting = !decide && end.reason == TrialEnd::Reason::need_more;
  if (waiting) ahead_wanted_end_ = end.wanted_end;
  if (doubt_pending_) {
    if (lands()) {
      auto result = found(end, lost_offset_, SyncMethod::confirmed);
      result.inherited.assign(start.inherited.begin(), start.inherited.end());
      return result;
    }
    if (waiting) return std::nullopt;
    doubt_pending_ = false;
    doubt_failed_ = true;
    return std::nullopt;
  }
  if (end.begun > 0 && end.bits >= predicted_bits && end.reason != TrialEnd::Reason::contradiction) {
    return found(end, window_.next_known(lost_offset_), SyncMethod::predicted);
  }
  if (end.begun > 1 && end.bits >= enough_bits) {
    return found(end, window_.next_known(lost_offset_), SyncMethod::predicted);
  }
  if (waiting || (!decide && window_.next_known(lost_offset_) == window_.end())) return std::nullopt;
  interrupted_.reset();
  return std::nullopt;
}

/// The header behind an unproved message, or between its chunks. Where it is missing, nothing speaks against
/// that message.
std::optional<SyncFound> Resync::look_at_landing(const ChunkParser& parser, const StreamHabits& habits,
                                                 bool last) {
  ChunkTrial trial(window_, parser, habits, work_.steps, work_limit_);
  switch (trial.look_at_landing(lost_offset_, last)) {
    case ChunkTrial::Landing::need_more: ahead_wanted_end_ = trial.wanted_end(); return std::nullopt;
    case ChunkTrial::Landing::refuted:
      doubt_pending_ = false;
      doubt_failed_ = true;
      return std::nullopt;
    case ChunkTrial::Landing::believable:
    case ChunkTrial::Landing::not_there: break;
  }
  TrialEnd end;
  end.chunk_size = parser.expected_chunk_size();
  end.chunk_size_exact = parser.chunk_size_exact() || parser.unproved_is_split();
  return found(end, lost_offset_, SyncMethod::confirmed);
}

}  // namespace rtmpscope::rtmp
