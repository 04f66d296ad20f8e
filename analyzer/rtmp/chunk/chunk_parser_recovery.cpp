// What ChunkParser minds after a loss: see ChunkItem::Kind::doubt.
#include <algorithm>
#include <utility>

#include "rtmp/chunk/chunk_parser.hpp"

namespace rtmpscope::rtmp {
namespace {

/// While the chunk size is not known, no message that was seen needed a second chunk: a size that most are
/// below.
constexpr std::uint32_t assumed_chunk_size = 65536;

}  // namespace

std::optional<Interrupted> ChunkParser::interrupted(std::uint64_t missing) const {
  const bool within_header = cut_ != nullptr && (cut_->held != 0 || !cut_->replay.bytes.empty());
  if (lost_ || within_header || streams_.empty()) return std::nullopt;
  const ChunkStream& stream = streams_[current_];
  if (!stream.in_progress) return std::nullopt;
  const bool last_chunk = stream.received + remaining_ == stream.message.length;
  if (last_chunk && missing > remaining_) return std::nullopt;
  return Interrupted{current_, remaining_};
}

Bytes ChunkParser::take_replay() {
  return cut_ == nullptr ? Bytes() : std::exchange(cut_->replay.bytes, {});
}

void ChunkParser::distrust_chunk_size() {
  if (care_ == nullptr) care_ = std::make_unique<Care>();
  care_->chunk_size_exact = care_->chunk_size_kept = false;
  care_->chunk_size_least = 0;
}

void ChunkParser::begin_care(const ChunkResumption& resumption) {
  lost_ = false;
  implausible_ = 0;
  if (care_ == nullptr) care_ = std::make_unique<Care>();
  care_->trusted_until =
      resumption.unproved ? resumption.offset : std::max(resumption.trusted_until, resumption.offset + 1);
  care_->longest_whole =
      resumption.chunk_size_kept ? std::max(care_->longest_whole, care_->chunk_size_least) : 0;
  care_->chunk_size_known = resumption.chunk_size != 0;
  if (resumption.chunk_size != 0) {
    chunk_size_ = resumption.chunk_size;
  } else {
    const std::uint32_t whole = std::max(resumption.chunk_size_least, care_->longest_whole);
    chunk_size_ = whole <= assumed_chunk_size ? assumed_chunk_size : maximum_message_length;
  }
  care_->chunk_size_exact = resumption.chunk_size_exact;
  care_->chunk_size_least = resumption.chunk_size_least;
  care_->chunk_size_kept = resumption.chunk_size_kept;
  care_->unproved.reset();
}

void ChunkParser::resume(const ChunkResumption& resumption) {
  begin_care(resumption);
  for (const Inherited& each : resumption.inherited) adopt(each);
  for (ChunkStream& stream : streams_) {
    stream.in_progress = false;
    stream.stale = true;
    stream.message.timestamp_exact = false;
  }
  remaining_ = 0;
}

void ChunkParser::resume_interrupted(const Interrupted& interrupted, std::uint64_t predicted_until,
                                     const ChunkResumption& resumption) {
  begin_care(resumption);
  care_->predicted_until = predicted_until;
  current_ = static_cast<std::uint32_t>(interrupted.stream);
  remaining_ = interrupted.remaining;
}

void ChunkParser::resume_doubt(const ChunkResumption& resumption) {
  begin_care(resumption);
  for (const Inherited& each : resumption.inherited) adopt(each);
}

/// After a loss: the timestamp that the header at hand goes on from. Commands and their like are not sent by
/// a clock, and mostly at time 0.
void ChunkParser::estimate_timestamp(ChunkStream& stream, Timestamp time) const {
  const ChunkHeader& h = header_;
  MessageHeader& message = stream.message;
  const std::uint8_t type = h.format <= 1 ? h.type_id : message.type_id;
  if (h.format == 0) stream.hand.added = 0;
  // What is known, of a message of any type, is gone on from.
  if (h.format == 0 || message.timestamp_exact) return;
  if (type != MessageType::audio && type != MessageType::video) return;
  const std::uint32_t step = h.format == 3              ? stream.delta
                             : h.has_extended_timestamp ? h.extended_timestamp
                                                        : h.timestamp_field;
  if (!stream.hand.anchored && clock_.anchored()) {
    message.timestamp = clock_.anchor(stream.hand, time) - step;
  } else if (!stream.hand.known) {
    message.timestamp = clock_.since_begin(time) - step;
  } else if (stream.stale) {
    message.timestamp += clock_.lost_time(stream.hand, {.timestamp = message.timestamp,
                                                        .offset = message.stream_offset,
                                                        .step = step,
                                                        .offset_behind = h.stream_offset,
                                                        .time_behind = time});
  } else {
    message.timestamp -= clock_.ahead(stream.hand, message.timestamp + step, step, time);
  }
}

void ChunkParser::adopt(const Inherited& inherited) {
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

/// Whether the header at hand depends on something that a hole may have changed.
ChunkParser::Doubt ChunkParser::doubtful() const {
  const ChunkHeader& h = header_;
  if (!care_->unproved && h.stream_offset < care_->trusted_until) return Doubt::none;
  const ChunkStream* stream = find(h.chunk_stream_id);
  const bool known = stream != nullptr && stream->last_format != 0xFF;
  const bool in_progress = known && stream->in_progress;
  if (care_->unproved && !(in_progress && h.format == 3)) return Doubt::landing;
  if (h.format < 2 && !is_known_message_type(h.type_id)) return Doubt::meaning;
  if (!known && h.format != 0) return Doubt::meaning;
  if (in_progress) return h.format == 3 ? Doubt::none : Doubt::meaning;
  if (h.format >= 2 && stream->stale) return Doubt::meaning;
  return care_->chunk_size_exact || header_length() <= care_->chunk_size_least ? Doubt::none
                                                                               : Doubt::chunk_size;
}

/// The chunk size alone is in doubt for the message at hand: whether it is split as the sender has long done.
bool ChunkParser::usual_chunk() const {
  return care_->chunk_size_kept && usual_length(header_length());
}

void ChunkParser::prove() {
  const ChunkStream& stream = streams_[care_->unproved->stream];
  care_->chunk_size_exact = care_->chunk_size_exact || stream.message.chunks > 1;
  const std::uint32_t in_one_chunk = std::min(stream.received, chunk_size_);
  care_->chunk_size_least = std::max(care_->chunk_size_least, in_one_chunk);
  care_->unproved.reset();
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
  item.kind = ChunkItem::Kind::hole;
  item.stream = current_;
  const std::uint32_t before = stream.received;
  const std::uint32_t id = stream.message.chunk_stream_id;
  const std::uint64_t header_size =
      basic_header_size(id) + (stream.extended && type3_habit_ != Habit::absent ? 4U : 0U);
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
  stream.hole = true;
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
