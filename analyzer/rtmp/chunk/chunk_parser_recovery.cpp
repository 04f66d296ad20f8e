// What ChunkParser minds after a loss: see ChunkItem::Kind::ambiguous_header.
#include <algorithm>
#include <utility>

#include "rtmp/chunk/chunk_parser.hpp"

namespace rtmpscope::rtmp {
namespace {

/// While the chunk size is not known, no message that was seen needed a second chunk: a size that most are
/// below.
constexpr std::uint32_t assumed_chunk_size = 65536;

}  // namespace

std::optional<InterruptedChunk> ChunkParser::interrupted(std::uint64_t missing) const {
  const bool within_header = cut_ != nullptr && (cut_->held != 0 || !cut_->unread.bytes.empty());
  if (lost_ || within_header || streams_.empty()) return std::nullopt;
  const ChunkStream& stream = streams_[current_];
  if (!stream.in_progress) return std::nullopt;
  const bool last_chunk = stream.received + remaining_ == stream.message.length;
  if (last_chunk && missing > remaining_) return std::nullopt;
  return InterruptedChunk{current_, remaining_};
}

Bytes ChunkParser::take_unread_bytes() {
  return cut_ == nullptr ? Bytes() : std::exchange(cut_->unread.bytes, {});
}

void ChunkParser::forget_chunk_size() {
  if (recovery_ == nullptr) recovery_ = std::make_unique<RecoveryState>();
  recovery_->chunk_size_certain = recovery_->chunk_size_is_stable = false;
  recovery_->least_chunk_size = 0;
}

void ChunkParser::enter_recovery(const ChunkResumption& resumption) {
  lost_ = false;
  implausible_ = 0;
  if (recovery_ == nullptr) recovery_ = std::make_unique<RecoveryState>();
  recovery_->trusted_until =
      resumption.provisional ? resumption.offset : std::max(resumption.trusted_until, resumption.offset + 1);
  recovery_->longest_unsplit =
      resumption.chunk_size_is_stable ? std::max(recovery_->longest_unsplit, recovery_->least_chunk_size) : 0;
  recovery_->chunk_size_known = resumption.chunk_size != 0;
  if (resumption.chunk_size != 0) {
    chunk_size_ = resumption.chunk_size;
  } else {
    const std::uint32_t whole = std::max(resumption.least_chunk_size, recovery_->longest_unsplit);
    chunk_size_ = whole <= assumed_chunk_size ? assumed_chunk_size : maximum_message_length;
  }
  recovery_->chunk_size_certain = resumption.chunk_size_certain;
  recovery_->least_chunk_size = resumption.least_chunk_size;
  recovery_->chunk_size_is_stable = resumption.chunk_size_is_stable;
  recovery_->provisional.reset();
}

void ChunkParser::resume(const ChunkResumption& resumption) {
  enter_recovery(resumption);
  for (const HeaderDefaults& each : resumption.defaults) set_defaults(each);
  for (ChunkStream& stream : streams_) {
    stream.in_progress = false;
    stream.defaults_uncertain = true;
    stream.message.timestamp_exact = false;
  }
  remaining_ = 0;
}

void ChunkParser::resume_interrupted(const InterruptedChunk& interrupted, std::uint64_t predicted_until,
                                     const ChunkResumption& resumption) {
  enter_recovery(resumption);
  recovery_->predicted_until = predicted_until;
  current_ = static_cast<std::uint32_t>(interrupted.stream);
  remaining_ = interrupted.remaining;
}

void ChunkParser::resume_at_ambiguous_header(const ChunkResumption& resumption) {
  enter_recovery(resumption);
  for (const HeaderDefaults& each : resumption.defaults) set_defaults(each);
}

/// After a loss: the timestamp that the header at hand goes on from. Commands and their like are not sent by
/// a clock, and mostly at time 0.
void ChunkParser::estimate_timestamp(ChunkStream& stream, Timestamp time) const {
  const ChunkHeader& h = header_;
  MessageHeader& message = stream.message;
  const std::uint8_t type = h.format <= 1 ? h.type_id : message.type_id;
  if (h.format == 0) stream.clock.added = 0;
  // What is known, of a message of any type, is gone on from.
  if (h.format == 0 || message.timestamp_exact) return;
  if (type != MessageType::audio && type != MessageType::video) return;
  const std::uint32_t step = h.format == 3              ? stream.delta
                             : h.has_extended_timestamp ? h.extended_timestamp
                                                        : h.timestamp_field;
  if (!stream.clock.anchored && estimator_.anchored()) {
    message.timestamp = estimator_.anchor(stream.clock, time) - step;
  } else if (!stream.clock.known) {
    message.timestamp = estimator_.since_start(time) - step;
  } else if (stream.defaults_uncertain) {
    message.timestamp += estimator_.lost_time(stream.clock, {.timestamp = message.timestamp,
                                                             .offset = message.stream_offset,
                                                             .step = step,
                                                             .offset_behind = h.stream_offset,
                                                             .time_behind = time});
  } else {
    message.timestamp -= estimator_.excess_estimate(stream.clock, message.timestamp + step, step, time);
  }
}

void ChunkParser::set_defaults(const HeaderDefaults& inherited) {
  ChunkStream& stream = streams_[find_or_add(inherited.chunk_stream_id)];
  MessageHeader& message = stream.message;
  message.length = inherited.length;
  message.type_id = inherited.type_id;
  message.timestamp_exact = false;
  if (stream.last_format != 0xFF) return;
  stream.last_format = 1;
  message.timestamp = recent_[0].timestamp;
  message.message_stream_id_known = false;
}

std::uint32_t ChunkParser::header_length() const {
  if (header_.format < 2) return header_.length;
  const ChunkStream* stream = find(header_.chunk_stream_id);
  return stream == nullptr ? 0 : stream->message.length;
}

/// Whether the header at hand depends on something that a gap may have changed.
ChunkParser::Ambiguity ChunkParser::ambiguity_of_header() const {
  const ChunkHeader& h = header_;
  if (!recovery_->provisional && h.stream_offset < recovery_->trusted_until) return Ambiguity::none;
  const ChunkStream* stream = find(h.chunk_stream_id);
  const bool known = stream != nullptr && stream->last_format != 0xFF;
  const bool in_progress = known && stream->in_progress;
  if (recovery_->provisional && !(in_progress && h.format == 3)) return Ambiguity::provisional_end;
  if (h.format < 2 && !is_known_message_type(h.type_id)) return Ambiguity::meaning;
  if (!known && h.format != 0) return Ambiguity::meaning;
  if (in_progress) return h.format == 3 ? Ambiguity::none : Ambiguity::meaning;
  if (h.format >= 2 && stream->defaults_uncertain) return Ambiguity::meaning;
  return recovery_->chunk_size_certain || header_length() <= recovery_->least_chunk_size
             ? Ambiguity::none
             : Ambiguity::chunk_size;
}

/// The chunk size alone is in doubt for the message at hand: whether it is split as the sender has long done.
bool ChunkParser::expected_split() const {
  return recovery_->chunk_size_is_stable && within_longest_unsplit(header_length());
}

void ChunkParser::confirm_provisional() {
  const ChunkStream& stream = streams_[recovery_->provisional->stream];
  recovery_->chunk_size_certain = recovery_->chunk_size_certain || stream.message.chunks > 1;
  const std::uint32_t in_one_chunk = std::min(stream.received, chunk_size_);
  recovery_->least_chunk_size = std::max(recovery_->least_chunk_size, in_one_chunk);
  recovery_->provisional.reset();
}

ChunkItem ChunkParser::stop_at(ChunkItem::Kind kind, Bytes raw) {
  ChunkItem item;
  item.kind = kind;
  item.raw = raw;
  lost_ = true;
  return item;
}

/// A gap that, as has been found out, hides nothing but chunks of the message in progress.
ChunkItem ChunkParser::assume_continuation(std::uint64_t missing) {
  ChunkStream& stream = streams_[current_];
  ChunkItem item;
  item.kind = ChunkItem::Kind::gap;
  item.stream = current_;
  const std::uint32_t before = stream.received;
  const std::uint32_t id = stream.message.chunk_stream_id;
  const std::uint64_t header_size =
      basic_header_size(id) + (stream.has_extended_timestamp && type3_habit_ != Habit::absent ? 4U : 0U);
  while (missing > 0) {
    if (remaining_ == 0) {
      const std::uint32_t rest = stream.message.length - stream.received;
      if (rest == 0 || missing < header_size) break;
      missing -= header_size;
      remaining_ = std::min(rest, chunk_size_);
      ++stream.message.chunks;
    }
    const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(missing, remaining_));
    remaining_ -= count;
    stream.received += count;
    missing -= count;
  }
  stream.incomplete = true;
  item.missing = stream.received - before;
  item.ends_message = stream.received == stream.message.length;
  if (item.ends_message) stream.in_progress = false;
  if (missing > 0) {  // a header is cut by the gap's end: its rest would be taken for a header
    lose_sync();
    item.kind = ChunkItem::Kind::sync_lost;
  }
  return item;
}

}  // namespace rtmpscope::rtmp
