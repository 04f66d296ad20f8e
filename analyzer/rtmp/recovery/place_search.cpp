#include "rtmp/recovery/place_search.hpp"

#include <algorithm>

#include "rtmp/evidence/usual_values.hpp"
#include "rtmp/recovery/sample_collector.hpp"

namespace rtmpscope::rtmp {

PlaceSearch::PlaceSearch(LossCause cause, std::uint64_t offset, const TrialInput& input)
    : cause_(cause),
      lost_offset_(offset),
      input_(input),
      packets_only_(cause != LossCause::midstream && cause != LossCause::odd_header &&
                    cause != LossCause::unfinished_message &&
                    input.profile.packets_started >= usual_packets_started),
      sends_lengths_(input.profile.sends_lengths()),
      scan_from_(offset),
      expected_chunk_size_(expected_chunk_size()) {}

std::uint32_t PlaceSearch::expected_chunk_size() const {
  return midstream() ? 0 : input_.parser.known_chunk_size().size;
}

std::optional<SyncFound> PlaceSearch::search(bool last) {
  TrialParser trial(input_);
  if (packets_only_ && (last || window().kept_bytes() >= packets_only_bytes)) {
    packets_only_ = false;
    restart();
  }
  if (!packets_only_) guess_repeated_lengths(midstream() ? 2 : 4, last);
  if (!proof_ && retry_candidates(trial, last) && try_new_places(trial, last) && !input_.work.exhausted()) {
    if (last) scan_from_ = window().end();
    return std::nullopt;
  }
  if (proof_) return finish(trial, last);
  if (input_.work.exhausted()) {
    candidates_.clear();
    scan_from_ = window().end();
  }
  return std::nullopt;
}

void PlaceSearch::restart() {
  candidates_.clear();
  scan_from_ = window().next_known(0);
}

std::uint64_t PlaceSearch::needed_from() const {
  const std::uint64_t first = proof_                ? proved_
                              : candidates_.empty() ? scan_from_
                                                    : candidates_.front().offset;
  return first - std::min(first, bytes_kept_before);
}

/// The place waits for evidence of the messages before it, which is not sought at every step.
std::uint64_t PlaceSearch::wanted_end() const {
  if (proof_) return proved_ + bytes_behind_proof;
  if (candidates_.empty() || !candidates_.back().strong) return 0;
  return std::ranges::min(candidates_, {}, &Candidate::wanted_end).wanted_end;
}

/// Sets what headers may begin with, as far as that depends on what the parser has seen.
void PlaceSearch::learn_chunk_streams() {
  HeaderScan& scan = scan_.emplace();
  scan.allow_explicit();
  for (std::size_t i = 0; i < input_.parser.stream_count(); ++i) {
    const ChunkStream& stream = input_.parser.stream(i);
    if (!stream.has_defaults()) continue;
    scan.add_inheriting(stream.message.chunk_stream_id);
    if (stream.message.message_stream_id > highest_usual_message_stream) scan.allow_wide_message_streams();
  }
}

/// Looks for repeated lengths when there are that many `times` as many bytes as the last time. They make
/// trials possible that had to fail before. Returns whether there are other guesses now.
bool PlaceSearch::guess_repeated_lengths(std::size_t times, bool last) {
  // Behind a gap a header is mostly found without.
  const std::size_t first_guess = midstream() || last ? 1024 : 4096;
  input_.work.steps += window().runs() / places_a_step;
  const Bytes run = window().longest_run();
  const std::size_t size = std::min(run.size(), midstream() ? repetition_bytes : guessed_behind_gap);
  if (size < std::max(first_guess, times * guessed_bytes_)) return false;
  if (input_.work.steps > input_.work.allowance() || !input_.work.take_guess(size)) return false;
  guessed_bytes_ = size;
  std::vector<RepeatedLength> guesses = find_guesses(run.first(size));
  const auto same = [](const RepeatedLength& a, const RepeatedLength& b) {
    return a.defaults.chunk_stream_id == b.defaults.chunk_stream_id && a.defaults.length == b.defaults.length;
  };
  if (std::ranges::equal(guesses, guesses_, same)) return false;
  guesses_ = std::move(guesses);
  guessed_.clear();
  guessed_heads_.clear();
  learn_chunk_streams();
  expected_chunk_size_ = expected_chunk_size();
  for (const RepeatedLength& guess : guesses_) {
    guessed_.push_back(guess.defaults);
    guessed_heads_.push_back(guess.head);
    scan_->add_inheriting(guess.defaults.chunk_stream_id);
    if (guess.chunk_size != 0 && expected_chunk_size_ == 0) expected_chunk_size_ = guess.chunk_size;
  }
  restart();
  return true;
}

/// Waveforms and filler repeat as well. So, behind a gap, what is known of the connection must agree.
std::vector<RepeatedLength> PlaceSearch::find_guesses(Bytes run) {
  if (midstream()) return find_repeated_lengths(run, input_.profile, {}, input_.work);
  std::vector<std::uint32_t> chunk_streams;
  for (std::size_t i = 0; i < input_.parser.stream_count(); ++i) {
    chunk_streams.push_back(input_.parser.stream(i).message.chunk_stream_id);
  }
  if (chunk_streams.empty()) return guesses_;
  std::vector<RepeatedLength> guesses =
      find_repeated_lengths(run, input_.profile, chunk_streams, input_.work);
  const Bytes audio = input_.profile.audio_head();
  if (audio.empty()) return guesses;
  std::erase_if(guesses, [&](const RepeatedLength& guess) {
    return guess.defaults.type_id == MessageType::audio && guess.head.size > 0 &&
           guess.head.bytes[0] != audio[0];
  });
  return guesses;
}

/// Keeps the guesses of which the trial has just passed messages. Others may be about anything that repeats,
/// such as a waveform.
void PlaceSearch::learn_proved_guesses(std::span<const MessageSample> samples) {
  for (const RepeatedLength& guess : guesses_) {
    const auto same = [&](const RepeatedLength& each) {
      return each.defaults.chunk_stream_id == guess.defaults.chunk_stream_id;
    };
    const bool known = std::ranges::any_of(proved_guesses_, same);
    if (!known && contains(samples, guess.defaults)) proved_guesses_.push_back(guess);
  }
}

/// Tries candidates again for which enough has come; false if the search ends for now.
bool PlaceSearch::retry_candidates(TrialParser& trial, bool last) {
  bool goes_on = true;
  std::erase_if(candidates_, [&](Candidate& candidate) {
    if (!goes_on) return false;
    Verdict verdict = Verdict::waits;
    if (last || full() || candidate.wanted_end <= window().end()) verdict = weigh(trial, candidate, last);
    goes_on = !input_.work.exhausted() && verdict != Verdict::found &&
              !(verdict == Verdict::waits && candidate.strong);
    return verdict == Verdict::refuted;
  });
  return goes_on;
}

/// Tries one place; false if the search ends with it for now.
bool PlaceSearch::try_place(TrialParser& trial, std::uint64_t offset, bool last) {
  Candidate candidate{.offset = offset, .after_gap = window().gap_ends_at(offset)};
  const Verdict verdict = weigh(trial, candidate, last);
  if (verdict == Verdict::waits) candidates_.push_back(candidate);
  return !input_.work.exhausted() &&
         (verdict == Verdict::refuted || (verdict == Verdict::waits && !candidate.strong));
}

/// Tries the starts of packets that came since the last search; false if the search ends for now.
bool PlaceSearch::try_packet_starts(TrialParser& trial) {
  for (const KeptBytes::Piece& piece : window().pieces()) {
    if (piece.gap || piece.offset < scan_from_) continue;
    const Bytes run = window().at(piece.offset);
    const bool complete = piece.offset + run.size() < window().end();
    if (!complete && run.size() <= least_ahead) break;
    scan_from_ = piece.offset + 1;
    if (!try_place(trial, piece.offset, false)) return false;
  }
  return true;
}

/// Goes over the bytes that came since the last search; false if the search ends for now.
bool PlaceSearch::try_new_places(TrialParser& trial, bool last) {
  while (scan_from_ < window().end()) {
    scan_from_ = window().next_known(scan_from_);
    const Bytes run = window().at(scan_from_);
    const bool complete = last || scan_from_ + run.size() < window().end();
    std::size_t places = complete ? run.size() : run.size() - std::min(run.size(), least_ahead);
    if (packets_only_) {
      const std::size_t before = window().bytes_before(scan_from_);
      if (before >= all_places_bytes) return try_packet_starts(trial);
      places = std::min(places, all_places_bytes - before);
    }
    const std::uint64_t begin = scan_from_;
    if (places > 0 && cause_ == LossCause::gap && window().gap_ends_at(begin)) {
      // Most headers that are found stand here: nothing else needs to be known for it.
      scan_from_ = begin + 1;
      if (!try_place(trial, begin, last)) return false;
      continue;
    }
    if (!scan_) learn_chunk_streams();
    bool goes_on = true;
    const std::size_t passed = scan_->scan(run, 0, places, [&](std::size_t place) {
      if (guessed_.empty() && is_no_first_type3(input_, run.subspan(place), least_type3_bits())) return true;
      return goes_on = try_place(trial, begin + place, last);
    });
    scan_from_ = begin + passed;
    if (!goes_on) return false;
    input_.work.steps += places / places_a_step;
    if (!complete && places + least_ahead >= run.size()) break;
  }
  return true;
}

PlaceSearch::Verdict PlaceSearch::weigh(TrialParser& trial, Candidate& candidate, bool last) {
  const std::uint64_t at = candidate.offset;
  // One message is enough where nothing has to be read backwards that would need more samples.
  const bool one_is_enough = !midstream() && (candidate.after_gap || sends_lengths_);
  const int aligned = candidate.after_gap ? aligned_bits : 0;
  const TrialResult result =
      trial.try_from({.offset = at,
                      .chunk_size = {.size = expected_chunk_size_},
                      .defaults = guessed_,
                      .defaults_guessed = true,
                      .body_heads = guessed_heads_,
                      .least_first_bits = first_header_bits,
                      .least_type3_bits = least_type3_bits(),
                      .enough_bits_of_one = one_is_enough ? enough_bits_of_one - aligned : 0,
                      .last = last});
  candidate.wanted_end = result.wanted_end;
  const bool needs_more = result.reason == TrialResult::Reason::need_more;
  if (result.messages == 0) return needs_more ? Verdict::waits : Verdict::refuted;
  const bool convincing = is_convincing(trial, at, result.bits + aligned, last);
  // The oldest places are given up if no more bytes may be kept.
  const bool may_wait = !last && (!full() || at + window().limit() / 2 > window().end());
  if (needs_more && !convincing && may_wait) {
    candidate.strong = result.first_bits >= strong_header_bits;
    return Verdict::waits;
  }
  const Verdict unless_more_comes = needs_more && !last ? Verdict::waits : Verdict::refuted;
  if (may_be_no_rtmp(result) && !(convincing && trial.first_is_whole(at))) return unless_more_comes;
  if (!convincing) return Verdict::refuted;
  if (rests_on_guesses(result)) return unless_more_comes;
  proof_ = result;
  proved_ = at;
  learn_proved_guesses(trial.samples());
  return Verdict::found;
}

/// Whether the trial that has just been made at `at` has enough evidence; `bits` is that of all of it.
bool PlaceSearch::is_convincing(TrialParser& trial, std::uint64_t at, int bits, bool last) const {
  const TrialResult& result = trial.result();
  const bool confirmed = result.confirmed > at;
  const bool clearly_confirmed =
      !midstream() && result.confirmed_ends == 1 && confirmed && bits >= enough_bits_of_one;
  const bool proves_itself =
      (result.confirmed_ends >= confirmed_ends_wanted && bits >= enough_bits) || clearly_confirmed;
  const bool proves_first = confirmed && bits >= enough_bits_at_end;
  switch (result.reason) {
    case TrialResult::Reason::enough: return true;
    case TrialResult::Reason::contradiction:
      if (proves_itself) return true;
      // Or one message beyond doubt, before one that inherits what is not known.
      return result.confirmed_ends == 1 && result.messages <= 2 && proves_first &&
             (result.first_bits >= strong_header_bits || (bits >= enough_bits && trial.first_is_whole(at)));
    case TrialResult::Reason::gap: return proves_first;
    case TrialResult::Reason::need_more: return proves_itself || (last && proves_first);
  }
  return false;
}

/// Nothing but lengths that lead to each other speaks for RTMP, while nothing else is known of the stream.
bool PlaceSearch::may_be_no_rtmp(const TrialResult& result) const {
  const bool from_nothing = midstream() || !guesses_.empty();
  return from_nothing && result.payload_bits < midstream_payload_bits &&
         result.confirmed_ends < midstream_confirmed_ends;
}

bool PlaceSearch::rests_on_guesses(const TrialResult& result) const {
  return midstream() && result.explicit_headers < guessed_explicit && result.unknown_defaults > 0 &&
         result.payload_bits < guessed_payload_bits;
}

/// The messages before the proof. `samples` are those behind it.
PrecedingMessages PlaceSearch::parse_backward(BackwardParser& backward,
                                              std::span<const MessageSample> samples) {
  learn_proved_guesses(samples);
  PrecedingMessages before = backward.parse(proved_, lost_offset_, proved_guesses_, midstream());
  if (proved_guesses_.size() >= guesses_.size()) return before;
  // Also accept unproved guesses if they explain at least 16 messages in a row, or lead to an explicit header
  // that is unreachable without them.
  PrecedingMessages longer = backward.parse(proved_, lost_offset_, guesses_, midstream());
  if (longer.messages < before.messages + least_guessed_row &&
      longer.explicit_headers <= before.explicit_headers) {
    return before;
  }
  if (longer.chunk_size == 0) longer.chunk_size = before.chunk_size;  // known since
  return longer;
}

/// Reads what comes before the proof off what follows it, as soon as that has come.
std::optional<SyncFound> PlaceSearch::finish(TrialParser& trial, bool last) {
  // After a gap the chunk streams are known, and explicit headers have been tried.
  CollectedSamples collected;
  if (midstream()) {
    collected = collect_samples(input_, {.offset = proved_,
                                         .chunk_size = {.size = expected_chunk_size_},
                                         .defaults = guessed_,
                                         .defaults_guessed = true,
                                         .last = last});
  }
  const std::span<const MessageSample> samples = midstream() ? collected.samples : trial.samples();
  BackwardParser backward(input_, samples, midstream() ? collected.chunk_size : trial.result().chunk_size);
  PrecedingMessages before = parse_backward(backward, samples);
  const auto reaches_begin = [&] { return before.offset <= lost_offset_ + little_before; };
  const bool complete =
      reaches_begin() || !midstream() || collected.complete || last || full() || input_.work.exhausted();
  if (!complete && window().end() < proved_ + bytes_behind_proof) return std::nullopt;
  // What repeats may have come since the last guess.
  if (midstream() && !reaches_begin() && guess_repeated_lengths(1, last)) {
    PrecedingMessages again = parse_backward(backward, samples);
    if (again.chunk_size == 0) again.chunk_size = before.chunk_size;  // known since
    before = std::move(again);
  }
  return found(before);
}

SyncFound PlaceSearch::found(const PrecedingMessages& before) const {
  TrialResult proof = *proof_;
  KnownChunkSize& known = proof.chunk_size;
  if (before.chunk_size != 0 && !known.certain) {
    known.size = before.chunk_size;
    known.certain = true;
  }
  const std::uint32_t unsplit = known.certain ? std::min(before.longest, known.size) : before.longest;
  known.at_least = std::max(known.at_least, unsplit);
  proof.confirmed = std::max(proof.confirmed, proved_ + 1);
  auto result = make_found(proof, before.offset, midstream() ? SyncMethod::midstream : SyncMethod::searched,
                           lost_offset_, window().packet_at(before.offset));
  // Defaults of messages before the proof are nearer to the beginning than the guesses.
  result.defaults = before.defaults;
  for (const RepeatedLength& guess : proved_guesses_) {
    const std::uint32_t id = guess.defaults.chunk_stream_id;
    const auto own = std::ranges::find(result.defaults, id, &HeaderDefaults::chunk_stream_id);
    if (own == result.defaults.end()) result.defaults.push_back(guess.defaults);
  }
  return result;
}

}  // namespace rtmpscope::rtmp
