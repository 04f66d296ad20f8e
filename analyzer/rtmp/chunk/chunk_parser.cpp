#include "rtmp/chunk/chunk_parser.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

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

void ChunkParser::note(FindingId id, Range range, std::uint64_t a, std::uint64_t b) {
  if (findings_ == nullptr) findings_ = std::make_unique<std::vector<ChunkFinding>>();
  findings_->push_back({id, range, a, b});
}

void ChunkParser::note(const std::optional<ChunkFinding>& finding) {
  if (finding) note(finding->id, finding->range, finding->a, finding->b);
}

void ChunkParser::set_chunk_size(std::uint32_t size) {
  chunk_size_ = size;
  if (recovery_ != nullptr) recovery_->chunk_size_sent();
}

void ChunkParser::lose_sync() {
  state_ = State::lost;
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
  if (state_ != State::in_sync) {
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
  if (state_ != State::in_sync) return item;
  if (gap.length && *gap.length <= remaining_) {
    ChunkStream& stream = streams_[current_];
    const auto missing = static_cast<std::uint32_t>(*gap.length);
    item.kind = ChunkItem::Kind::gap;
    item.stream = current_;
    item.missing = missing;
    remaining_ -= missing;
    stream.received += missing;
    stream.missing += missing;
    stream.incomplete = true;
    item.ends_message = stream.received == stream.message.length;
    if (item.ends_message) stream.in_progress = false;
    // What a Set Chunk Size or an Abort said is not known.
    if (stream.message.type_id == MessageType::set_chunk_size) recovery().forget_chunk_size();
    if (stream.message.type_id == MessageType::abort_message) {
      for (ChunkStream& each : streams_) each.incomplete = true;
    }
    return item;
  }
  if (gap.length && recovery_ != nullptr && recovery_->is_predicted(gap.offset))
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
  ChunkHeader& h = header_;
  h = {.stream_offset = h.stream_offset};
  if (!read_basic_header(bytes, h) || !read_message_header(bytes, h)) return false;
  if (h.format == 3) {
    const ChunkStream* stream = find(h.chunk_stream_id);
    if (stream == nullptr || !stream->has_extended_timestamp) return true;
    return finish_header(extended_timestamps_.read_type3(h, *stream, bytes.subspan(h.size)), bytes);
  }
  if (extended_timestamps_.may_be_unannounced() && !h.has_extended_timestamp) [[unlikely]] {
    return finish_header(extended_timestamps_.read_unannounced(h, header_length(), bytes.subspan(h.size)),
                         bytes);
  }
  return read_extended_timestamp(bytes, h);
}

bool ChunkParser::finish_header(ExtendedTimestamp extended, Bytes bytes) {
  switch (extended) {
    case ExtendedTimestamp::cut: return false;
    case ExtendedTimestamp::absent: return true;
    case ExtendedTimestamp::undecided: state_ = State::at_undecided_header; return true;
    case ExtendedTimestamp::present: break;
  }
  header_.has_extended_timestamp = true;
  return read_extended_timestamp(bytes, header_);
}

ChunkItem ChunkParser::resolve(PacketRef packet, Bytes raw) {
  using Ambiguity = ChunkParserRecovery::Ambiguity;
  if (state_ != State::in_sync) [[unlikely]]
    return stop_at(ChunkItem::Kind::undecided_header, State::at_undecided_header, raw);
  bool provisional = false;
  if (recovery_ != nullptr) [[unlikely]] {
    const std::uint32_t length = header_length();
    const Ambiguity ambiguity = recovery_->ambiguity_of(header_, find(header_.chunk_stream_id), length);
    if (ambiguity == Ambiguity::provisional_end) {
      return stop_at(ChunkItem::Kind::next_header, State::at_next_header, raw);
    }
    provisional = ambiguity == Ambiguity::chunk_size && recovery_->expected_split(length);
    if (ambiguity != Ambiguity::none && !provisional) {
      return stop_at(ChunkItem::Kind::ambiguous_header, State::at_ambiguous_header, raw);
    }
  }
  const std::size_t index = streams_.find_or_add(header_.chunk_stream_id);
  ChunkStream& stream = streams_[index];
  ChunkItem item;
  item.kind = ChunkItem::Kind::begin;
  item.stream = index;
  item.raw = raw;
  current_ = static_cast<std::uint32_t>(index);
  if (header_.has_extended_timestamp || (header_.format == 3 && stream.has_extended_timestamp)) [[unlikely]]
    note(extended_timestamps_.learn(header_, stream));

  const bool continuation = stream.in_progress && continues_message(header_, stream.message);
  if (continuation) {
    ++stream.message.chunks;
    if (header_.format != 3) [[unlikely]]
      repeat_header(stream);
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
    if (provisional) recovery_->begin_provisional(current_);
  }
  const std::uint32_t rest = stream.message.length - stream.received;
  remaining_ = std::min(rest, chunk_size_);
  item.payload_length = remaining_;
  item.ends_message = rest == 0;
  if (item.ends_message) stream.in_progress = false;
  return item;
}

/// A message is continued by a header of type 1 or 2. It says once more what is known; its time means
/// nothing.
void ChunkParser::repeat_header(ChunkStream& stream) {
  if (!stream.repeats_headers) {
    note(FindingId::continuation_not_type3, {0, 1}, header_.format, header_.chunk_stream_id);
  }
  stream.repeats_headers = true;
  stream.has_extended_timestamp = header_.has_extended_timestamp;
  stream.extended_timestamp = header_.extended_timestamp;
}

bool ChunkParser::plausible(const ChunkStream& stream) const {
  if (header_.format >= 2) return stream.has_defaults();
  return is_known_message_type(header_.type_id) || header_.type_id == 7;  // 7 is used between Adobe's servers
}

void ChunkParser::start_message(ChunkStream& stream, PacketRef packet) {
  MessageHeader& message = stream.message;
  const ChunkHeader& h = header_;
  if (!stream.has_defaults() && h.format != 0) begin_without_defaults(message);
  if (recovery_ != nullptr) [[unlikely]]
    estimate_timestamp(h, estimator_, packet.time, stream);
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
  update_timestamp(stream);
  stream.received = 0;
  stream.missing = 0;
  stream.in_progress = true;
  stream.incomplete = false;
  stream.defaults_uncertain = false;
  message.chunks = 1;
  message.first_frame = packet.number;
  message.stream_offset = h.stream_offset;
  follow_clocks(stream, packet);
}

/// The header inherits, and its chunk stream has sent no header before it. After a loss, that one is only
/// missing in the capture.
void ChunkParser::begin_without_defaults(MessageHeader& message) {
  const ChunkHeader& h = header_;
  if (recovery_ == nullptr) {
    note(FindingId::first_header_not_type0, {0, 1}, h.format, h.chunk_stream_id);
    return;
  }
  message.timestamp = recent_[0].timestamp - h.time();
  message.timestamp_exact = false;
  message.message_stream_id_known = false;
}

void ChunkParser::update_timestamp(ChunkStream& stream) {
  const ChunkHeader& h = header_;
  MessageHeader& message = stream.message;
  switch (h.format) {
    case 0:
      message.timestamp = h.time();
      stream.delta = h.time();
      break;
    case 1:
    case 2:
      stream.delta = h.has_extended_timestamp ? delta_of(h, message.timestamp) : h.timestamp_field;
      message.timestamp += stream.delta;
      break;
    default: message.timestamp = type3_timestamp(stream); break;
  }
  if (h.format < 3) {
    stream.last_format = static_cast<LastFormat>(h.format);
    stream.has_extended_timestamp = h.has_extended_timestamp;
    stream.extended_timestamp = h.extended_timestamp;
  } else if (!stream.has_defaults()) {
    stream.last_format = LastFormat::type1;  // nothing to inherit: an empty message at time 0, reported above
  }
}

/// What later timestamps are estimated from, and compared with.
void ChunkParser::follow_clocks(ChunkStream& stream, PacketRef packet) {
  const MessageHeader& message = stream.message;
  if (message.type_id == MessageType::audio || message.type_id == MessageType::video) {
    estimator_.add_media(stream.clock, message.timestamp, message.timestamp_exact, message.stream_offset,
                         packet.time);
  } else {
    estimator_.add_control(packet.time);
  }
  if (message.chunk_stream_id != 2) {  // times of protocol control messages mean nothing
    if (recent_[0].chunk_stream_id != message.chunk_stream_id) recent_[1] = recent_[0];
    recent_[0] = {message.chunk_stream_id, message.timestamp};
    extended_timestamps_.follow(message.timestamp);
  }
}

/// Time of a message that a type 3 header begins (RTMP 5.3.1.2.4).
std::uint32_t ChunkParser::type3_timestamp(ChunkStream& stream) {
  const std::uint32_t previous = stream.message.timestamp;
  if (header_.has_extended_timestamp && header_.extended_timestamp != stream.extended_timestamp &&
      header_.extended_timestamp != previous && header_.extended_timestamp >= extended_mark) {
    // A new value in the repeated field: the sender means this message's own time or delta.
    if (stream.last_format == LastFormat::type0) return header_.extended_timestamp;
    stream.delta = header_.extended_timestamp;
    return previous + stream.delta;
  }
  if (stream.last_format != LastFormat::type0 || stream.delta == 0) return previous + stream.delta;

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
  stream.last_format = LastFormat::type1;  // decided: from here on the delta is agreed
  stream.delta = adds ? step : 0;
  return previous + stream.delta;
}

std::uint32_t ChunkParser::header_length() const {
  if (header_.format < 2) return header_.length;
  const ChunkStream* stream = find(header_.chunk_stream_id);
  return stream == nullptr ? 0 : stream->message.length;
}

std::optional<InterruptedChunk> ChunkParser::interrupted(std::uint64_t missing) const {
  const bool within_header = cut_ != nullptr && (cut_->held != 0 || !cut_->unread.bytes.empty());
  if (state_ != State::in_sync || within_header || streams_.empty()) return std::nullopt;
  const ChunkStream& stream = streams_[current_];
  if (!stream.in_progress) return std::nullopt;
  const bool last_chunk = stream.received + remaining_ == stream.message.length;
  if (last_chunk && missing > remaining_) return std::nullopt;
  return InterruptedChunk{current_, remaining_};
}

Bytes ChunkParser::take_unread_bytes() {
  return cut_ == nullptr ? Bytes() : std::exchange(cut_->unread.bytes, {});
}

ChunkParserRecovery& ChunkParser::recovery() {
  if (recovery_ == nullptr) recovery_ = std::make_unique<ChunkParserRecovery>();
  return *recovery_;
}

void ChunkParser::enter_recovery(const ChunkResumption& resumption) {
  state_ = State::in_sync;
  implausible_ = 0;
  chunk_size_ = recovery().enter(resumption);
  for (const HeaderDefaults& each : resumption.defaults) set_defaults(each);
}

void ChunkParser::set_defaults(const HeaderDefaults& defaults) {
  ChunkStream& stream = streams_[streams_.find_or_add(defaults.chunk_stream_id)];
  MessageHeader& message = stream.message;
  message.length = defaults.length;
  message.type_id = defaults.type_id;
  message.timestamp_exact = false;
  if (stream.has_defaults()) return;
  stream.last_format = LastFormat::type1;
  message.timestamp = recent_[0].timestamp;
  message.message_stream_id_known = false;
}

void ChunkParser::resume(const ChunkResumption& resumption) {
  enter_recovery(resumption);
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
  recovery_->set_predicted_until(predicted_until);
  current_ = static_cast<std::uint32_t>(interrupted.stream);
  remaining_ = interrupted.remaining;
}

void ChunkParser::resume_at_ambiguous_header(const ChunkResumption& resumption) {
  enter_recovery(resumption);
}

ChunkItem ChunkParser::stop_at(ChunkItem::Kind kind, State state, Bytes raw) {
  ChunkItem item;
  item.kind = kind;
  item.raw = raw;
  state_ = state;
  return item;
}

/// The search has shown that the gap hides nothing but chunks of the message in progress.
ChunkItem ChunkParser::assume_continuation(std::uint64_t missing) {
  ChunkStream& stream = streams_[current_];
  ChunkItem item;
  item.kind = ChunkItem::Kind::gap;
  item.stream = current_;
  const std::uint32_t before = stream.received;
  const std::uint32_t id = stream.message.chunk_stream_id;
  const std::uint64_t header_size =
      basic_header_size(id) + (stream.has_extended_timestamp && !extended_timestamps_.omitted() ? 4U : 0U);
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
    stream.missing += count;
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
