// What a header inherits from one that was lost, read off what follows it: see TrialParser::infer.
#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <string_view>

#include "base/byte_order.hpp"
#include "rtmp/recovery/trial_parser.hpp"

namespace rtmpscope::rtmp {
namespace {

/// What a body must say of itself, and how much more than of being the other kind.
constexpr int type_bits = 14;
constexpr int type_lead = 8;
/// What must speak for the header that ends the message, besides one bit for each doubling of the places
/// tried.
constexpr int next_header_bits_wanted = 30;
/// With less, a place is out of the question; in between, the next message of that length must land, too.
constexpr int possible_next_header_bits = 18;
constexpr int chain_bits = 64;
/// For a first byte that is exactly the one expected, and each byte in which two bodies of a stream begin
/// alike.
constexpr int first_byte_bits = 8;
constexpr int alike_bits = 6;
constexpr std::size_t most_alike = 4;
constexpr int time_bits = 14;  // a time step below 1000 ms in 24 bits
constexpr std::uint64_t places_a_step = 8;
/// A place with less behind it cannot be judged.
constexpr std::size_t least_ahead = maximum_header_size + weighed_body_bytes;

std::size_t inheriting_header_size(std::uint8_t first) {
  return first < 0xC0 ? 4 : 1;
}

}  // namespace

/// The type that a body shows, where it leaves no doubt: audio, video or data. Commands and data begin alike.
RecognizedType TrialParser::recognize_type(Bytes body, const ChunkStream* state) const {
  constexpr std::array<std::string_view, 2> data_names = {"@setDataF", "onMetaDat"};
  constexpr std::size_t name_at = 3;
  const std::string_view text(reinterpret_cast<const char*>(body.data()), body.size());
  const auto weigh = [&](std::uint8_t type) {
    const int bits = weigh_body(type, body, maximum_message_length, profile_).value_or(-type_lead);
    return bits + (state != nullptr && state->message.type_id == type ? type_lead / 2 : 0);
  };
  std::array<RecognizedType, 3> shown = {{{MessageType::audio, weigh(MessageType::audio)},
                                          {MessageType::video, weigh(MessageType::video)},
                                          {MessageType::data_amf0, -type_lead}}};
  const std::string_view name = text.substr(std::min(name_at, text.size()), data_names[0].size());
  if (std::ranges::find(data_names, name) != data_names.end()) {
    shown[2].bits = weigh(MessageType::data_amf0);
  }
  std::ranges::sort(shown, std::greater{}, &RecognizedType::bits);
  return shown[0].bits < type_bits || shown[0].bits - shown[1].bits < type_lead ? RecognizedType{} : shown[0];
}

/// Bits for a header at `offset`, with `least_ahead` bytes, that begins a message, after one of chunk stream
/// `id` that begins with `body`.
int TrialParser::weigh_next_header(std::uint64_t offset, std::uint32_t id, std::uint8_t type_id, Bytes body) {
  const Bytes bytes = window_.at(offset);
  if (bytes[0] >= 0x80 && (bytes[0] & 0x3F) == id) {
    const std::size_t size = inheriting_header_size(bytes[0]);
    if (size == 4 && load_be24(bytes.data() + 1) > longest_inheriting_step_ms) return 0;
    const Bytes other = bytes.subspan(size, weighed_body_bytes);
    const auto bits = weigh_body(type_id, other, maximum_message_length, profile_);
    if (!bits) return 0;
    const auto end = std::mismatch(body.begin(), body.begin() + most_alike, other.begin()).first;
    const int alike = alike_bits * static_cast<int>(end - body.begin());
    return first_byte_bits + std::max(*bits, alike) + (size == 4 ? time_bits : 0);
  }
  TrialHeader next;
  if (read(offset, next) == HeaderRead::header && !next.continuation) return next.bits;
  int inherits = 0;
  if (read_inheriting(offset, inherits) != HeaderRead::header) return 0;
  return inherits + (bytes[0] < 0xC0 ? time_bits : 0);
}

/// The type of a message by its body being whole, which lies in `wire` in chunks of that size; 0: in one.
RecognizedType TrialParser::recognize_whole(Bytes wire, std::uint32_t chunk_size) const {
  // The first chunk has the whole head.
  constexpr std::size_t head_bytes = 32;
  if (!may_recognize_whole_body(wire.first(std::min(wire.size(), head_bytes)), wire.size())) return {};
  if (chunk_size == 0 || wire.size() <= chunk_size) return recognize_whole_body(wire, work_);
  work_ += wire.size() / places_a_step;
  std::vector<std::uint8_t> body;
  body.reserve(wire.size());
  for (std::size_t at = 0; at < wire.size(); at += std::size_t{chunk_size} + 1) {
    const Bytes chunk = wire.subspan(at, std::min<std::size_t>(chunk_size, wire.size() - at));
    body.insert(body.end(), chunk.begin(), chunk.end());
  }
  return recognize_whole_body(body, work_);
}

bool TrialParser::first_is_whole(std::uint64_t header) const {
  const Bytes run = window_.at(header);
  if (samples_.empty() || run.empty() || (run[0] & 0x3F) < 2) return false;
  const MessageSample& first = samples_.front();
  const std::size_t size = std::size_t{1} + message_header_size[run[0] >> 6];
  const std::uint32_t chunk = end_.chunk_size;
  const std::size_t wire = first.length + (chunk != 0 && first.length > 0 ? (first.length - 1) / chunk : 0);
  if (wire == 0 || run.size() < size + wire) return false;
  return recognize_whole(run.subspan(size, wire), chunk).type_id == first.type_id;
}

InferredLength TrialParser::infer_length(const TrialStart& start) {
  begin(start);
  const auto later = [&] { return InferredLength{std::nullopt, end_.wanted_end}; };
  const auto never = InferredLength{};
  const Bytes bytes = window_.at(start.offset);
  if (bytes.empty() || bytes[0] < 0x80 || (bytes[0] & 0x3F) < 3) return never;
  const std::uint32_t id = bytes[0] & 0x3F;
  const std::size_t size = inheriting_header_size(bytes[0]);
  if (bytes.size() < size + weighed_body_bytes) {
    return missing(start.offset + bytes.size()) == HeaderRead::need_more ? later() : never;
  }
  std::uint32_t left = 0;
  const ChunkStream* state = state_of(id, left);
  if (left != 0 || (state != nullptr && state->has_extended_timestamp)) return never;
  if (size == 4 && load_be24(bytes.data() + 1) > longest_inheriting_step_ms) return never;
  const Bytes body = bytes.subspan(size, weighed_body_bytes);
  const std::uint8_t type = recognize_type(body, state).type_id;
  if (type == 0) return never;
  // The message must not be taken for undivided if it is not.
  const std::uint32_t chunk = end_.chunk_size_certain ? end_.chunk_size : end_.least_chunk_size;
  std::uint32_t length = 0;
  for (std::uint64_t at = start.offset + size;;) {
    const Bytes run = window_.at(at);
    // At the end of a chunk, another message may stand between two chunks of this one.
    const std::size_t places = std::min<std::size_t>(run.size(), end_.chunk_size_certain ? chunk : chunk + 1);
    work_ += places / places_a_step + 1;
    for (std::size_t i = 1; i < places; ++i) {
      if (i + least_ahead > run.size())
        return missing(at + run.size()) == HeaderRead::need_more ? later() : never;
      if (run[i] < 0x80 && !is_known_message_type(run[i + 7])) continue;
      const int bits = weigh_next_header(at + i, id, type, body);
      if (work_ > work_limit_) return never;
      if (bits < possible_next_header_bits) continue;
      const HeaderDefaults guess{id, length + static_cast<std::uint32_t>(i), type};
      const auto tried = static_cast<int>(std::bit_width(guess.length));
      if (bits >= next_header_bits_wanted + tried) return {guess, 0};
      const Bytes wire =
          window_.at(start.offset + size).first(static_cast<std::size_t>(at + i - start.offset - size));
      if (recognize_whole(wire, guess.length < chunk ? 0 : chunk).type_id == type) return {guess, 0};
      TrialStart chain = start;
      chain.defaults = {&guess, 1};
      const TrialResult end = TrialParser(window_, parser_, profile_, work_, work_limit_).try_from(chain);
      if (end.confirmed_ends > 1 && end.bits >= chain_bits + tried) return {guess, 0};
      if (end.reason == TrialResult::Reason::need_more) return InferredLength{std::nullopt, end.wanted_end};
    }
    if (run.size() <= chunk) return missing(at + run.size()) == HeaderRead::need_more ? later() : never;
    if (!end_.chunk_size_certain || run[chunk] != (0xC0 | id)) return never;
    length += chunk;
    at += chunk + 1;
  }
}

}  // namespace rtmpscope::rtmp
