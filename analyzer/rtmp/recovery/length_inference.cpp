#include "rtmp/recovery/length_inference.hpp"

#include <algorithm>
#include <bit>

#include "rtmp/evidence/usual_values.hpp"
#include "rtmp/recovery/body_type.hpp"
#include "rtmp/recovery/recovery_limits.hpp"
#include "rtmp/recovery/trial_parser.hpp"

namespace rtmpscope::rtmp {
namespace {

/// Evidence that the header behind the message needs, besides one bit for each doubling of the places tried.
constexpr int next_header_bits_wanted = 30;
/// With less, a place is out of the question. In between, the next message of that length must be confirmed,
/// too.
constexpr int possible_next_header_bits = 18;
constexpr int chain_bits = 64;
/// For a first byte that is exactly the one expected, and each byte in which two bodies of a stream begin
/// alike.
constexpr int first_bits = 8;
constexpr int alike_bits = 6;
constexpr std::size_t most_alike = 4;
constexpr int step_bits = 14;  // a time step below 1000 ms in 24 bits

}  // namespace

/// More can be said when the byte at `offset` has come; never, if that is missing.
InferredLength LengthInference::wait_for(std::uint64_t offset) {
  if (reader_.missing(offset) != HeaderRead::need_more) return {};
  return {std::nullopt, reader_.wanted_end()};
}

/// Bits for a header at `offset` that begins a message and follows the message at hand.
int LengthInference::weigh_next_header(std::uint64_t offset) {
  const Bytes bytes = reader_.window().at(offset);
  const FirstByte first{bytes[0]};
  const bool has_time = first.format() == 2;
  if (first.inherits_length() && first.id() == id_) {
    if (!has_inheriting_step(bytes)) return 0;
    const Bytes other = bytes.subspan(first.header_size(), weighed_body_bytes);
    const auto bits = weigh_body(type_, other, maximum_message_length, reader_.input().profile);
    if (!bits) return 0;
    const auto end = std::mismatch(body_.begin(), body_.begin() + most_alike, other.begin()).first;
    const int alike = alike_bits * static_cast<int>(end - body_.begin());
    return first_bits + std::max(*bits, alike) + (has_time ? step_bits : 0);
  }
  TrialHeader next;
  if (reader_.read(offset, next) == HeaderRead::header && !next.continuation) return next.bits;
  int bits = 0;
  if (reader_.read_inheriting(offset, bits) != HeaderRead::header) return 0;
  return bits + (first.format() < 3 ? step_bits : 0);
}

InferredLength LengthInference::infer(const TrialStart& start) {
  reader_.begin(start);
  start_ = &start;
  const Bytes bytes = reader_.window().at(start.offset);
  if (bytes.empty()) return {};
  const FirstByte first{bytes[0]};
  if (!first.inherits_length() || first.id() < lowest_inheriting_stream) return {};
  id_ = first.id();
  const std::size_t size = first.header_size();
  if (bytes.size() < size + weighed_body_bytes) return wait_for(start.offset + bytes.size());
  std::uint32_t left = 0;
  const ChunkStream* state = reader_.state_of(id_, left);
  if (left != 0 || (state != nullptr && state->has_extended_timestamp)) return {};
  if (!has_inheriting_step(bytes)) return {};
  body_ = bytes.subspan(size, weighed_body_bytes);
  type_ = recognize_type(body_, state, reader_.input().profile).type_id;
  if (type_ == 0) return {};
  payload_ = start.offset + size;
  // The message must not be taken for unsplit if it is split.
  const bool certain = start.chunk_size.certain;
  chunk_ = certain ? start.chunk_size.size : start.chunk_size.at_least;
  WorkBudget& work = reader_.input().work;
  std::uint32_t length = 0;
  for (std::uint64_t at = payload_;;) {
    const Bytes run = reader_.window().at(at);
    // At the end of a chunk, another message may stand between two chunks of this one.
    const std::size_t places = std::min<std::size_t>(run.size(), certain ? chunk_ : chunk_ + 1);
    work.steps += places / places_a_step + 1;
    for (std::size_t i = 1; i < places; ++i) {
      if (i + least_ahead > run.size()) return wait_for(at + run.size());
      if (!FirstByte{run[i]}.inherits_length() && !is_known_message_type(run[i + 7])) continue;
      InferredLength result;
      if (ends_at(at + i, length + static_cast<std::uint32_t>(i), result) != Verdict::no) return result;
    }
    if (run.size() <= chunk_) return wait_for(at + run.size());
    if (!certain || run[chunk_] != type3_byte(id_)) return {};
    length += chunk_;
    at += chunk_ + 1;
  }
}

/// Whether the message ends at `offset`, and so has that length. Sets `result` unless the answer is no.
LengthInference::Verdict LengthInference::ends_at(std::uint64_t offset, std::uint32_t length,
                                                  InferredLength& result) {
  const TrialInput& input = reader_.input();
  const int bits = weigh_next_header(offset);
  if (input.work.exhausted()) return Verdict::later;  // or never: there is nothing to wait for
  if (bits < possible_next_header_bits) return Verdict::no;
  const HeaderDefaults guess{id_, length, type_};
  const auto tried = static_cast<int>(std::bit_width(length));
  const Bytes wire = input.window.at(payload_).first(static_cast<std::size_t>(offset - payload_));
  if (bits >= next_header_bits_wanted + tried ||
      recognize_whole(wire, length < chunk_ ? 0 : chunk_, input.work).type_id == type_) {
    result.defaults = guess;
    return Verdict::yes;
  }
  TrialStart chain = *start_;
  chain.defaults = {&guess, 1};
  const TrialResult trial = TrialParser(input).try_from(chain);
  if (trial.confirmed_ends > 1 && trial.bits >= chain_bits + tried) {
    result.defaults = guess;
    return Verdict::yes;
  }
  if (trial.reason != TrialResult::Reason::need_more) return Verdict::no;
  result.wanted_end = trial.wanted_end;
  return Verdict::later;
}

}  // namespace rtmpscope::rtmp
