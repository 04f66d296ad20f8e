#include "rtmp/recovery/sync_search.hpp"

#include <algorithm>

#include "rtmp/recovery/recovery_limits.hpp"
#include "rtmp/recovery/repeated_lengths.hpp"

namespace rtmpscope::rtmp {
namespace {

SyncConfidence confidence_of(int bits) {
  if (bits >= 120) return SyncConfidence::very_high;
  return bits >= enough_bits ? SyncConfidence::high : SyncConfidence::fair;
}

}  // namespace

std::uint64_t WorkBudget::allowance() const {
  return least_work + work_per_byte * bytes;
}

SyncSearch::SyncSearch(Cause cause, std::uint64_t offset, std::optional<InterruptedChunk> interrupted,
                       const ChunkParser& parser, const SenderProfile& profile, WorkBudget& work)
    : cause_(cause),
      lost_offset_(offset),
      interrupted_(interrupted),
      work_(work),
      tries_first_(cause == Cause::gap && !interrupted),
      next_search_at_(tries_first_ ? least_ahead : first_search_at(parser)),
      packets_only_(cause != Cause::midstream && cause != Cause::implausible_headers &&
                    profile.packets_started >= usual_packets_started),
      sends_lengths_(profile.sends_lengths()),
      scan_from_(offset),
      expected_chunk_size_(known_chunk_size(parser)),
      expected_pending_(cause == Cause::ambiguous_header || cause == Cause::next_header) {}

std::size_t SyncSearch::add(const StreamData& data) {
  const std::size_t room =
      next_search_at_ > window_.kept_bytes() ? next_search_at_ - window_.kept_bytes() : 1;
  const std::size_t count = std::min(room, data.bytes.size());
  window_.reserve(data.bytes.size());  // the rest of the packet is likely to be needed, too
  window_.add(StreamData{data.offset, data.bytes.first(count), data.packet});
  work_.bytes += count;
  return count;
}

void SyncSearch::add(const StreamGap& gap) {
  tries_first_ = tries_first_ && window_.kept_bytes() == 0;
  window_.add(gap);
}

bool SyncSearch::due() const {
  return window_.kept_bytes() >= next_search_at_ ||
         (tries_first_ && window_.kept_bytes() >= places_tried_ + least_ahead);
}

bool SyncSearch::allowed_at_gap() const {
  return work_.steps <= work_.allowance();
}

SyncFound SyncSearch::found(const TrialResult& trial, std::uint64_t header, SyncMethod method) const {
  SyncFound result;
  result.offset = header;
  result.header = header;
  result.skipped = header - lost_offset_;
  result.packet = window_.packet_at(header);
  result.method = method;
  result.confidence = confidence_of(trial.bits);
  result.trial = trial;
  return result;
}

std::optional<SyncFound> SyncSearch::search(const ChunkParser& parser, const SenderProfile& profile,
                                            bool last) {
  if (tries_first_ && !last) {
    const std::uint64_t behind = window_.next_known(lost_offset_);
    auto result = try_places({behind, window_.at(behind), {}}, parser, profile);
    if (result) result->packet = window_.packet_at(result->header);
    if (result || window_.kept_bytes() < next_search_at_) return result;
  }
  tries_first_ = false;
  ++work_.steps;
  work_limit_ = std::max(work_.steps + least_search_work, work_.allowance());
  if (interrupted_ || expected_pending_) {
    const bool next_header = cause_ == Cause::next_header;
    if (auto result =
            next_header ? check_next_header(parser, profile, last) : check_expected(parser, profile, last))
      return result;
    if (interrupted_ || expected_pending_) {
      schedule_next(expected_wanted_end_);
      return std::nullopt;
    }
  }
  auto result = search_everywhere(parser, profile, last);
  if (result) return result;
  // Dropping moves what is left: that much must have become needless.
  const std::uint64_t first = proof_                ? proved_
                              : candidates_.empty() ? scan_from_
                                                    : candidates_.front().offset;
  const std::uint64_t needed = first - std::min(first, bytes_kept_before);
  if (!packets_only_ && window_.bytes_before(needed) >= window_.kept_bytes() / 2) {
    window_.drop_before(needed);
    work_.steps += window_.kept_bytes() / moved_bytes_a_step;
  }
  schedule_next(wanted_by_candidates());
  return std::nullopt;
}

/// After a good part of what is kept has come once more; or when the window ends at `wanted_end`, if nothing
/// can be told before, unless that is soon.
void SyncSearch::schedule_next(std::uint64_t wanted_end) {
  const std::size_t kept = window_.kept_bytes();
  const std::size_t step = std::max(least_step, kept / search_step_divisor);
  const std::uint64_t end = window_.end();
  const std::uint64_t wanted =
      wanted_end > end ? std::min<std::uint64_t>(wanted_end - end, maximum_kept_bytes) : 0;
  const bool soon = wanted < std::max(least_step, kept / soon_divisor);
  const std::size_t later = kept + (soon ? step : static_cast<std::size_t>(wanted) + least_ahead);
  next_search_at_ = kept < maximum_kept_bytes ? std::min(later, maximum_kept_bytes) : kept + step;
}

/// Where the window must end for a decision, if no new place is to be tried before it; else 0. What has
/// proved itself waits for what tells of the messages before it: that is not asked at every step.
std::uint64_t SyncSearch::wanted_by_candidates() const {
  if (proof_) return proved_ + bytes_behind_proof;
  if (candidates_.empty() || !candidates_.back().strong) return 0;
  return std::ranges::min(candidates_, {}, &Candidate::wanted_end).wanted_end;
}

std::uint32_t SyncSearch::known_chunk_size(const ChunkParser& parser) const {
  return cause_ == Cause::midstream ? 0 : parser.expected_chunk_size();
}

/// What headers may begin with, as far as that depends on what the parser has seen.
void SyncSearch::learn_chunk_streams(const ChunkParser& parser) {
  HeaderScan& scan = scan_.emplace();
  scan.allow_explicit();
  for (std::size_t i = 0; i < parser.stream_count(); ++i) {
    const ChunkStream& stream = parser.stream(i);
    if (stream.last_format == 0xFF) continue;
    scan.add_inheriting(stream.message.chunk_stream_id);
    if (stream.message.message_stream_id > highest_usual_message_stream) scan.allow_wide_message_streams();
  }
}

std::optional<SyncFound> SyncSearch::search_everywhere(const ChunkParser& parser,
                                                       const SenderProfile& profile, bool last) {
  TrialParser trial(window_, parser, profile, work_.steps, work_limit_);
  if (packets_only_ && (last || window_.kept_bytes() >= packets_only_bytes)) {
    packets_only_ = false;
    restart_search();
  }
  if (!packets_only_) guess_repeated_lengths(parser, profile, cause_ == Cause::midstream ? 2 : 4, last);
  if (!proof_ && retry_candidates(trial, last) && try_new_places(trial, parser, last) && !exhausted()) {
    if (last) scan_from_ = window_.end();
    return std::nullopt;
  }
  if (proof_) return found_by_search(trial, parser, profile, last);
  if (exhausted()) {
    candidates_.clear();
    scan_from_ = window_.end();
  }
  return std::nullopt;
}

/// Looks for messages of constant length when there are that many `times` as many bytes as the last time.
/// What they show makes trials possible that had to fail before. Whether there are other guesses now.
bool SyncSearch::guess_repeated_lengths(const ChunkParser& parser, const SenderProfile& profile,
                                        std::size_t times, bool last) {
  // Behind a gap a header is mostly found without.
  const bool midstream = cause_ == Cause::midstream;
  const std::size_t first_guess = midstream || last ? 1024 : 4096;
  work_.steps += window_.runs() / places_a_step;
  const Bytes run = window_.longest_run();
  const std::size_t size = std::min(run.size(), midstream ? repetition_bytes : guessed_behind_gap);
  if (size < std::max(first_guess, times * guessed_bytes_)) return false;
  guessed_bytes_ = size;
  work_.steps += size / places_a_step;
  // Waveforms and filler repeat as well: behind a gap, what is known of the connection must agree.
  std::vector<std::uint32_t> chunk_streams;
  if (!midstream) {
    for (std::size_t i = 0; i < parser.stream_count(); ++i) {
      chunk_streams.push_back(parser.stream(i).message.chunk_stream_id);
    }
    if (chunk_streams.empty()) return false;
  }
  std::vector<RepeatedLength> guesses = find_repeated_lengths(run.first(size), profile, chunk_streams);
  if (const Bytes audio = profile.audio_head(); !midstream && !audio.empty()) {
    std::erase_if(guesses, [&](const RepeatedLength& guess) {
      return guess.defaults.type_id == MessageType::audio && guess.head.size > 0 &&
             guess.head.bytes[0] != audio[0];
    });
  }
  const auto same = [](const RepeatedLength& a, const RepeatedLength& b) {
    return a.defaults.chunk_stream_id == b.defaults.chunk_stream_id && a.defaults.length == b.defaults.length;
  };
  if (std::ranges::equal(guesses, guesses_, same)) return false;
  guesses_ = std::move(guesses);
  guessed_.clear();
  guessed_heads_.clear();
  learn_chunk_streams(parser);
  expected_chunk_size_ = known_chunk_size(parser);
  for (const RepeatedLength& guess : guesses_) {
    guessed_.push_back(guess.defaults);
    guessed_heads_.push_back(guess.head);
    scan_->add_inheriting(guess.defaults.chunk_stream_id);
    if (guess.chunk_size != 0 && expected_chunk_size_ == 0) expected_chunk_size_ = guess.chunk_size;
  }
  restart_search();
  return true;
}

void SyncSearch::restart_search() {
  candidates_.clear();
  scan_from_ = window_.next_known(0);
}

/// The messages before the place that proved itself, after a run or a survey from there.
PrecedingMessages SyncSearch::parse_backward(TrialParser& trial) {
  const bool all = cause_ == Cause::midstream;
  learn_proved_guesses(trial);
  PrecedingMessages before = trial.parse_backward(proved_, lost_offset_, proved_guesses_, all);
  if (proved_guesses_.size() >= guesses_.size()) return before;
  // Or many messages in a row, up to the place that proved itself, prove the other guesses; or few, if they
  // lead to a header that gives its message's length and that without them would not be where a message ends.
  PrecedingMessages longer = trial.parse_backward(proved_, lost_offset_, guesses_, all);
  if (longer.messages < before.messages + least_guessed_row &&
      longer.explicit_headers <= before.explicit_headers)
    return before;
  if (longer.chunk_size == 0) longer.chunk_size = before.chunk_size;  // known since
  return longer;
}

/// What comes before the place that proved itself is read off what follows it, as soon as that has come.
std::optional<SyncFound> SyncSearch::found_by_search(TrialParser& trial, const ChunkParser& parser,
                                                     const SenderProfile& profile, bool last) {
  // After a gap the chunk streams are known, and headers that give a length have been tried.
  const bool midstream = cause_ == Cause::midstream;
  const bool collected = !midstream || trial.collect_samples({.offset = proved_,
                                                              .chunk_size = expected_chunk_size_,
                                                              .defaults = guessed_,
                                                              .defaults_guessed = true,
                                                              .last = last});
  PrecedingMessages before = parse_backward(trial);
  const auto reaches_begin = [&] { return before.offset <= lost_offset_ + little_before; };
  const bool complete = reaches_begin() || collected || last || full() || exhausted();
  if (!complete && window_.end() < proved_ + bytes_behind_proof) return std::nullopt;
  // What repeats may have come since the last guess.
  if (midstream && !reaches_begin() && guess_repeated_lengths(parser, profile, 1, last)) {
    PrecedingMessages again = parse_backward(trial);
    if (again.chunk_size == 0) again.chunk_size = before.chunk_size;  // known since
    before = std::move(again);
  }
  TrialResult proof = *proof_;
  if (before.chunk_size != 0 && !proof.chunk_size_certain) {
    proof.chunk_size = before.chunk_size;
    proof.chunk_size_certain = true;
  }
  const std::uint32_t whole =
      proof.chunk_size_certain ? std::min(before.longest, proof.chunk_size) : before.longest;
  proof.least_chunk_size = std::max(proof.least_chunk_size, whole);
  proof.confirmed = std::max(proof.confirmed, proved_ + 1);
  auto result =
      found(proof, before.offset, cause_ == Cause::midstream ? SyncMethod::midstream : SyncMethod::searched);
  // Those that come before it are nearer to the beginning.
  result.defaults = before.defaults;
  for (const RepeatedLength& guess : proved_guesses_) {
    const std::uint32_t id = guess.defaults.chunk_stream_id;
    const auto own = std::ranges::find(result.defaults, id, &HeaderDefaults::chunk_stream_id);
    if (own == result.defaults.end()) result.defaults.push_back(guess.defaults);
  }
  return result;
}

/// Those of which the trial has just passed messages. Others may be about anything that repeats, such as a
/// waveform.
void SyncSearch::learn_proved_guesses(const TrialParser& trial) {
  for (const RepeatedLength& guess : guesses_) {
    const auto same = [&](const RepeatedLength& each) {
      return each.defaults.chunk_stream_id == guess.defaults.chunk_stream_id;
    };
    const bool known = std::ranges::any_of(proved_guesses_, same);
    if (!known && trial.has_passed(guess.defaults)) proved_guesses_.push_back(guess);
  }
}

/// Tries candidates again for which enough has come; false where the search ends for now.
bool SyncSearch::retry_candidates(TrialParser& trial, bool last) {
  bool goes_on = true;
  std::erase_if(candidates_, [&](Candidate& candidate) {
    if (!goes_on) return false;
    Verdict verdict = Verdict::waits;
    if (last || full() || candidate.wanted_end <= window_.end()) verdict = weigh(trial, candidate, last);
    goes_on = !exhausted() && verdict != Verdict::found && !(verdict == Verdict::waits && candidate.strong);
    return verdict == Verdict::refuted;
  });
  return goes_on;
}

/// Tries one place; false where the search ends with it for now.
bool SyncSearch::try_place(TrialParser& trial, std::uint64_t offset, bool last) {
  Candidate candidate{.offset = offset, .after_gap = window_.gap_ends_at(offset)};
  const Verdict verdict = weigh(trial, candidate, last);
  if (verdict == Verdict::waits) candidates_.push_back(candidate);
  return !exhausted() && (verdict == Verdict::refuted || (verdict == Verdict::waits && !candidate.strong));
}

/// Tries the beginnings of packets that came since the last look; false where the search ends for now.
bool SyncSearch::try_packet_starts(TrialParser& trial) {
  for (const KeptBytes::Piece& piece : window_.pieces()) {
    if (piece.gap || piece.offset < scan_from_) continue;
    const Bytes run = window_.at(piece.offset);
    const bool complete = piece.offset + run.size() < window_.end();
    if (!complete && run.size() <= least_ahead) break;
    scan_from_ = piece.offset + 1;
    if (!try_place(trial, piece.offset, false)) return false;
  }
  return true;
}

/// Goes over the bytes that came since the last look; false where the search ends for now.
bool SyncSearch::try_new_places(TrialParser& trial, const ChunkParser& parser, bool last) {
  while (scan_from_ < window_.end()) {
    scan_from_ = window_.next_known(scan_from_);
    const Bytes run = window_.at(scan_from_);
    const bool complete = last || scan_from_ + run.size() < window_.end();
    std::size_t places = complete ? run.size() : run.size() - std::min(run.size(), least_ahead);
    if (packets_only_) {
      const std::size_t before = window_.bytes_before(scan_from_);
      if (before >= all_places_bytes) return try_packet_starts(trial);
      places = std::min(places, all_places_bytes - before);
    }
    const std::uint64_t begin = scan_from_;
    if (places > 0 && cause_ == Cause::gap && window_.gap_ends_at(begin)) {
      // Most headers that are found stand here: nothing else needs to be known for it.
      scan_from_ = begin + 1;
      if (!try_place(trial, begin, last)) return false;
      continue;
    }
    if (!scan_) learn_chunk_streams(parser);
    bool goes_on = true;
    const std::size_t passed = scan_->scan(run, 0, places, [&](std::size_t place) {
      if (guessed_.empty() && trial.is_no_first_type3(run.subspan(place), least_type3_bits())) return true;
      return goes_on = try_place(trial, begin + place, last);
    });
    scan_from_ = begin + passed;
    if (!goes_on) return false;
    work_.steps += places / places_a_step;
    if (!complete && places + least_ahead >= run.size()) break;
  }
  return true;
}

int SyncSearch::least_type3_bits() const {
  return cause_ == Cause::midstream ? first_header_bits : first_type3_bits;
}

SyncSearch::Verdict SyncSearch::weigh(TrialParser& trial, Candidate& candidate, bool last) {
  const std::uint64_t at = candidate.offset;
  // Of messages before it whose headers inherit, more tells when more is passed.
  const bool one_tells_all = cause_ != Cause::midstream && (candidate.after_gap || sends_lengths_);
  const int aligned = candidate.after_gap ? aligned_bits : 0;
  const TrialResult end =
      trial.try_from({.offset = at,
                      .chunk_size = expected_chunk_size_,
                      .defaults = guessed_,
                      .defaults_guessed = true,
                      .heads = guessed_heads_,
                      .least_first_bits = first_header_bits,
                      .least_type3_bits = least_type3_bits(),
                      .enough_bits_of_one = one_tells_all ? enough_bits_of_one - aligned : 0,
                      .last = last});
  candidate.wanted_end = end.wanted_end;
  if (end.messages == 0)
    return end.reason == TrialResult::Reason::need_more ? Verdict::waits : Verdict::refuted;
  const int bits = end.bits + aligned;
  const bool clearly_confirmed = cause_ != Cause::midstream && end.confirmed_ends == 1 &&
                                 end.confirmed > at && bits >= enough_bits_of_one;
  const bool proves_itself =
      (end.confirmed_ends >= confirmed_ends_wanted && bits >= enough_bits) || clearly_confirmed;
  const bool proves_first = end.confirmed > at && bits >= enough_bits_at_end;
  bool found = false;
  switch (end.reason) {
    case TrialResult::Reason::enough: found = true; break;
    case TrialResult::Reason::contradiction:
      // Or one message that is beyond doubt, before one that inherits what is not known.
      found = proves_itself ||
              (end.confirmed_ends == 1 && end.messages <= 2 && proves_first &&
               (end.first_bits >= strong_header_bits || (bits >= enough_bits && trial.first_is_whole(at))));
      break;
    case TrialResult::Reason::gap: found = proves_first; break;
    case TrialResult::Reason::need_more:
      found = proves_itself || (last && proves_first);
      // The oldest places are given up if no more bytes may be kept.
      if (!found && !last && (!full() || at + maximum_kept_bytes / 2 > window_.end())) {
        candidate.strong = end.first_bits >= strong_header_bits;
        return Verdict::waits;
      }
      break;
  }
  const bool from_nothing = cause_ == Cause::midstream || !guesses_.empty();
  const bool shows_nothing =
      end.payload_bits < midstream_payload_bits && end.confirmed_ends < midstream_confirmed_ends;
  if (from_nothing && shows_nothing && !(found && trial.first_is_whole(at))) {
    return end.reason == TrialResult::Reason::need_more && !last ? Verdict::waits : Verdict::refuted;
  }
  if (!found) return Verdict::refuted;
  if (cause_ == Cause::midstream && end.explicit_headers < guessed_explicit && end.unknown_defaults > 0 &&
      end.payload_bits < guessed_payload_bits) {
    return end.reason == TrialResult::Reason::need_more && !last ? Verdict::waits : Verdict::refuted;
  }
  proof_ = end;
  proved_ = at;
  learn_proved_guesses(trial);
  return Verdict::found;
}

}  // namespace rtmpscope::rtmp
