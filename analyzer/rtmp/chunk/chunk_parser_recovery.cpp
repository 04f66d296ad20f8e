#include "rtmp/chunk/chunk_parser_recovery.hpp"

#include <algorithm>

namespace rtmpscope::rtmp {
namespace {

/// Assumed while the chunk size is unknown: larger than nearly all messages, so that none is split.
constexpr std::uint32_t assumed_chunk_size = 65536;

}  // namespace

std::uint32_t ChunkParserRecovery::enter(const ChunkResumption& resumption) {
  const KnownChunkSize& found = resumption.chunk_size;
  trusted_until_ =
      resumption.provisional ? resumption.offset : std::max(resumption.trusted_until, resumption.offset + 1);
  longest_unsplit_ = resumption.chunk_size_is_stable ? std::max(longest_unsplit_, least_chunk_size_) : 0;
  chunk_size_known_ = found.size != 0;
  chunk_size_certain_ = found.certain;
  least_chunk_size_ = found.at_least;
  chunk_size_is_stable_ = resumption.chunk_size_is_stable;
  provisional_.reset();
  if (found.size != 0) return found.size;
  return std::max(found.at_least, longest_unsplit_) <= assumed_chunk_size ? assumed_chunk_size
                                                                          : maximum_message_length;
}

ChunkParserRecovery::Ambiguity ChunkParserRecovery::ambiguity_of(const ChunkHeader& header,
                                                                 const ChunkStream* stream,
                                                                 std::uint32_t length) const {
  if (!provisional_ && header.stream_offset < trusted_until_) return Ambiguity::none;
  const bool known = stream != nullptr && stream->has_defaults();
  const bool in_progress = known && stream->in_progress;
  const bool continuation =
      in_progress &&
      (header.format == 3 || (stream->repeats_headers && continues_message(header, stream->message)));
  if (provisional_ && !continuation) return Ambiguity::provisional_end;
  if (header.format < 2 && !is_known_message_type(header.type_id)) return Ambiguity::meaning;
  if (!known && header.format != 0) return Ambiguity::meaning;
  if (in_progress) return continuation ? Ambiguity::none : Ambiguity::meaning;
  if (header.format >= 2 && stream->defaults_uncertain) return Ambiguity::meaning;
  return chunk_size_certain_ || length <= least_chunk_size_ ? Ambiguity::none : Ambiguity::chunk_size;
}

void ChunkParserRecovery::forget_chunk_size() {
  chunk_size_certain_ = chunk_size_is_stable_ = false;
  least_chunk_size_ = 0;
}

void ChunkParserRecovery::confirm_provisional(const ChunkStream& stream, std::uint32_t used) {
  chunk_size_certain_ = chunk_size_certain_ || stream.message.chunks > 1;
  least_chunk_size_ = std::max(least_chunk_size_, std::min(stream.received, used));
  provisional_.reset();
}

void estimate_timestamp(const ChunkHeader& header, const TimestampEstimator& estimator, Timestamp time,
                        ChunkStream& stream) {
  MessageHeader& message = stream.message;
  if (header.format == 0) stream.clock.added = 0;
  // A timestamp that is known needs no estimate, whatever type its message has.
  if (header.format == 0 || message.timestamp_exact) return;
  const std::uint8_t type = header.format == 1 ? header.type_id : message.type_id;
  if (type != MessageType::audio && type != MessageType::video) return;
  const std::uint32_t step = header.format == 3 ? stream.delta : header.time();
  if (!stream.clock.anchored && estimator.anchored()) {
    message.timestamp = estimator.anchor(stream.clock, time) - step;
  } else if (!stream.clock.known) {
    message.timestamp = estimator.since_start(time) - step;
  } else if (stream.defaults_uncertain) {
    message.timestamp += estimator.lost_time(stream.clock, {.timestamp = message.timestamp,
                                                            .offset = message.stream_offset,
                                                            .step = step,
                                                            .offset_behind = header.stream_offset,
                                                            .time_behind = time});
  } else {
    message.timestamp -= estimator.excess_estimate(stream.clock, message.timestamp + step, step, time);
  }
}

}  // namespace rtmpscope::rtmp
