// Looks at the one place where a header is expected: right behind a hole, behind the message in progress, in doubt, or
// behind an unproved message.
#include <algorithm>

#include "base/byte_order.hpp"
#include "rtmp/resync.hpp"
#include "rtmp/resync_limits.hpp"

namespace rtmpscope::rtmp {
namespace {

/// When each chunk stream is likely to have begun messages.
std::size_t first_search(const ChunkParser& parser) {
  constexpr std::size_t usual_streams = 8;
  std::size_t round_bytes = 0;  // of one message of each chunk stream
  for (std::size_t i = 0; i < std::min(parser.stream_count(), usual_streams); ++i) {
    round_bytes += parser.stream(i).message.length;
  }
  return std::clamp(2 * round_bytes, least_step, latest_first_look);
}

/// Where it is seen what stands behind the message of the header in doubt, or behind its first chunk.
std::size_t first_look_at_doubt(const ChunkParser& parser) {
  const std::uint32_t chunk_size = parser.expected_chunk_size();
  if (chunk_size == 0) return first_search(parser);
  const std::size_t first_chunk = std::min<std::size_t>({parser.header_length(), chunk_size, maximum_resync_bytes / 2});
  return parser.header().size + first_chunk + least_ahead;
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

std::optional<SyncFound> Resync::peek(const StreamData& data, const ChunkParser& parser, const StreamHabits& habits) {
  if (!peeks_ || window_.kept_bytes() > 0 || data.bytes.size() < least_ahead) return std::nullopt;
  return peek_at(data.bytes, data.offset, data.packet, parser, habits);
}

/// The first look, at no more than least_ahead bytes behind the hole. A header of audio or video there that is beyond
/// doubt is gone on from at once, if nothing but its message's end has to show the chunk size; or else it tells where the
/// next look may find that.
std::optional<SyncFound> Resync::peek_at(Bytes behind, std::uint64_t offset, PacketRef packet, const ChunkParser& parser,
                                         const StreamHabits& habits) {
  peeks_ = false;
  next_look_ = first_look(parser);
  if (behind.size() < least_ahead) return std::nullopt;
  const std::uint32_t id = behind[0] & 0x3F;
  const auto index = parser.find(id);
  if (id < 2 || !index) return std::nullopt;
  const ChunkStream& stream = parser.stream(*index);
  ChunkHeader h{.stream_offset = offset,
                .format = static_cast<std::uint8_t>(behind[0] >> 6),
                .basic_size = 1,
                .type_id = stream.message.type_id,
                .chunk_stream_id = id,
                .length = stream.message.length,
                .message_stream_id = stream.message.message_stream_id};
  const std::size_t size = h.basic_size + std::size_t{message_header_size[h.format]};
  if (h.format < 2) {
    h.timestamp_field = load_be24(&behind[1]);
    h.length = load_be24(&behind[4]);
    h.type_id = behind[7];
  }
  if (h.format == 0) h.message_stream_id = load_le32(&behind[8]);
  const std::uint32_t chunk_size = parser.expected_chunk_size();
  const std::size_t continuations = chunk_size == 0 || h.length == 0 ? 0 : (h.length - 1) / chunk_size;
  next_look_ = std::clamp(size + h.length + continuations + least_ahead, least_step, next_look_);
  const bool media = h.type_id == MessageType::audio || h.type_id == MessageType::video;
  if (h.format >= 2 || !media || h.length == 0 || h.timestamp_field == extended_mark) return std::nullopt;
  if (!habits.keeps_chunk_size() || !parser.usual_length(h.length) || stream.last_format == 0xFF) return std::nullopt;
  const auto header = weigh_header(h, &stream);
  const auto body = weigh_body(h.type_id, behind.subspan(size), h.length, habits);
  if (!header || !body || *header + *body < lone_header_bits) return std::nullopt;
  TrialEnd end;
  end.bits = *header + *body + aligned_bits;
  end.chunk_size = chunk_size;
  SyncFound result = found(end, offset, SyncMethod::searched);
  result.packet = packet;
  result.unproved = true;
  return result;
}

/// The one place that is expected: behind the message in progress, or the header in doubt.
std::optional<SyncFound> Resync::look_ahead(const ChunkParser& parser, const StreamHabits& habits, bool last) {
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

/// The header behind an unproved message, or between its chunks. Where it is missing, nothing speaks against that message.
std::optional<SyncFound> Resync::look_at_landing(const ChunkParser& parser, const StreamHabits& habits, bool last) {
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
