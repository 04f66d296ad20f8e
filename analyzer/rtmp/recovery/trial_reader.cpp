#include "rtmp/recovery/trial_reader.hpp"

#include <algorithm>
#include <limits>

#include "rtmp/evidence/usual_values.hpp"
#include "rtmp/recovery/body_type.hpp"

namespace rtmpscope::rtmp {
namespace {

/// A control message shows its type by its length.
constexpr int control_bits = 8;
/// An extended timestamp of a type 3 header that repeats a known value.
constexpr int repeated_timestamp_bits = 24;

}  // namespace

void TrialReader::begin(const TrialStart& start) {
  last_ = start.last;
  state_holds_ = start.interrupted.has_value() || start.state_holds;
  wanted_end_ = std::numeric_limits<std::uint64_t>::max();
  streams_.clear();
  if (start.begins_anew) stream(*start.begins_anew).left = 0;
  for (std::size_t i = 0; i < start.defaults.size(); ++i) {
    const HeaderDefaults& each = start.defaults[i];
    Stream& s = stream(each.chunk_stream_id);
    if (i < start.body_heads.size()) s.head = start.body_heads[i];
    s.state.message.length = each.length;
    s.state.message.type_id = each.type_id;
    s.state.message.chunk_stream_id = each.chunk_stream_id;
    if (!s.state.has_defaults()) s.state.last_format = LastFormat::type1;
    s.certain = !start.defaults_guessed;
  }
}

const ChunkStream* TrialReader::state_of(std::uint32_t id, std::uint32_t& left) const {
  left = 0;
  for (const Stream& stream : streams_) {
    if (stream.id != id) continue;
    left = stream.left;
    return &stream.state;
  }
  const ChunkStream* state = input_.parser.find(id);
  if (state != nullptr && state_holds_ && state->in_progress) left = state->message.length - state->received;
  return state;
}

bool TrialReader::is_certain(std::uint32_t id) const {
  const auto found =
      std::find_if(streams_.begin(), streams_.end(), [&](const Stream& s) { return s.id == id; });
  if (found != streams_.end()) return found->certain;
  const ChunkStream* state = input_.parser.find(id);
  return state_holds_ && state != nullptr && !state->defaults_uncertain;
}

TrialReader::Stream& TrialReader::stream(std::uint32_t id) {
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

void TrialReader::make_certain(std::uint32_t id) {
  for (Stream& each : streams_) each.certain = each.certain || each.id == id;
}

std::uint32_t TrialReader::continuation_size(std::uint32_t id) const {
  std::uint32_t left = 0;
  const ChunkStream* state = state_of(id, left);
  const bool extended =
      state != nullptr && state->has_extended_timestamp && !input_.parser.extended_timestamps().omitted();
  return basic_header_size(id) + (extended ? std::uint32_t{extended_timestamp_size} : 0);
}

HeaderRead TrialReader::missing(std::uint64_t offset) {
  if (offset < window().end() || last_) return HeaderRead::in_gap;
  want_end(offset + 1);
  return HeaderRead::need_more;
}

HeaderRead TrialReader::read(std::uint64_t offset, TrialHeader& result) {
  ++input_.work.steps;
  const Bytes bytes = window().at(offset);
  if (bytes.empty()) return missing(offset);
  const auto cut = [&] { return missing(offset + bytes.size()); };
  ChunkHeader& h = result.header;
  h = {.stream_offset = offset};
  if (!read_basic_header(bytes, h)) return cut();
  std::uint32_t left = 0;
  const ChunkStream* state = state_of(h.chunk_stream_id, left);
  if (state != nullptr && !state->has_defaults()) state = nullptr;
  if (state == nullptr && (h.format >= 2 || h.basic_size > 1)) return HeaderRead::not_header;
  if (state != nullptr) inherit(state->message, h);
  if (!read_message_header(bytes, h)) return cut();
  const ExtendedTimestamps& extended = input_.parser.extended_timestamps();
  if (h.format == 3 && state->has_extended_timestamp) {
    if (bytes.size() < h.size + extended_timestamp_size) return cut();
    const std::uint32_t value = load_be32(bytes.data() + h.size);
    const bool repeated = value == state->extended_timestamp || value == state->message.timestamp;
    const bool other = extended.type3() == ExtendedTimestamps::Type3::other_value;
    h.has_extended_timestamp =
        extended.decided(offset).value_or(repeated || other || (left == 0 && value >= extended_mark));
    if (repeated && left != 0) result.bits = repeated_timestamp_bits;
  }
  if (h.format < 3 && !h.has_extended_timestamp && extended.may_be_unannounced()) {
    h.has_extended_timestamp =
        extended.read_unannounced(h, h.length, bytes.subspan(h.size)) == ExtendedTimestamp::undecided;
  }
  if (!read_extended_timestamp(bytes, h)) return cut();
  result.body = bytes.size() > h.size ? bytes.subspan(h.size) : window().at(offset + h.size);
  if (left != 0) {
    // A header that cuts a message short is no evidence; no sender that was seen does that.
    const bool repeats = state != nullptr && state->repeats_headers && continues_message(h, state->message);
    if (h.format != 3 && !repeats) return HeaderRead::not_header;
    result.continuation = true;
    result.bits += continuation_bits;
    return HeaderRead::header;
  }
  const bool is_control = has_fixed_length(h.type_id);
  // The end of its message does not distinguish an Acknowledgement from a Window Acknowledgement Size: they
  // are equally long. Its value does.
  const bool shows_itself =
      h.type_id == MessageType::acknowledgement &&
      weigh_body(h.type_id, result.body, h.length, input_.profile).value_or(0) >= control_bits;
  if (is_control && h.format >= 2 && !shows_itself && !is_certain(h.chunk_stream_id)) {
    return HeaderRead::not_header;
  }
  const auto bits = weigh_header(h, state);
  if (!bits) return HeaderRead::not_header;
  result.bits = *bits;
  if (is_control) result.payload_bits = control_bits;
  return read_body(result);
}

HeaderRead TrialReader::read_body(TrialHeader& result) {
  const ChunkHeader& h = result.header;
  const std::uint32_t wanted = std::min<std::uint32_t>(weighed_body_bytes, h.length);
  if (wanted == 0) return HeaderRead::header;
  const Bytes body = result.body;
  if (body.size() < wanted) {
    const std::uint64_t end = h.stream_offset + h.size + body.size();
    if (missing(end) == HeaderRead::need_more) return HeaderRead::need_more;
  }
  const auto bits = weigh_body(h.type_id, body, h.length, input_.profile);
  if (!bits) return HeaderRead::not_header;
  int alike = 0;
  for (const Stream& each : streams_) {
    const bool same = each.id == h.chunk_stream_id && each.state.message.type_id == h.type_id;
    if (same) alike = each.head.weigh_alike(body);
  }
  result.bits += std::max(*bits, alike);
  result.payload_bits += *bits;
  return result.bits > 0 ? HeaderRead::header : HeaderRead::not_header;
}

HeaderRead TrialReader::read_inheriting(std::uint64_t offset, int& bits) {
  bits = 0;
  const Bytes bytes = window().at(offset);
  if (bytes.empty()) return missing(offset);
  const FirstByte first{bytes[0]};
  if (first.id() < lowest_inheriting_stream || !first.inherits_length()) return HeaderRead::not_header;
  std::uint32_t left = 0;
  const ChunkStream* state = state_of(first.id(), left);
  if (left != 0 || (state != nullptr && state->has_defaults() && is_certain(first.id()))) {
    return HeaderRead::not_header;
  }
  const std::size_t size = first.header_size();
  if (bytes.size() < size + weighed_body_bytes) {
    return missing(offset + bytes.size()) == HeaderRead::need_more ? HeaderRead::need_more
                                                                   : HeaderRead::not_header;
  }
  if (!has_inheriting_step(bytes)) return HeaderRead::not_header;
  bits = recognize_type(bytes.subspan(size, weighed_body_bytes), nullptr, input_.profile).bits;
  return bits > 0 ? HeaderRead::header : HeaderRead::not_header;
}

}  // namespace rtmpscope::rtmp
