#include "rtmp/recovery/trial_parser.hpp"

#include <algorithm>
#include <limits>

#include "base/byte_order.hpp"

namespace rtmpscope::rtmp {
namespace {

/// A message that ends exactly where a gap begins. Senders fill packets with whole messages more often than
/// not.
constexpr int alignment_bits = 8;
/// A control message shows its type by its length.
constexpr int control_bits = 8;
/// The same if the message's length is inherited from a header that need not be the last one before it.
constexpr int uncertain_length_bits = 20;
/// Or together, if several of its messages land.
constexpr int uncertain_length_bits_sum = 36;

/// A type 2 header may be made of the last bytes of a payload and the type 3 header behind it, and leads on
/// like that one. Then its time is a number by chance.
bool steps_too_far(const ChunkHeader& header) {
  const bool has_step = header.format == 1 || header.format == 2;
  return has_step && !header.has_extended_timestamp && header.timestamp_field > usual_longest_step_ms;
}

}  // namespace

BodyHead::BodyHead(Bytes body) : size(std::min(body.size(), most)) {
  std::copy_n(body.begin(), size, bytes.begin());
}

int BodyHead::weigh_alike(Bytes body) const {
  constexpr int first_bits = 8;
  constexpr int alike_bits = 6;
  const Bytes other = body.first(std::min(body.size(), size));
  const auto alike =
      static_cast<int>(std::mismatch(other.begin(), other.end(), bytes.begin()).first - other.begin());
  return alike == 0 ? 0 : first_bits + alike_bits * (alike - 1);
}

const ChunkStream* TrialParser::state_of(std::uint32_t id, std::uint32_t& left) const {
  left = 0;
  for (const Stream& stream : streams_) {
    if (stream.id != id) continue;
    left = stream.left;
    return &stream.state;
  }
  const ChunkStream* state = parser_.find(id);
  if (state != nullptr && state_holds_ && state->in_progress) left = state->message.length - state->received;
  return state;
}

/// Nothing that a header inherits can have been changed in a gap.
bool TrialParser::is_certain(std::uint32_t id) const {
  const auto found =
      std::find_if(streams_.begin(), streams_.end(), [&](const Stream& s) { return s.id == id; });
  if (found != streams_.end()) return found->certain;
  const ChunkStream* state = parser_.find(id);
  return state_holds_ && state != nullptr && !state->defaults_uncertain;
}

TrialParser::Stream& TrialParser::stream(std::uint32_t id) {
  if (recent_stream_ < streams_.size() && streams_[recent_stream_].id == id) return streams_[recent_stream_];
  for (recent_stream_ = 0; recent_stream_ < streams_.size(); ++recent_stream_) {
    if (streams_[recent_stream_].id == id) return streams_[recent_stream_];
  }
  std::uint32_t left = 0;
  const ChunkStream* state = state_of(id, left);
  streams_.push_back({.id = id,
                      .state = state == nullptr ? ChunkStream{} : *state,
                      .left = left,
                      .certain = state_holds_ && state != nullptr && !state->defaults_uncertain});
  return streams_.back();
}

/// Why there is no byte at `offset`.
TrialParser::HeaderRead TrialParser::missing(std::uint64_t offset) {
  if (offset < window_.end() || last_) return HeaderRead::in_gap;
  end_.wanted_end = std::min(end_.wanted_end, offset + 1);
  return HeaderRead::need_more;
}

TrialParser::HeaderRead TrialParser::read(std::uint64_t offset, TrialHeader& seen) {
  ++work_;
  const Bytes bytes = window_.at(offset);
  if (bytes.empty()) return missing(offset);
  const auto short_of = [&] { return missing(offset + bytes.size()); };
  ChunkHeader& h = seen.header;
  h = {.stream_offset = offset, .format = static_cast<std::uint8_t>(bytes[0] >> 6)};
  const std::uint8_t low = bytes[0] & 0x3F;
  h.basic_size = low == 0 ? 2 : low == 1 ? 3 : 1;
  if (bytes.size() < h.basic_size) return short_of();
  h.chunk_stream_id = low >= 2 ? low : low == 0 ? 64U + bytes[1] : 64U + bytes[1] + 256U * bytes[2];
  std::uint32_t left = 0;
  const ChunkStream* state = state_of(h.chunk_stream_id, left);
  if (state != nullptr && state->last_format == 0xFF) state = nullptr;
  if (state == nullptr && (h.format >= 2 || h.basic_size > 1)) return HeaderRead::not_header;
  const std::size_t fixed = h.basic_size + std::size_t{message_header_size[h.format]};
  if (bytes.size() < fixed) return short_of();
  const std::uint8_t* p = bytes.data() + h.basic_size;
  h.size = static_cast<std::uint8_t>(fixed);
  if (state != nullptr) inherit(state->message, h);
  read_message_header(p, h);
  if (h.format == 3 && state->has_extended_timestamp) {
    if (bytes.size() < fixed + 4) return short_of();
    const std::uint32_t value = load_be32(bytes.data() + fixed);
    h.has_extended_timestamp = value == state->extended_timestamp || value == state->message.timestamp ||
                               (left == 0 && value >= extended_mark);
    if (h.has_extended_timestamp && left != 0) seen.bits = 24;
  }
  if (h.has_extended_timestamp) {
    if (bytes.size() < fixed + 4) return short_of();
    h.extended_timestamp = load_be32(bytes.data() + fixed);
    h.size = static_cast<std::uint8_t>(fixed + 4);
  }
  seen.body = bytes.size() > h.size ? bytes.subspan(h.size) : window_.at(offset + h.size);
  if (left != 0) {
    // A header that cuts a message short is no evidence; no sender that was seen does that.
    if (h.format != 3) return HeaderRead::not_header;
    seen.continuation = true;
    seen.bits += continuation_bits;
    return HeaderRead::header;
  }
  const bool is_control = has_fixed_length(h.type_id);
  // NextHeader does not tell an Acknowledgement from a Window Acknowledgement Size: they are equally long.
  // Its value does.
  const bool shows_itself = h.type_id == MessageType::acknowledgement &&
                            weigh_body(h.type_id, seen.body, h.length, profile_).value_or(0) >= control_bits;
  if (is_control && h.format >= 2 && !shows_itself && !is_certain(h.chunk_stream_id))
    return HeaderRead::not_header;
  const auto bits = weigh_header(h, state);
  if (!bits) return HeaderRead::not_header;
  seen.bits = *bits;
  if (is_control) seen.payload_bits = control_bits;
  return read_body(seen);
}

TrialParser::HeaderRead TrialParser::read_body(TrialHeader& seen) {
  const std::uint32_t wanted = std::min<std::uint32_t>(weighed_body_bytes, seen.header.length);
  if (wanted == 0) return HeaderRead::header;
  const Bytes body = seen.body;
  if (body.size() < wanted) {
    const std::uint64_t end = seen.header.stream_offset + seen.header.size + body.size();
    if (missing(end) == HeaderRead::need_more) return HeaderRead::need_more;
  }
  const auto bits = weigh_body(seen.header.type_id, body, seen.header.length, profile_);
  if (!bits) return HeaderRead::not_header;
  int alike = 0;
  for (const Stream& each : streams_) {
    const bool same =
        each.id == seen.header.chunk_stream_id && each.state.message.type_id == seen.header.type_id;
    if (same) alike = each.head.weigh_alike(body);
  }
  seen.bits += std::max(*bits, alike);
  seen.payload_bits += *bits;
  return seen.bits > 0 ? HeaderRead::header : HeaderRead::not_header;
}

bool TrialParser::is_no_first_type3(Bytes bytes, int least_bits) const {
  const std::uint32_t id = bytes[0] & 0x3FU;
  if (bytes[0] < 0xC0 || id < 2 || bytes.size() <= weighed_body_bytes) return false;
  const ChunkStream* seen = parser_.find(id);
  if (seen == nullptr) return false;
  const ChunkStream& state = *seen;
  if (state.last_format == 0xFF || state.has_extended_timestamp || state.message.length == 0) return false;
  if (state.message.type_id == MessageType::acknowledgement) return false;
  if (has_fixed_length(state.message.type_id)) return true;
  const auto body = weigh_body(state.message.type_id, bytes.subspan(1), state.message.length, profile_);
  if (!body) return true;
  const auto header = weigh_header({.format = 3,
                                    .basic_size = 1,
                                    .type_id = state.message.type_id,
                                    .chunk_stream_id = id,
                                    .length = state.message.length,
                                    .message_stream_id = state.message.message_stream_id},
                                   &state);
  return !header || *header + *body < least_bits;
}

TrialParser::NextHeader TrialParser::check_next_header(std::uint64_t offset, bool last) {
  const TrialStart start{.offset = offset, .state_holds = true, .last = last};
  begin(start);
  TrialHeader seen;
  HeaderRead result = read(offset, seen);
  int bits = seen.bits;
  if (result == HeaderRead::not_header) result = read_inheriting(offset, bits);
  switch (result) {
    case HeaderRead::need_more: return NextHeader::need_more;
    case HeaderRead::in_gap: return NextHeader::not_there;
    case HeaderRead::not_header: return NextHeader::refuted;
    case HeaderRead::header: break;
  }
  if (bits >= next_header_bits) return NextHeader::believable;
  const bool whole = seen.body.size() >= std::min<std::size_t>(weighed_body_bytes, seen.header.length);
  return whole ? NextHeader::refuted : NextHeader::not_there;
}

/// A header that inherits everything from one that is not known: its message must show its type. `bits` are 0
/// unless the answer is yes.
TrialParser::HeaderRead TrialParser::read_inheriting(std::uint64_t offset, int& bits) {
  bits = 0;
  const Bytes bytes = window_.at(offset);
  if (bytes.empty()) return missing(offset);
  if ((bytes[0] & 0x3F) < 3 || bytes[0] < 0x80) return HeaderRead::not_header;
  std::uint32_t left = 0;
  const ChunkStream* state = state_of(bytes[0] & 0x3F, left);
  if (left != 0 || (state != nullptr && state->last_format != 0xFF && is_certain(bytes[0] & 0x3F)))
    return HeaderRead::not_header;
  const std::size_t size = bytes[0] < 0xC0 ? 4 : 1;
  if (bytes.size() < size + weighed_body_bytes) {
    return missing(offset + bytes.size()) == HeaderRead::need_more ? HeaderRead::need_more
                                                                   : HeaderRead::not_header;
  }
  if (size == 4 && load_be24(bytes.data() + 1) > longest_inheriting_step_ms) return HeaderRead::not_header;
  bits = recognize_type(bytes.subspan(size, weighed_body_bytes), nullptr).bits;
  return bits > 0 ? HeaderRead::header : HeaderRead::not_header;
}

void TrialParser::add_inheriting_sample(std::uint64_t offset) {
  const Bytes bytes = window_.at(offset);
  const Bytes body = bytes.subspan(bytes[0] < 0xC0 ? 4 : 1, weighed_body_bytes);
  samples_.push_back({bytes[0] & 0x3FU, 0, recognize_type(body, nullptr).type_id, BodyHead(body)});
}

/// The header where the trial stands.
TrialParser::HeaderRead TrialParser::read_next(TrialHeader& seen) {
  if (!ahead_ || ahead_->header.stream_offset != end_.offset) return read(end_.offset, seen);
  seen = *ahead_;
  return HeaderRead::header;
}

void TrialParser::begin_message(const TrialHeader& seen) {
  ahead_.reset();
  Stream& s = stream(seen.header.chunk_stream_id);
  const ChunkHeader& h = seen.header;
  ChunkStream& state = s.state;
  state.message.type_id = h.type_id;
  state.message.length = h.length;
  state.message.message_stream_id = h.message_stream_id;
  if (h.format == 0) {
    state.message.timestamp = h.has_extended_timestamp ? h.extended_timestamp : h.timestamp_field;
  } else if (h.format < 3) {
    state.message.timestamp += h.has_extended_timestamp ? h.extended_timestamp : h.timestamp_field;
  }
  if (h.format < 3) {
    state.last_format = h.format;
    state.has_extended_timestamp = h.has_extended_timestamp;
    state.extended_timestamp = h.extended_timestamp;
  }
  state.message.stream_offset = h.stream_offset;
  s.head = BodyHead(seen.body.first(std::min<std::size_t>(seen.body.size(), h.length)));
  if (samples_.size() < most_samples) samples_.push_back({s.id, h.length, h.type_id, s.head});
  s.certain = s.certain || h.format < 2;
  s.explicit_headers = s.explicit_headers || h.format < 2;
  if (!s.explicit_headers) ++end_.unknown_defaults;
  length_certain_ = s.certain;
  last_message_stream_ = s.id;
  s.left = h.length;
}

/// Bytes of the header of a type 3 chunk of a message in progress, as the sender is used to write it.
std::uint32_t TrialParser::continuation_size(std::uint32_t id) const {
  std::uint32_t left = 0;
  const ChunkStream* state = state_of(id, left);
  return basic_header_size(id) +
         (state != nullptr && state->has_extended_timestamp && !parser_.omits_extended_timestamps() ? 4 : 0);
}

/// Whether the header, which stands behind the message that began last, proves that one's length. One that
/// may have changed in a gap needs more; then it is certain.
bool TrialParser::confirms(const TrialHeader& seen) {
  if (length_certain_) return seen.bits >= next_header_bits;
  int& confirmed_ends = stream(last_message_stream_).next_header_bits_sum;
  confirmed_ends += seen.bits;
  return seen.bits >= uncertain_length_bits || confirmed_ends >= uncertain_length_bits_sum;
}

void TrialParser::end_message(std::uint32_t id, std::uint64_t next) {
  if (!stream(id).certain) return;
  if (window_.gap_begins_at(next) || (last_ && next == window_.end())) {
    ++end_.confirmed_ends;
    end_.bits += alignment_bits;
    end_.confirmed = next;
  }
}

/// Goes on behind the payload of one chunk that begins at `payload`; false where the trial ends.
bool TrialParser::pass_chunk(std::uint32_t id, std::uint64_t payload) {
  Stream& s = stream(id);
  const std::uint32_t count = end_.chunk_size == 0 ? s.left : std::min(s.left, end_.chunk_size);
  s.left -= count;
  end_.offset = payload + count;
  if (s.left == 0) {
    end_message(id, end_.offset);
    return true;
  }
  return !crosses_gaps_ || cross_gap(id);
}

/// While nothing speaks against it, the sender goes on with the message in progress behind gaps.
bool TrialParser::cross_gap(std::uint32_t id) {
  while (window_.in_gap(end_.offset)) {
    Stream& s = stream(id);
    if (s.left == 0) return true;
    const std::uint32_t size = continuation_size(id);
    if (end_.chunk_size == 0 || !window_.in_gap(end_.offset + size - 1)) return false;
    const std::uint32_t count = std::min(s.left, end_.chunk_size);
    s.left -= count;
    end_.offset += size + count;
    if (++work_ > work_limit_) return false;
  }
  return true;
}

void TrialParser::begin(const TrialStart& start) {
  end_ = {.offset = start.offset,
          .confirmed = start.offset,
          .chunk_size = start.chunk_size,
          .chunk_size_certain = start.chunk_size_certain,
          .least_chunk_size = start.least_chunk_size,
          .wanted_end = std::numeric_limits<std::uint64_t>::max()};
  start_ = &start;
  last_ = start.last;
  crosses_gaps_ = start.interrupted.has_value();
  state_holds_ = crosses_gaps_ || start.state_holds;
  streams_.clear();
  samples_.clear();
  ahead_.reset();
  length_certain_ = true;
  for (std::size_t i = 0; i < start.defaults.size(); ++i) {
    const HeaderDefaults& each = start.defaults[i];
    Stream& s = stream(each.chunk_stream_id);
    if (i < start.heads.size()) s.head = start.heads[i];
    s.state.message.length = each.length;
    s.state.message.type_id = each.type_id;
    s.state.message.chunk_stream_id = each.chunk_stream_id;
    if (s.state.last_format == 0xFF) s.state.last_format = 1;
    s.certain = !start.defaults_guessed;
  }
}

TrialResult TrialParser::try_from(const TrialStart& start, bool until_confirmed) {
  begin(start);
  using Reason = TrialResult::Reason;
  const auto stop = [&](Reason reason) {
    end_.reason = reason;
    return end_;
  };
  if (crosses_gaps_) {
    const ChunkStream& state = parser_.stream(start.interrupted->stream);
    const std::uint32_t id = state.message.chunk_stream_id;
    Stream& s = stream(id);
    if (!state.in_progress) return stop(Reason::contradiction);
    s.left -= start.interrupted->remaining;
    end_.offset += start.interrupted->remaining;
    if (!cross_gap(id)) return stop(Reason::contradiction);
    end_.confirmed = end_.offset;
  }
  for (int passed = 0;; ++passed) {
    if (passed == trial_headers && end_.messages > 1) return stop(Reason::enough);
    if (work_ > work_limit_) return stop(Reason::contradiction);
    TrialHeader seen;
    switch (read_next(seen)) {
      case HeaderRead::not_header:
        if (end_.messages > 0 && length_certain_) {
          int stranger = 0;
          const HeaderRead inherits = read_inheriting(end_.offset, stranger);
          if (inherits == HeaderRead::need_more) return stop(Reason::need_more);
          if (inherits == HeaderRead::header) {
            end_.confirmed = end_.offset;
            end_.bits += stranger;
            ++end_.confirmed_ends;
            add_inheriting_sample(end_.offset);
          }
        }
        return stop(Reason::contradiction);
      case HeaderRead::need_more: return stop(Reason::need_more);
      case HeaderRead::in_gap: return stop(Reason::gap);
      case HeaderRead::header: break;
    }
    const std::uint32_t id = seen.header.chunk_stream_id;
    const std::uint64_t payload = end_.offset + seen.header.size;
    if (!seen.continuation) {
      if (end_.messages > 0 || crosses_gaps_) {
        if (confirms(seen)) {
          end_.confirmed = end_.offset;
          for (Stream& each : streams_) each.certain = each.certain || each.id == last_message_stream_;
        }
        ++end_.confirmed_ends;
        if (until_confirmed && end_.confirmed > start.offset) return stop(Reason::enough);
        if (start.enough_bits_of_one > 0 && end_.confirmed == end_.offset &&
            end_.bits + seen.bits >= start.enough_bits_of_one) {
          end_.bits += seen.bits;
          end_.payload_bits += seen.payload_bits;
          return stop(Reason::enough);
        }
      }
      if (end_.messages == 0) {
        if (start.least_first_bits > 0 && steps_too_far(seen.header)) return stop(Reason::contradiction);
        const int least = seen.header.format == 3 ? start.least_type3_bits : start.least_first_bits;
        if (seen.bits < least) return stop(Reason::contradiction);
        end_.first_bits = seen.bits;
      }
      ++end_.messages;
      if (seen.header.format < 2) ++end_.explicit_headers;
    }
    end_.bits += seen.bits;
    end_.payload_bits += seen.payload_bits;
    if (!seen.continuation) {
      begin_message(seen);
      const bool ambiguity_of_header = seen.header.length > end_.least_chunk_size && !end_.chunk_size_certain;
      if (ambiguity_of_header) {
        switch (choose_chunk_size(payload, seen)) {
          case Choice::chosen: break;
          case Choice::unsplit:
            if (seen.header.format < 2) end_.confirmed = payload + seen.header.length;
            break;
          case Choice::none: return stop(Reason::contradiction);
          case Choice::need_more: return stop(Reason::need_more);
          case Choice::in_gap:
            if (end_.chunk_size == 0) return stop(Reason::gap);
            break;
        }
      }
      if (seen.header.length == 0) {
        end_.offset = payload;
        end_message(id, payload);
        continue;
      }
    }
    if (!pass_chunk(id, payload)) return stop(Reason::contradiction);
  }
}

}  // namespace rtmpscope::rtmp
