#include "rtmp/chunk/extended_timestamp.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/byte_order.hpp"

namespace rtmpscope::rtmp {
namespace {

/// Absolute times of one chunk stream are not further apart from one message to the next.
constexpr std::int32_t longest_absolute_step_ms = 60'000;

bool begins_like(Bytes rest, std::uint32_t value) {
  const std::array<std::uint8_t, extended_timestamp_size> bytes = {
      static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
      static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
  return std::memcmp(bytes.data(), rest.data(), std::min(rest.size(), bytes.size())) == 0;
}

/// The absolute time without its highest bit is what some senders repeat.
bool repeats_absolute(std::uint32_t value, std::uint32_t absolute) {
  return value == absolute || value == (absolute & 0x7FFFFFFFU);
}

}  // namespace

std::uint32_t delta_of(const ChunkHeader& header, std::uint32_t before) {
  const std::uint32_t value = header.extended_timestamp;
  const auto step = static_cast<std::int32_t>(value - before);  // serial number arithmetic, RTMP 4
  const bool near = step >= -longest_absolute_step_ms && step <= longest_absolute_step_ms;
  return near ? static_cast<std::uint32_t>(step) : value;
}

ExtendedTimestamp ExtendedTimestamps::as_decided(Bytes rest) const {
  if (!decided_present_) return ExtendedTimestamp::absent;
  return rest.size() < extended_timestamp_size ? ExtendedTimestamp::cut : ExtendedTimestamp::present;
}

ExtendedTimestamp ExtendedTimestamps::read_type3(const ChunkHeader& header, const ChunkStream& stream,
                                                 Bytes rest) const {
  if (decided_at_ == header.stream_offset) return as_decided(rest);
  const std::uint32_t absolute = stream.message.timestamp;
  const bool known = begins_like(rest, stream.extended_timestamp) || begins_like(rest, absolute) ||
                     begins_like(rest, absolute & 0x7FFFFFFFU);
  if (!known) return ExtendedTimestamp::undecided;
  return rest.size() < extended_timestamp_size ? ExtendedTimestamp::cut : ExtendedTimestamp::present;
}

ExtendedTimestamp ExtendedTimestamps::read_unannounced(const ChunkHeader& header, std::uint32_t length,
                                                       Bytes rest) const {
  if (decided_at_ == header.stream_offset) return as_decided(rest);
  const bool usual = header.format != 0 && !unannounced_seen_;
  if (usual || length < extended_timestamp_size) return ExtendedTimestamp::absent;
  const std::uint32_t field = header.timestamp_field;
  const std::array<std::uint8_t, 3> low = {static_cast<std::uint8_t>(field >> 16),
                                           static_cast<std::uint8_t>(field >> 8),
                                           static_cast<std::uint8_t>(field)};
  const Bytes behind_first = rest.subspan(std::min<std::size_t>(rest.size(), 1));
  const std::size_t size = std::min(behind_first.size(), low.size());
  if (size > 0 && std::memcmp(behind_first.data(), low.data(), size) != 0) return ExtendedTimestamp::absent;
  if (rest.size() < extended_timestamp_size) return ExtendedTimestamp::cut;
  return load_be32(rest.data()) == 0 ? ExtendedTimestamp::absent : ExtendedTimestamp::undecided;
}

std::optional<ChunkFinding> ExtendedTimestamps::learn(const ChunkHeader& header, ChunkStream& stream) {
  if (!header.has_extended_timestamp) return learn_absence(header, stream);
  const Range range{header.size - std::uint32_t{extended_timestamp_size}, extended_timestamp_size};
  const std::uint32_t value = header.extended_timestamp;
  const std::uint32_t time = stream.message.timestamp;
  const auto once = [&](FindingId id, std::uint64_t a, std::uint64_t b) {
    const bool first = !std::exchange(stream.other_timestamps, true);
    return first ? std::optional(ChunkFinding{id, range, a, b}) : std::nullopt;
  };
  if (header.format < 3 && header.timestamp_field != extended_mark) {
    may_be_unannounced_ = unannounced_seen_ = true;
    return once(FindingId::extended_timestamp_unannounced, header.timestamp_field, value);
  }
  if (header.format == 0) return std::nullopt;
  if (header.format < 3) {
    const std::uint32_t delta = delta_of(header, time);
    if (delta == value) return std::nullopt;
    return once(FindingId::extended_timestamp_absolute, value, delta);
  }
  if (type3_ != Type3::other_value) type3_ = Type3::present;
  if (value == stream.extended_timestamp) return std::nullopt;
  if (repeats_absolute(value, time)) {
    return once(FindingId::extended_timestamp_absolute, time, stream.extended_timestamp);
  }
  // Where a message begins, another value may be meant: its own time.
  if (!stream.in_progress && value >= extended_mark) return std::nullopt;
  type3_ = Type3::other_value;
  return once(FindingId::extended_timestamp_differs, value, stream.extended_timestamp);
}

std::optional<ChunkFinding> ExtendedTimestamps::learn_absence(const ChunkHeader& header,
                                                              const ChunkStream& stream) {
  if (std::exchange(type3_, Type3::absent) == Type3::absent) return std::nullopt;
  return ChunkFinding{
      FindingId::extended_timestamp_absent, {0, 1}, header.chunk_stream_id, stream.extended_timestamp};
}

}  // namespace rtmpscope::rtmp
