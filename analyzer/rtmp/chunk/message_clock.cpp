#include "rtmp/chunk/message_clock.hpp"

#include "rtmp/chunk/extended_timestamp.hpp"

namespace rtmpscope::rtmp {
namespace {

/// After a type 0 header with time T, some senders mean "T again" by a type 3 header that begins a message,
/// others "T more". Without another chunk stream to compare with, a step above this is taken as "T again".
constexpr std::uint32_t believable_step_ms = 1000;

std::uint32_t distance(std::uint32_t a, std::uint32_t b) {
  const auto difference = static_cast<std::int32_t>(a - b);  // serial number arithmetic, RTMP 4
  return static_cast<std::uint32_t>(difference < 0 ? -static_cast<std::int64_t>(difference) : difference);
}

}  // namespace

std::optional<ChunkFinding> MessageClock::advance(const ChunkHeader& header, ChunkStream& stream,
                                                  bool estimated) {
  MessageHeader& message = stream.message;
  if (header.format == 3) return advance_by_type3(header, stream, estimated);
  if (header.format == 0) {
    message.timestamp = header.time();
    stream.delta = header.time();
  } else {
    stream.delta =
        header.has_extended_timestamp ? delta_of(header, message.timestamp) : header.timestamp_field;
    message.timestamp += stream.delta;
  }
  stream.last_format = static_cast<LastFormat>(header.format);
  stream.has_extended_timestamp = header.has_extended_timestamp;
  stream.extended_timestamp = header.extended_timestamp;
  return std::nullopt;
}

/// Time of a message that a type 3 header begins (RTMP 5.3.1.2.4).
std::optional<ChunkFinding> MessageClock::advance_by_type3(const ChunkHeader& header, ChunkStream& stream,
                                                           bool estimated) {
  std::uint32_t& time = stream.message.timestamp;
  const bool after_type0 = stream.last_format == LastFormat::type0;
  if (!stream.has_defaults()) stream.last_format = LastFormat::type1;  // an empty message at time 0
  if (header.has_extended_timestamp && header.extended_timestamp != stream.extended_timestamp &&
      header.extended_timestamp != time && header.extended_timestamp >= extended_mark) {
    // A new value in the repeated field: the sender means this message's own time or delta.
    if (after_type0) {
      time = header.extended_timestamp;
      return std::nullopt;
    }
    stream.delta = header.extended_timestamp;
  }
  if (!after_type0 || stream.delta == 0) {
    time += stream.delta;
    return std::nullopt;
  }
  // After a type 0 header the standard adds its time once more; many receivers and some senders add nothing.
  // Take what keeps closer to the other chunk streams, and remember it for the messages that follow.
  const std::uint32_t previous = time;
  const std::uint32_t step = stream.delta;
  const std::uint32_t own = stream.message.chunk_stream_id;
  const Recent& other = recent_[0].chunk_stream_id != own ? recent_[0] : recent_[1];
  const bool adds = other.chunk_stream_id != 0
                        ? distance(previous + step, other.timestamp) < distance(previous, other.timestamp)
                        : step <= believable_step_ms;
  if (estimated) stream.message.timestamp_exact = false;
  stream.last_format = LastFormat::type1;  // decided: from here on the delta is agreed
  stream.delta = adds ? step : 0;
  time += stream.delta;
  return ChunkFinding{FindingId::type3_after_type0, {0, 1}, time, adds ? previous : previous + step};
}

void MessageClock::follow(ChunkStream& stream, PacketRef packet) {
  const MessageHeader& message = stream.message;
  if (message.type_id == MessageType::audio || message.type_id == MessageType::video) {
    estimator_.add_media(stream.clock, message.timestamp, message.timestamp_exact, message.stream_offset,
                         packet.time);
  } else {
    estimator_.add_control(packet.time);
  }
  if (message.chunk_stream_id == 2) return;  // times of protocol control messages mean nothing
  if (recent_[0].chunk_stream_id != message.chunk_stream_id) recent_[1] = recent_[0];
  recent_[0] = {message.chunk_stream_id, message.timestamp};
}

}  // namespace rtmpscope::rtmp
