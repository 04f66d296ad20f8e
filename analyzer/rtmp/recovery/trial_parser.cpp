#include "rtmp/recovery/trial_parser.hpp"

#include <algorithm>

#include "rtmp/evidence/usual_values.hpp"
#include "rtmp/recovery/body_type.hpp"
#include "rtmp/recovery/chunk_size_inference.hpp"

namespace rtmpscope::rtmp {
namespace {

/// A message that ends exactly where a gap begins. Senders fill packets with whole messages more often than
/// not.
constexpr int alignment_bits = 8;
/// Evidence that the header behind a message needs to confirm its length, if a lost header may have changed
/// that length …
constexpr int uncertain_length_bits = 20;
/// … or that the headers behind several messages of the chunk stream need together.
constexpr int uncertain_length_bits_sum = 36;

/// A type 2 header may be made of the last bytes of a payload and the type 3 header behind it, and leads to
/// the same next header. Then its timestamp delta is a number by chance.
bool steps_too_far(const ChunkHeader& header) {
  const bool has_step = header.format == 1 || header.format == 2;
  return has_step && !header.has_extended_timestamp && header.timestamp_field > usual_longest_step_ms;
}

}  // namespace

void TrialParser::begin(const TrialStart& start) {
  result_ = {.offset = start.offset, .confirmed = start.offset, .chunk_size = start.chunk_size};
  crosses_gaps_ = start.interrupted.has_value();
  next_header_.reset();
  last_message_stream_ = 0;
  length_certain_ = true;
  samples_.clear();
  reader_.begin(start);
}

TrialResult TrialParser::stop(Reason reason) {
  result_.reason = reason;
  result_.wanted_end = reader_.wanted_end();
  return result_;
}

TrialResult TrialParser::try_from(const TrialStart& start, bool until_confirmed) {
  begin(start);
  if (crosses_gaps_ && !continue_interrupted(*start.interrupted)) return stop(Reason::contradiction);
  for (int passed = 0;; ++passed) {
    if (passed == trial_headers && result_.messages > 1) return stop(Reason::enough);
    if (reader_.input().work.exhausted()) return stop(Reason::contradiction);
    if (const auto reason = pass_header(start, until_confirmed)) return stop(*reason);
  }
}

/// Goes to the end of the interrupted chunk, and over the gap; false if the message cannot continue there.
bool TrialParser::continue_interrupted(const InterruptedChunk& interrupted) {
  const ChunkStream& state = reader_.input().parser.stream(interrupted.stream);
  const std::uint32_t id = state.message.chunk_stream_id;
  if (!state.in_progress) return false;
  reader_.stream(id).left -= interrupted.remaining;
  result_.offset += interrupted.remaining;
  if (!cross_gap(id)) return false;
  result_.confirmed = result_.offset;
  return true;
}

/// Passes the header where the trial stands, and its chunk. Returns why the trial ends, if it does.
std::optional<TrialResult::Reason> TrialParser::pass_header(const TrialStart& start, bool until_confirmed) {
  TrialHeader header;
  switch (read_next(header)) {
    case HeaderRead::not_header: return reject_header();
    case HeaderRead::need_more: return Reason::need_more;
    case HeaderRead::in_gap: return Reason::gap;
    case HeaderRead::header: break;
  }
  const std::uint32_t id = header.header.chunk_stream_id;
  const std::uint64_t payload = result_.offset + header.header.size;
  if (!header.continuation) {
    if (const auto reason = accept_header(start, header, until_confirmed)) return reason;
  }
  result_.bits += header.bits;
  result_.payload_bits += header.payload_bits;
  if (!header.continuation) {
    begin_message(header);
    if (const auto reason = find_chunk_size(start, payload, header)) return reason;
    if (header.header.length == 0) {
      result_.offset = payload;
      end_message(id, payload);
      return std::nullopt;
    }
  }
  if (!pass_chunk(id, payload)) return Reason::contradiction;
  return std::nullopt;
}

/// The header where the trial stands.
HeaderRead TrialParser::read_next(TrialHeader& header) {
  if (!next_header_ || next_header_->header.stream_offset != result_.offset) {
    return reader_.read(result_.offset, header);
  }
  header = *next_header_;
  return HeaderRead::header;
}

/// The trial cannot read on. But a header that inherits from a lost one confirms the message before it.
TrialResult::Reason TrialParser::reject_header() {
  if (result_.messages == 0 || !length_certain_) return Reason::contradiction;
  int bits = 0;
  const HeaderRead inheriting = reader_.read_inheriting(result_.offset, bits);
  if (inheriting == HeaderRead::need_more) return Reason::need_more;
  if (inheriting == HeaderRead::header) {
    result_.confirmed = result_.offset;
    result_.bits += bits;
    ++result_.confirmed_ends;
    add_inheriting_sample(result_.offset);
  }
  return Reason::contradiction;
}

void TrialParser::add_inheriting_sample(std::uint64_t offset) {
  const Bytes bytes = reader_.window().at(offset);
  const FirstByte first{bytes[0]};
  const Bytes body = bytes.subspan(first.header_size(), weighed_body_bytes);
  const RecognizedType type = recognize_type(body, nullptr, reader_.input().profile);
  samples_.push_back({first.id(), 0, type.type_id, BodyHead(body)});
}

/// Counts a header that begins a message: it ends the message before, and may be all that the trial needs.
std::optional<TrialResult::Reason> TrialParser::accept_header(const TrialStart& start,
                                                              const TrialHeader& header,
                                                              bool until_confirmed) {
  if (result_.messages > 0 || crosses_gaps_) {
    if (confirms(header)) {
      result_.confirmed = result_.offset;
      reader_.make_certain(last_message_stream_);
    }
    ++result_.confirmed_ends;
    if (until_confirmed && result_.confirmed > start.offset) return Reason::enough;
    if (start.enough_bits_of_one > 0 && result_.confirmed == result_.offset &&
        result_.bits + header.bits >= start.enough_bits_of_one) {
      result_.bits += header.bits;
      result_.payload_bits += header.payload_bits;
      return Reason::enough;
    }
  }
  if (result_.messages == 0) {
    if (start.least_first_bits > 0 && steps_too_far(header.header)) return Reason::contradiction;
    const int least = header.header.format == 3 ? start.least_type3_bits : start.least_first_bits;
    if (header.bits < least) return Reason::contradiction;
    result_.first_bits = header.bits;
  }
  ++result_.messages;
  if (header.header.format < 2) ++result_.explicit_headers;
  return std::nullopt;
}

/// Whether the header, which stands behind the message that began last, confirms that message's length. A
/// length that a lost header may have changed needs more; then it is certain.
bool TrialParser::confirms(const TrialHeader& header) {
  if (length_certain_) return header.bits >= next_header_bits;
  int& sum = reader_.stream(last_message_stream_).confirmation_bits;
  sum += header.bits;
  return header.bits >= uncertain_length_bits || sum >= uncertain_length_bits_sum;
}

void TrialParser::begin_message(const TrialHeader& header) {
  next_header_.reset();
  const ChunkHeader& h = header.header;
  TrialReader::Stream& s = reader_.stream(h.chunk_stream_id);
  ChunkStream& state = s.state;
  state.message.type_id = h.type_id;
  state.message.length = h.length;
  state.message.message_stream_id = h.message_stream_id;
  if (h.format == 0) {
    state.message.timestamp = h.time();
  } else if (h.format < 3) {
    state.message.timestamp += h.time();
  }
  if (h.format < 3) {
    state.last_format = static_cast<LastFormat>(h.format);
    state.has_extended_timestamp = h.has_extended_timestamp;
    state.extended_timestamp = h.extended_timestamp;
  }
  state.message.stream_offset = h.stream_offset;
  s.head = BodyHead(header.body.first(std::min<std::size_t>(header.body.size(), h.length)));
  if (samples_.size() < most_samples) samples_.push_back({s.id, h.length, h.type_id, s.head});
  s.certain = s.certain || h.format < 2;
  s.sent_length = s.sent_length || h.format < 2;
  if (!s.sent_length) ++result_.unknown_defaults;
  length_certain_ = s.certain;
  last_message_stream_ = s.id;
  s.left = h.length;
}

/// Infers the chunk size if it leaves open how the message is split.
std::optional<TrialResult::Reason> TrialParser::find_chunk_size(const TrialStart& start,
                                                                std::uint64_t payload,
                                                                const TrialHeader& header) {
  using Choice = ChunkSizeInference::Choice;
  if (!result_.chunk_size.leaves_open(header.header.length)) return std::nullopt;
  ChunkSizeInference inference(reader_, start, result_.chunk_size, next_header_);
  switch (inference.choose(payload, header, length_certain_)) {
    case Choice::chosen: break;
    case Choice::unsplit:
      if (header.header.format < 2) result_.confirmed = payload + header.header.length;
      break;
    case Choice::none: return Reason::contradiction;
    case Choice::need_more: return Reason::need_more;
    case Choice::in_gap:
      if (result_.chunk_size.size == 0) return Reason::gap;
      break;
  }
  return std::nullopt;
}

void TrialParser::end_message(std::uint32_t id, std::uint64_t next) {
  if (!reader_.stream(id).certain || !reader_.ends_at_gap(next)) return;
  ++result_.confirmed_ends;
  result_.bits += alignment_bits;
  result_.confirmed = next;
}

/// Continues behind the payload of one chunk that begins at `payload`; false if the trial ends.
bool TrialParser::pass_chunk(std::uint32_t id, std::uint64_t payload) {
  TrialReader::Stream& s = reader_.stream(id);
  const std::uint32_t size = result_.chunk_size.size;
  const std::uint32_t count = size == 0 ? s.left : std::min(s.left, size);
  s.left -= count;
  result_.offset = payload + count;
  if (s.left == 0) {
    end_message(id, result_.offset);
    return true;
  }
  return !crosses_gaps_ || cross_gap(id);
}

/// Assumes that the message in progress continues in the gap, up to the gap's end or to the message's.
bool TrialParser::cross_gap(std::uint32_t id) {
  const KeptBytes& window = reader_.window();
  while (window.in_gap(result_.offset)) {
    TrialReader::Stream& s = reader_.stream(id);
    if (s.left == 0) return true;
    const std::uint32_t size = reader_.continuation_size(id);
    if (result_.chunk_size.size == 0 || !window.in_gap(result_.offset + size - 1)) return false;
    const std::uint32_t count = std::min(s.left, result_.chunk_size.size);
    s.left -= count;
    result_.offset += size + count;
    ++reader_.input().work.steps;
    if (reader_.input().work.exhausted()) return false;
  }
  return true;
}

TrialParser::NextHeader TrialParser::check_next_header(std::uint64_t offset, bool last) {
  begin({.offset = offset, .state_holds = true, .last = last});
  TrialHeader header;
  HeaderRead read = reader_.read(offset, header);
  int bits = header.bits;
  if (read == HeaderRead::not_header) read = reader_.read_inheriting(offset, bits);
  switch (read) {
    case HeaderRead::need_more: return NextHeader::need_more;
    case HeaderRead::in_gap: return NextHeader::not_there;
    case HeaderRead::not_header: return NextHeader::refuted;
    case HeaderRead::header: break;
  }
  if (bits >= next_header_bits) return NextHeader::believable;
  const bool whole = header.body.size() >= std::min<std::size_t>(weighed_body_bytes, header.header.length);
  return whole ? NextHeader::refuted : NextHeader::not_there;
}

bool TrialParser::first_is_whole(std::uint64_t header) const {
  const Bytes run = reader_.window().at(header);
  if (samples_.empty() || run.empty()) return false;
  const FirstByte first{run[0]};
  if (!first.is_whole()) return false;
  const MessageSample& message = samples_.front();
  const std::uint32_t chunk = result_.chunk_size.size;
  const std::size_t wire = bytes_in_chunks(message.length, chunk);
  if (wire == 0 || run.size() < first.header_size() + wire) return false;
  const Bytes body = run.subspan(first.header_size(), wire);
  return recognize_whole(body, chunk, reader_.input().work).type_id == message.type_id;
}

bool is_no_first_type3(const TrialInput& input, Bytes bytes, int least_bits) {
  const FirstByte first{bytes[0]};
  if (first.format() != 3 || !first.is_whole() || bytes.size() <= weighed_body_bytes) return false;
  const ChunkStream* state = input.parser.find(first.id());
  if (state == nullptr || !state->has_defaults() || state->has_extended_timestamp) return false;
  const MessageHeader& message = state->message;
  if (message.length == 0 || message.type_id == MessageType::acknowledgement) return false;
  if (has_fixed_length(message.type_id)) return true;
  const auto body = weigh_body(message.type_id, bytes.subspan(1), message.length, input.profile);
  if (!body) return true;
  const auto header = weigh_header({.format = 3,
                                    .basic_size = 1,
                                    .type_id = message.type_id,
                                    .chunk_stream_id = first.id(),
                                    .length = message.length,
                                    .message_stream_id = message.message_stream_id},
                                   state);
  return !header || *header + *body < least_bits;
}

}  // namespace rtmpscope::rtmp
