#include "rtmp/chunk/chunk_parser.hpp"

#include <algorithm>
#include <cstring>

#include "base/byte_order.hpp"

namespace rtmpscope::rtmp {
namespace {

/// Headers in a row that cannot be right before the chunk borders count as lost. One odd header can be a
/// sender's fault; three in a row have not been seen from a sender (Red5 uses the same number).
constexpr std::uint8_t implausible_limit = 3;

/// values.def: sync_lost_reason
constexpr std::uint8_t implausible_header = 2;

/// After a type 0 header with time T, some senders mean "T again" by a type 3 header that begins a message,
/// others "T more". Without another chunk stream to compare with, a step above this is taken as "T again".
constexpr std::uint32_t believable_step_ms = 1000;

std::uint32_t distance(std::uint32_t a, std::uint32_t b) {
  const auto difference = static_cast<std::int32_t>(a - b);  // serial number arithmetic, RTMP 4
  return static_cast<std::uint32_t>(difference < 0 ? -static_cast<std::int64_t>(difference) : difference);
}

}  // namespace

bool is_known_message_type(std::uint8_t type_id) {
  constexpr std::uint32_t known = 1U << 1 | 1U << 2 | 1U << 3 | 1U << 4 | 1U << 5 | 1U << 6 | 1U << 8 |
                                  1U << 9 | 1U << 15 | 1U << 16 | 1U << 17 | 1U << 18 | 1U << 19 | 1U << 20 |
                                  1U << 22;
  return type_id < 32 && (known >> type_id & 1U) != 0;
}

std::size_t ChunkParser::index_of_other(std::uint32_t chunk_stream_id) const {
  const auto found = index_.others->find(chunk_stream_id);
  return found == index_.others->end() ? not_seen : found->second;
}

std::size_t ChunkParser::find_or_add(std::uint32_t chunk_stream_id) {
  if (const std::size_t found = index_of(chunk_stream_id); found != not_seen) return found;
  // At most 65,598 chunk streams exist (RTMP 5.3.1.1), so this needs no limit of its own.
  const std::size_t index = streams_.size();
  if (index < Index::first_count) streams_.reserve(index + 1);  // room for more would mostly stay empty
  streams_.emplace_back().message.chunk_stream_id = chunk_stream_id;
  if (index < Index::first_count && chunk_stream_id < Index::first_ids) {
    index_.first[index] = static_cast<std::uint8_t>(chunk_stream_id);
  } else {
    if (index_.others == nullptr) {
      index_.others = std::make_unique<std::unordered_map<std::uint32_t, std::uint32_t>>();
    }
    index_.others->emplace(chunk_stream_id, static_cast<std::uint32_t>(index));
  }
  return index;
}

void ChunkParser::note(FindingId id, Range range, std::uint64_t a, std::uint64_t b) {
  if (findings_ == nullptr) findings_ = std::make_unique<std::vector<ChunkFinding>>();
  findings_->push_back({id, range, a, b});
}

void ChunkParser::set_chunk_size(std::uint32_t size) {
  chunk_size_ = size;
  if (recovery_ != nullptr) recovery_->chunk_size_certain = recovery_->chunk_size_known = true;
}

void ChunkParser::lose_sync() {
  lost_ = true;
  if (cut_ != nullptr) {
    cut_->held = 0;
    cut_->unread.bytes = {};
  }
  remaining_ = 0;
}

ChunkItem ChunkParser::next(StreamData& in) {
  if (cut_ != nullptr) [[unlikely]] {
    if (!cut_->unread.bytes.empty()) {
      if (const ChunkItem item = step(cut_->unread); item.kind != ChunkItem::Kind::need_more) return item;
    }
    if (cut_->held == 0) cut_.reset();
  }
  return step(in);
}

ChunkItem ChunkParser::step(StreamData& in) {
  ChunkItem item;
  if (in.bytes.empty()) return item;
  if (lost_) {
    in.offset += in.bytes.size();
    in.bytes = {};
    return item;
  }
  if (remaining_ == 0) return begin_chunk(in);

  const std::size_t count = std::min<std::size_t>(remaining_, in.bytes.size());
  ChunkStream& stream = streams_[current_];
  item.kind = ChunkItem::Kind::payload;
  item.stream = current_;
  item.payload = in.bytes.first(count);
  in.bytes = in.bytes.subspan(count);
  in.offset += count;
  remaining_ -= static_cast<std::uint32_t>(count);
  stream.received += static_cast<std::uint32_t>(count);
  item.ends_message = stream.received == stream.message.length;
  if (item.ends_message) stream.in_progress = false;
  return item;
}

ChunkItem ChunkParser::next(const StreamGap& gap) {
  ChunkItem item;
  if (lost_) return item;
  if (gap.length && *gap.length <= remaining_) {
    ChunkStream& stream = streams_[current_];
    const auto missing = static_cast<std::uint32_t>(*gap.length);
    item.kind = ChunkItem::Kind::gap;
    item.stream = current_;
    item.missing = missing;
    remaining_ -= missing;
    stream.received += missing;
    stream.incomplete = true;
    item.ends_message = stream.received == stream.message.length;
    if (item.ends_message) stream.in_progress = false;
    // What a Set Chunk Size or an Abort said is not known.
    if (stream.message.type_id == MessageType::set_chunk_size) forget_chunk_size();
    if (stream.message.type_id == MessageType::abort_message) {
      for (ChunkStream& each : streams_) each.incomplete = true;
    }
    return item;
  }
  if (gap.length && recovery_ != nullptr && gap.offset < recovery_->predicted_until)
    return assume_continuation(*gap.length);
  lose_sync();
  item.kind = ChunkItem::Kind::sync_lost;
  return item;
}

ChunkItem ChunkParser::begin_chunk(StreamData& in) {
  findings_.reset();
  if (cut_ == nullptr || cut_->held == 0) [[likely]] {
    header_.stream_offset = in.offset;
    if (parse_header(in.bytes)) {
      const Bytes raw = in.bytes.first(header_.size);
      in.bytes = in.bytes.subspan(header_.size);
      in.offset += header_.size;
      return resolve(in.packet, raw);
    }
    findings_.reset();
  }
  return collect_header(in);
}

/// The header is cut between pieces.
ChunkItem ChunkParser::collect_header(StreamData& in) {
  if (cut_ == nullptr) cut_ = std::make_unique<CutHeader>();
  CutHeader& cut = *cut_;
  if (cut.held == 0) cut.packet = in.packet;
  const std::size_t before = cut.held;
  const std::size_t count = std::min(in.bytes.size(), cut.bytes.size() - before);
  std::memmove(cut.bytes.data() + before, in.bytes.data(), count);  // `in` may be cut.unread
  cut.held += count;
  if (!parse_header({cut.bytes.data(), cut.held})) {
    in.bytes = in.bytes.subspan(count);
    in.offset += count;
    return {};
  }
  cut.held = 0;
  const Bytes raw(cut.bytes.data(), header_.size);
  if (header_.size < before) {
    // What looked like the extended timestamp of a type 3 header is none: those bytes are parsed again.
    cut.unread = {header_.stream_offset + header_.size,
                  Bytes(cut.bytes).subspan(header_.size, before - header_.size), cut.packet};
  } else {
    in.bytes = in.bytes.subspan(header_.size - before);
    in.offset += header_.size - before;
  }
  return resolve(cut.packet, raw);
}

bool ChunkParser::parse_header(Bytes bytes) {
  const std::uint8_t first = bytes[0];
  ChunkHeader& h = header_;
  h = {.stream_offset = h.stream_offset, .format = static_cast<std::uint8_t>(first >> 6)};
  const std::uint8_t low = first & 0x3F;
  h.basic_size = low == 0 ? 2 : low == 1 ? 3 : 1;
  const std::size_t fixed = h.basic_size + std::size_t{message_header_size[h.format]};
  if (bytes.size() < fixed) return false;
  switch (h.basic_size) {
    case 1: h.chunk_stream_id = low; break;
    case 2: h.chunk_stream_id = 64U + bytes[1]; break;
    default: h.chunk_stream_id = 64U + bytes[1] + 256U * bytes[2]; break;  // little-endian, RTMP 5.3.1.1
  }
  const std::uint8_t* p = bytes.data() + h.basic_size;
  h.size = static_cast<std::uint8_t>(fixed);
  read_message_header(p, h);
  if (h.format < 3) {
    if (h.has_extended_timestamp && bytes.size() < fixed + 4) return false;
  } else if (const ChunkStream* stream = find(h.chunk_stream_id);
             stream != nullptr && stream->has_extended_timestamp) {
    switch (type3_extended(*stream, bytes.subspan(fixed))) {
      case Extended::undecided: return false;
      case Extended::absent: return true;
      case Extended::present: h.has_extended_timestamp = true; break;
    }
  }
  if (h.has_extended_timestamp) {
    h.extended_timestamp = load_be32(bytes.data() + fixed);
    h.size = static_cast<std::uint8_t>(fixed + 4);
  }
  return true;
}

/// Whether a type 3 header on a chunk stream with extended timestamps has one, too. RTMP 5.3.1.3 wants it,
/// the first edition of the standard did not, and both kinds of senders exist. `rest` is what follows the
/// basic header.
ChunkParser::Extended ChunkParser::type3_extended(const ChunkStream& stream, Bytes rest) {
  const std::size_t available = std::min<std::size_t>(rest.size(), 4);
  const auto begins_like = [&](std::uint32_t value) {
    const std::array<std::uint8_t, 4> bytes = {
        static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
        static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
    return std::memcmp(bytes.data(), rest.data(), available) == 0;
  };
  const std::uint32_t absolute = stream.message.timestamp;
  const bool like_sent = begins_like(stream.extended_timestamp);
  const bool like_absolute = begins_like(absolute) || begins_like(absolute & 0x7FFFFFFFU);
  if (like_sent || like_absolute) {
    if (available < 4) return Extended::undecided;
    if (!like_sent) note(FindingId::extended_timestamp_absolute, {1, 4}, absolute, stream.extended_timestamp);
    type3_habit_ = Habit::present;
    return Extended::present;
  }
  if (stream.in_progress) {
    if (type3_habit_ != Habit::absent) {
      note(FindingId::extended_timestamp_absent, {0, 1}, stream.message.chunk_stream_id,
           stream.extended_timestamp);
    }
    type3_habit_ = Habit::absent;
    return Extended::absent;
  }
  if (type3_habit_ == Habit::absent) return Extended::absent;
  return available < 4 ? Extended::undecided : Extended::present;
}

ChunkItem ChunkParser::resolve(PacketRef packet, Bytes raw) {
  const Ambiguity ambiguity = recovery_ == nullptr ? Ambiguity::none : ambiguity_of_header();
  if (ambiguity == Ambiguity::provisional_end) return stop_at(ChunkItem::Kind::next_header, raw);
  const bool provisional = ambiguity == Ambiguity::chunk_size && expected_split();
  if (ambiguity != Ambiguity::none && !provisional) return stop_at(ChunkItem::Kind::ambiguous_header, raw);
  const std::size_t index = find_or_add(header_.chunk_stream_id);
  ChunkStream& stream = streams_[index];
  ChunkItem item;
  item.kind = ChunkItem::Kind::begin;
  item.stream = index;
  item.raw = raw;
  current_ = static_cast<std::uint32_t>(index);

  const bool continuation = header_.format == 3 && stream.in_progress;
  if (continuation) {
    ++stream.message.chunks;
  } else {
    item.abandoned = stream.in_progress;
    if (item.abandoned) abandoned_ = std::make_unique<ChunkStream>(stream);
    item.starts_message = true;
    if (!plausible(stream)) {
      if (++implausible_ >= implausible_limit) {
        lose_sync();
        item.kind = ChunkItem::Kind::sync_lost;
        item.reason = implausible_header;
        return item;
      }
    } else {
      implausible_ = 0;
    }
    start_message(stream, packet);
    if (provisional) recovery_->provisional = {.stream = current_};
  }
  const std::uint32_t rest = stream.message.length - stream.received;
  remaining_ = std::min(rest, chunk_size_);
  item.payload_length = remaining_;
  item.ends_message = rest == 0;
  if (item.ends_message) stream.in_progress = false;
  return item;
}

bool ChunkParser::plausible(const ChunkStream& stream) const {
  if (header_.format >= 2) return stream.last_format != 0xFF;
  return is_known_message_type(header_.type_id) || header_.type_id == 7;  // 7 is used between Adobe's servers
}

void ChunkParser::start_message(ChunkStream& stream, PacketRef packet) {
  MessageHeader& message = stream.message;
  const ChunkHeader& h = header_;
  if (stream.last_format == 0xFF && h.format != 0) {
    if (recovery_ == nullptr) {
      note(FindingId::first_header_not_type0, {0, 1}, h.format, h.chunk_stream_id);
    } else {  // the header that it follows is not in the capture
      message.timestamp =
          recent_[0].timestamp - (h.has_extended_timestamp ? h.extended_timestamp : h.timestamp_field);
      message.timestamp_exact = false;
      message.message_stream_id_known = false;
    }
  }
  if (recovery_ != nullptr) [[unlikely]]
    estimate_timestamp(stream, packet.time);
  if (h.basic_size == 3 && basic_header_size(h.chunk_stream_id) < 3) {
    note(FindingId::basic_header_longer_than_needed, {0, 3}, h.chunk_stream_id);
  }
  if (h.format == 0) {
    message.timestamp_exact = true;
    message.message_stream_id_known = true;
    message.message_stream_id = h.message_stream_id;
    if (h.message_stream_id != 0 && (h.message_stream_id & 0xFFFFFFU) == 0) {
      note(FindingId::message_stream_id_swapped, {h.basic_size + 7U, 4}, h.message_stream_id,
           h.message_stream_id >> 24);
    }
  }
  if (h.format <= 1) {
    message.length = h.length;
    message.type_id = h.type_id;
  }
  const std::uint32_t time_field = h.has_extended_timestamp ? h.extended_timestamp : h.timestamp_field;
  switch (h.format) {
    case 0:
      message.timestamp = time_field;
      stream.delta = time_field;
      break;
    case 1:
    case 2:
      stream.delta = time_field;
      message.timestamp += time_field;
      break;
    default: message.timestamp = type3_timestamp(stream); break;
  }
  if (h.format < 3) {
    stream.last_format = h.format;
    stream.has_extended_timestamp = h.has_extended_timestamp;
    stream.extended_timestamp = h.extended_timestamp;
  } else if (stream.last_format == 0xFF) {
    stream.last_format = 1;  // nothing to inherit: an empty message at time 0, reported above
  }
  stream.received = 0;
  stream.in_progress = true;
  stream.incomplete = false;
  stream.defaults_uncertain = false;
  message.chunks = 1;
  message.first_frame = packet.number;
  message.stream_offset = h.stream_offset;
  if (message.type_id == MessageType::audio || message.type_id == MessageType::video) {
    estimator_.add_media(stream.clock, message.timestamp, message.timestamp_exact, message.stream_offset,
                         packet.time);
  } else {
    estimator_.add_control(packet.time);
  }
  if (message.chunk_stream_id != 2) {  // times of protocol control messages mean nothing
    if (recent_[0].chunk_stream_id != message.chunk_stream_id) recent_[1] = recent_[0];
    recent_[0] = {message.chunk_stream_id, message.timestamp};
  }
}

/// Time of a message that a type 3 header begins (RTMP 5.3.1.2.4).
std::uint32_t ChunkParser::type3_timestamp(ChunkStream& stream) {
  const std::uint32_t previous = stream.message.timestamp;
  if (header_.has_extended_timestamp && header_.extended_timestamp != stream.extended_timestamp &&
      header_.extended_timestamp != previous) {
    // A new value in the repeated field: the sender means this message's own time or delta.
    if (stream.last_format == 0) return header_.extended_timestamp;
    stream.delta = header_.extended_timestamp;
    return previous + stream.delta;
  }
  if (stream.last_format != 0 || stream.delta == 0) return previous + stream.delta;

  // After a type 0 header the standard adds its time once more; many receivers and some senders add nothing.
  // Take what keeps closer to the other chunk streams, and remember it for the messages that follow.
  const std::uint32_t step = stream.delta;
  const std::uint32_t own = stream.message.chunk_stream_id;
  const Recent& other = recent_[0].chunk_stream_id != own ? recent_[0] : recent_[1];
  const bool adds = other.chunk_stream_id != 0
                        ? distance(previous + step, other.timestamp) < distance(previous, other.timestamp)
                        : step <= believable_step_ms;
  if (recovery_ != nullptr) stream.message.timestamp_exact = false;  // what is compared with may be estimated
  note(FindingId::type3_after_type0, {0, 1}, adds ? previous + step : previous,
       adds ? previous : previous + step);
  stream.last_format = 1;  // decided: from here on the delta is agreed
  stream.delta = adds ? step : 0;
  return previous + stream.delta;
}

void describe_chunk(const ChunkHeader& h, std::uint32_t payload_length, FieldSink& sink) {
  sink.number(FieldId::chunk_stream_offset, {}, h.stream_offset);
  sink.number(FieldId::chunk_format, {0, 1}, h.format);
  sink.number(FieldId::chunk_chunk_stream_id, {0, h.basic_size}, h.chunk_stream_id);
  std::uint32_t at = h.basic_size;
  if (h.format == 0) sink.number(FieldId::chunk_timestamp, {at, 3}, h.timestamp_field);
  if (h.format == 1 || h.format == 2) sink.number(FieldId::chunk_timestamp_delta, {at, 3}, h.timestamp_field);
  if (h.format <= 1) {
    sink.number(FieldId::chunk_length, {at + 3, 3}, h.length);
    sink.number(FieldId::chunk_type_id, {at + 6, 1}, h.type_id);
  }
  if (h.format == 0) sink.number(FieldId::chunk_message_stream_id, {at + 7, 4}, h.message_stream_id);
  at += message_header_size[h.format];
  if (h.has_extended_timestamp) sink.number(FieldId::chunk_extended_timestamp, {at, 4}, h.extended_timestamp);
  sink.number(FieldId::chunk_payload_length, {}, payload_length);
}

}  // namespace rtmpscope::rtmp
