#include "rtmp/chunk/chunk_parser.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/byte_order.hpp"
#include "rtmp/chunk/ordinary_header.hpp"

namespace rtmpscope::rtmp {

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
  if (stream.received == 0) {
    if (!begins_body(stream, in.bytes[0])) [[unlikely]] {
      odd_body_ = true;
      return stop_at(ChunkItem::Kind::odd_header, State::at_odd_header, {});
    }
    taken_ = {header_.stream_offset, in.offset, current_};
  }
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
  std::size_t index = streams_.index_of(header_.chunk_stream_id);
  const ChunkStream* const known = index == not_seen ? nullptr : &streams_[index];
  const bool continuation =
      known != nullptr && known->in_progress && continues_message(header_, known->message);
  if (needs_belief(known, continuation) && !is_believed()) [[unlikely]] {
    odd_body_ = false;
    return stop_at(ChunkItem::Kind::odd_header, State::at_odd_header, raw);
  }
  if (known == nullptr) index = streams_.find_or_add(header_.chunk_stream_id);
  ChunkStream& stream = streams_[index];
  ++stream.headers[header_.format];
  ChunkItem item;
  item.kind = ChunkItem::Kind::begin;
  item.stream = index;
  item.raw = raw;
  current_ = static_cast<std::uint32_t>(index);
  if (header_.has_extended_timestamp || (header_.format == 3 && stream.has_extended_timestamp)) [[unlikely]]
    note(extended_timestamps_.learn(header_, stream));

  if (continuation) {
    ++stream.message.chunks;
    stream.message.header_bytes += header_.size;
    taken_ = {header_.stream_offset, header_.stream_offset + header_.size, current_};
    if (header_.format != 3) [[unlikely]]
      repeat_header(stream);
  } else {
    item.abandoned = stream.in_progress;
    if (item.abandoned) abandoned_ = std::make_unique<ChunkStream>(stream);
    item.starts_message = true;
    start_message(stream, packet);
    if (provisional) recovery_->begin_provisional(current_);
  }
  const std::uint32_t rest = stream.message.length - stream.received;
  remaining_ = std::min(rest, chunk_size_);
  item.payload_length = remaining_;
  item.ends_message = rest == 0;
  if (item.ends_message) {
    stream.in_progress = false;
    taken_ = {header_.stream_offset, header_.stream_offset + header_.size, current_};
  }
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

/// Random bytes could look like the header, as far as the parser knows. `stream` is as it was before it.
bool ChunkParser::needs_belief(const ChunkStream* stream, bool continues) const {
  if (!continues) return !is_ordinary(header_, stream);
  return header_.format == 2 && !stream->repeats_headers && header_.timestamp_field > usual_longest_step_ms;
}

/// It was weighed, or what follows it has been parsed on trial.
bool ChunkParser::is_believed() const {
  return believed_ == header_.stream_offset ||
         (recovery_ != nullptr && recovery_->is_trusted(header_.stream_offset));
}

/// False: the header inherits all that says what the message is, and its body begins with another byte than
/// all others.
bool ChunkParser::begins_body(const ChunkStream& stream, std::uint8_t first) {
  const std::uint8_t type_id = stream.message.type_id;
  if (header_.format >= 2 && !body_begins_.contains(type_id, first) && !is_believed()) return false;
  body_begins_.add(type_id, first);
  return true;
}

void ChunkParser::start_message(ChunkStream& stream, PacketRef packet) {
  MessageHeader& message = stream.message;
  const ChunkHeader& h = header_;
  if (!stream.has_defaults() && h.format != 0) begin_without_defaults(message);
  if (recovery_ != nullptr) [[unlikely]]
    estimate_timestamp(h, clock_.estimator(), packet.time, stream);
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
  note(clock_.advance(h, stream, recovery_ != nullptr));
  stream.received = 0;
  stream.missing = 0;
  stream.in_progress = true;
  stream.incomplete = false;
  stream.defaults_uncertain = false;
  message.chunks = 1;
  message.first_frame = packet.number;
  message.first_time = packet.time;
  message.stream_offset = h.stream_offset;
  message.header_bytes = h.size;
  message.header_type = h.format;
  if (stream.first_header_type == no_header) [[unlikely]]
    stream.first_header_type = h.format;
  clock_.follow(stream, packet);
  if (message.chunk_stream_id != 2) extended_timestamps_.follow(message.timestamp);
}

/// The header inherits, and its chunk stream has sent no header before it. After a loss, that one is only
/// missing in the capture.
void ChunkParser::begin_without_defaults(MessageHeader& message) {
  const ChunkHeader& h = header_;
  if (recovery_ == nullptr) {
    note(FindingId::first_header_not_type0, {0, 1}, h.format, h.chunk_stream_id);
    return;
  }
  message.timestamp = clock_.last_timestamp() - h.time();
  message.timestamp_exact = false;
  message.message_stream_id_known = false;
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
  message.timestamp = clock_.last_timestamp();
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

void ChunkParser::restart_message(const ChunkResumption& resumption) {
  enter_recovery(resumption);
  header_ = {.stream_offset = taken_.header,
             .size = static_cast<std::uint8_t>(taken_.payload - taken_.header)};
  believed_ = taken_.header;
  current_ = taken_.stream;
  ChunkStream& stream = streams_[current_];
  stream.received = stream.missing = 0;
  stream.message.chunks = 1;
  stream.message.header_bytes = header_.size;
  stream.in_progress = true;
  stream.incomplete = false;
  remaining_ = std::min(stream.message.length, chunk_size_);
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
