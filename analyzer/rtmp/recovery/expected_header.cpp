#include "rtmp/recovery/expected_header.hpp"

#include <algorithm>

#include "rtmp/recovery/chunk_end.hpp"
#include "rtmp/recovery/length_inference.hpp"
#include "rtmp/recovery/odd_header.hpp"
#include "rtmp/recovery/recovery_limits.hpp"
#include "rtmp/recovery/trial_parser.hpp"

namespace rtmpscope::rtmp {

SyncFound ExpectedHeader::found(const TrialInput& input, const TrialResult& trial, std::uint64_t header,
                                SyncMethod method) const {
  SyncFound result = make_found(trial, header, method, offset_, input.window.packet_at(header));
  if (method == SyncMethod::predicted) result.offset = offset_;
  return result;
}

TrialStart ExpectedHeader::start(const TrialInput& input, bool decide) const {
  return {.offset = offset_,
          .interrupted = interrupted_,
          .state_holds = true,
          .chunk_size = input.parser.known_chunk_size(),
          .last = decide};
}

std::optional<SyncFound> ExpectedHeader::check(const TrialInput& input, bool last, bool decide) {
  if (state_ == State::next_header) return check_next(input, last);
  if (!decide && input.window.end() < wanted_end_) return std::nullopt;
  if (state_ == State::undecided_header) return check_undecided(input, decide);
  if (state_ == State::odd_header) return check_odd(input, last, decide);
  if (state_ == State::other_chunk_size) return check_chunk_size(input, decide);
  return state_ == State::interrupted ? check_interrupted(input, decide) : check_ambiguous(input, decide);
}

/// The header is shorter or longer by an extended timestamp. The reading counts whose chunk ends before the
/// more believable header; if none is, what the sender did before.
std::optional<SyncFound> ExpectedHeader::check_undecided(const TrialInput& input, bool decide) {
  const ChunkParser& parser = input.parser;
  const ChunkHeader& header = parser.header();
  const ChunkStream* stream = parser.find(header.chunk_stream_id);
  const bool continues = header.format == 3 && stream->in_progress;
  const std::uint32_t left = continues ? stream->message.length - stream->received : parser.header_length();
  const std::uint32_t count = std::min(left, parser.chunk_size());
  const std::uint64_t end = offset_ + header.size + count;
  wanted_end_ = end + extended_timestamp_size + least_ahead;
  if (!decide && input.window.end() < wanted_end_) return std::nullopt;
  ChunkEnd chunk_end(input, header.chunk_stream_id, left - count);
  const int without = chunk_end.weigh(end);
  const int with = chunk_end.weigh(end + extended_timestamp_size);
  const ExtendedTimestamps& sender = parser.extended_timestamps();
  const bool first = continues && sender.type3() == ExtendedTimestamps::Type3::unknown;
  const bool usual = header.format < 3 || !(sender.omitted() || first);
  SyncFound result = found(input, {}, offset_, SyncMethod::confirmed);
  result.extended_timestamp = with == without ? usual : with > without;
  return result;
}

/// Where the odd header leads. If it is none, the last message may have other chunks than the parser thinks.
std::optional<SyncFound> ExpectedHeader::check_odd(const TrialInput& input, bool last, bool decide) {
  OddHeader header(input);
  switch (header.judge(last, decide)) {
    case OddHeader::Verdict::need_more: wanted_end_ = header.wanted_end(); return std::nullopt;
    case OddHeader::Verdict::believed: return found(input, {}, offset_, SyncMethod::confirmed);
    case OddHeader::Verdict::refuted: break;
  }
  wanted_end_ = 0;
  state_ = restartable_ ? State::other_chunk_size : State::refuted;
  return restartable_ ? check_chunk_size(input, decide) : std::nullopt;
}

/// Parses the last message with any other chunk size.
std::optional<SyncFound> ExpectedHeader::check_chunk_size(const TrialInput& input, bool decide) {
  const ChunkParser::TakenChunk& taken = input.parser.taken();
  const MessageHeader& message = input.parser.stream(taken.stream).message;
  const TrialStart anew{
      .offset = taken.header, .begins_anew = message.chunk_stream_id, .state_holds = true, .last = decide};
  const TrialResult trial = TrialParser(input).try_from(anew, true);
  const bool fits = trial.confirmed > taken.header && trial.confirmed_ends > 0;
  if (fits) return found(input, trial, taken.header, SyncMethod::confirmed);
  if (!decide && trial.reason == TrialResult::Reason::need_more) {
    wanted_end_ = trial.wanted_end;
    return std::nullopt;
  }
  state_ = State::refuted;
  return std::nullopt;
}

/// The sender may have continued the message in progress.
std::optional<SyncFound> ExpectedHeader::check_interrupted(const TrialInput& input, bool decide) {
  const TrialResult trial = TrialParser(input).try_from(start(input, decide));
  const bool waiting = !decide && trial.reason == TrialResult::Reason::need_more;
  if (waiting) wanted_end_ = trial.wanted_end;
  const bool refuted = trial.reason == TrialResult::Reason::contradiction;
  const bool predicted = trial.messages > 0 && trial.bits >= predicted_bits && !refuted;
  const std::uint64_t next = input.window.next_known(offset_);
  if (predicted || (trial.messages > 1 && trial.bits >= enough_bits)) {
    return found(input, trial, next, SyncMethod::predicted);
  }
  if (waiting || (!decide && next == input.window.end())) return std::nullopt;
  interrupted_.reset();
  state_ = State::none;
  return std::nullopt;
}

/// The ambiguous header stands where the one before it said. What it inherits needs one message whose end is
/// confirmed.
std::optional<SyncFound> ExpectedHeader::check_ambiguous(const TrialInput& input, bool decide) {
  TrialParser parser(input);
  TrialStart trial_start = start(input, decide);
  TrialResult trial = parser.try_from(trial_start, true);
  const auto is_confirmed = [&] { return trial.confirmed > offset_ && trial.confirmed_ends > 0; };
  std::optional<HeaderDefaults> inferred;
  if (!is_confirmed() && (decide || trial.reason != TrialResult::Reason::need_more)) {
    const InferredLength length = LengthInference(input).infer(trial_start);
    if (length.defaults) {
      inferred = length.defaults;
      trial_start.defaults = {&*inferred, 1};
      trial = parser.try_from(trial_start, true);
    } else if (!decide && length.wanted_end > input.window.end()) {
      trial.reason = TrialResult::Reason::need_more;
      trial.wanted_end = length.wanted_end;
    }
  }
  const bool waiting = !decide && trial.reason == TrialResult::Reason::need_more;
  if (waiting) wanted_end_ = trial.wanted_end;
  if (is_confirmed()) {
    auto result = found(input, trial, offset_, SyncMethod::confirmed);
    result.defaults.assign(trial_start.defaults.begin(), trial_start.defaults.end());
    return result;
  }
  if (!waiting) state_ = State::refuted;
  return std::nullopt;
}

/// If the header behind the provisional message is missing, nothing speaks against that message.
std::optional<SyncFound> ExpectedHeader::check_next(const TrialInput& input, bool last) {
  TrialParser parser(input);
  switch (parser.check_next_header(offset_, last)) {
    case TrialParser::NextHeader::need_more: wanted_end_ = parser.wanted_end(); return std::nullopt;
    case TrialParser::NextHeader::refuted: state_ = State::refuted; return std::nullopt;
    case TrialParser::NextHeader::believable:
    case TrialParser::NextHeader::not_there: break;
  }
  const KnownChunkSize known = input.parser.known_chunk_size();
  TrialResult trial;
  trial.chunk_size.size = known.size;
  trial.chunk_size.certain = known.certain || input.parser.provisional_is_split();
  return found(input, trial, offset_, SyncMethod::confirmed);
}

}  // namespace rtmpscope::rtmp
