#include "rtmp/resync.hpp"

#include <algorithm>

#include "base/byte_order.hpp"
#include "rtmp/chunk_repetition.hpp"

namespace rtmpscope::rtmp {
namespace {

/// First decision when each chunk stream is likely to have begun messages, but not after more bytes than a packet has;
/// further ones after half as many again each time, so that looking again costs no more than a constant for each byte.
constexpr std::size_t latest_first_look = 1536;
constexpr std::size_t least_step = 64;
constexpr std::size_t look_step_divisor = 2;
/// A look of which something is expected may come sooner.
constexpr std::size_t soon_divisor = 16;

/// Bytes behind a hole in which repetition is looked for: there most headers are found without.
constexpr std::size_t guessed_behind_hole = std::size_t{16} << 10;

/// A sender with that many messages in a row that were the first of their packet goes on like that: from so many bytes
/// on, up to so many without any header, none is looked for within packets.
constexpr std::uint32_t usual_packets_begun = 8;
constexpr std::size_t all_places_bytes = std::size_t{2} << 10;
constexpr std::size_t packets_only_bytes = std::size_t{256} << 10;

/// Steps for each byte that was added, and what one direction may take in any case, and one look.
constexpr std::uint64_t work_per_byte = 8;
constexpr std::uint64_t least_work = 1 << 15;
constexpr std::uint64_t least_look = 1 << 8;
/// Places that are passed over by their first bytes, and bytes that are moved, in one step.
constexpr std::uint64_t places_a_step = 8;
constexpr std::uint64_t moved_bytes_a_step = 256;

/// Bytes that are kept although no header was found in them: what follows may tell.
constexpr std::uint64_t look_back_bytes = std::uint64_t{64} << 10;
/// Bytes behind the header that proved itself which are waited for, to tell what comes before it.
constexpr std::uint64_t survey_bytes = 4096;
/// Not for so few bytes before it: a direction that says little, such as a player's, may never bring as many.
constexpr std::uint64_t little_before = 64;

/// A place with less behind it says little; it is looked at when more has come.
constexpr std::size_t least_ahead = maximum_header_size + weighed_body_bytes;

/// Bits that must speak for a place. Wrong ones would have to occur by chance once in 2^bits places.
constexpr int enough_bits = 80;         ///< while more bytes may come
constexpr int enough_bits_at_end = 56;  ///< when nothing more can be known
constexpr int predicted_bits = 40;      ///< for the one place that was computed
constexpr int first_header_bits = 18;   ///< for the first header itself
constexpr int first_type3_bits = 12;    ///< if it is of type 3, and what it inherits is known
constexpr int strong_header_bits = 44;  ///< for a first header that is worth waiting for
constexpr int lone_header_bits = 48;    ///< for one right behind a hole, whose message has yet to prove itself
constexpr int aligned_bits = 10;        ///< for a place right behind a hole: senders begin packets with headers
constexpr int landings_wanted = 2;
constexpr int enough_bits_of_one = 96;  ///< for one to be enough, where the connection is known
/// Where nothing is known of the stream, not even that it is one: what bodies must show, or else messages that land, or
/// one of which all parts lead to its end. Records of other protocols have lengths and types, too.
constexpr int midstream_shown_bits = 14;
constexpr int midstream_landings = 6;
/// Where length and type of messages are guessed from repetition, which other protocols have, too: headers that give
/// them for other messages in between, or what bodies must show.
constexpr int guessed_told = 2;
constexpr int guessed_shown_bits = 5 * 14;

/// Messages in a row that lead to a header which proved itself, where nothing else shows their length: more than a tone
/// has periods in one message.
constexpr int least_guessed_row = 16;

std::size_t first_look(const ChunkParser& parser) {
  constexpr std::size_t usual_streams = 8;
  std::size_t round_bytes = 0;  // of one message of each chunk stream
  for (std::size_t i = 0; i < std::min(parser.stream_count(), usual_streams); ++i) {
    round_bytes += parser.stream(i).message.length;
  }
  return std::clamp(2 * round_bytes, least_step, latest_first_look);
}

/// Where it is seen what stands behind the message of the header in doubt, or behind its first chunk.
std::size_t first_look_at_doubt(const ChunkParser& parser) {
  const std::uint32_t chunk_size = parser.expected_chunk_size();
  if (chunk_size == 0) return first_look(parser);
  const std::size_t first_chunk = std::min<std::size_t>({parser.header_length(), chunk_size, maximum_resync_bytes / 2});
  return parser.header().size + first_chunk + least_ahead;
}

std::size_t first_look(Resync::Cause cause, const ChunkParser& parser) {
  switch (cause) {
    case Resync::Cause::doubt: return first_look_at_doubt(parser);
    case Resync::Cause::landing: return parser.header().size + weighed_body_bytes;
    default: return first_look(parser);
  }
}

SyncConfidence confidence_of(int bits) {
  if (bits >= 120) return SyncConfidence::very_high;
  return bits >= enough_bits ? SyncConfidence::high : SyncConfidence::fair;
}

}  // namespace

std::uint64_t ResyncWork::affordable() const { return least_work + work_per_byte * bytes; }

Resync::Resync(Cause cause, std::uint64_t offset, std::optional<Interrupted> interrupted, const ChunkParser& parser,
               const StreamHabits& habits, ResyncWork& work)
    : cause_(cause),
      lost_offset_(offset),
      interrupted_(interrupted),
      work_(work),
      peeks_(cause == Cause::hole && !interrupted),
      next_look_(peeks_ ? least_ahead : first_look(cause, parser)),
      packets_only_(cause != Cause::midstream && cause != Cause::astray && habits.packets_begun >= usual_packets_begun),
      scan_from_(offset),
      expected_chunk_size_(known_chunk_size(parser)),
      doubt_pending_(cause == Cause::doubt || cause == Cause::landing) {}

std::size_t Resync::add(const StreamData& data) {
  const std::size_t room = next_look_ > window_.kept_bytes() ? next_look_ - window_.kept_bytes() : 1;
  const std::size_t count = std::min(room, data.bytes.size());
  window_.reserve(data.bytes.size());  // the rest of the packet is likely to be needed, too
  window_.add(StreamData{data.offset, data.bytes.first(count), data.packet});
  work_.bytes += count;
  return count;
}

bool Resync::affordable_at_gap() const { return work_.steps <= work_.affordable(); }

SyncFound Resync::found(const TrialEnd& trial, std::uint64_t header, SyncMethod method) const {
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

std::optional<SyncFound> Resync::peek(const StreamData& data, const ChunkParser& parser, const StreamHabits& habits) {
  if (!peeks_ || window_.kept_bytes() > 0 || data.bytes.size() < least_ahead) return std::nullopt;
  return peek_at(data.bytes, data.offset, data.packet, parser, habits);
}

/// The first look, at no more than least_ahead bytes behind the hole. A header of audio or video there that is beyond
/// doubt is gone on from at once, if nothing but its message's end has to show the chunk size; or else it tells where the
/// next look may find that.
std::optional<SyncFound> Resync::peek_at(Bytes behind, std::uint64_t offset, PacketRef packet, const ChunkParser& parser,
                                         const StreamHabits& habits) {
  peeks_ = false;
  next_look_ = first_look(parser);
  if (behind.size() < least_ahead) return std::nullopt;
  const std::uint32_t id = behind[0] & 0x3F;
  const auto index = parser.find(id);
  if (id < 2 || !index) return std::nullopt;
  const ChunkStream& stream = parser.stream(*index);
  ChunkHeader h{.stream_offset = offset,
                .format = static_cast<std::uint8_t>(behind[0] >> 6),
                .basic_size = 1,
                .type_id = stream.message.type_id,
                .chunk_stream_id = id,
                .length = stream.message.length,
                .message_stream_id = stream.message.message_stream_id};
  const std::size_t size = h.basic_size + std::size_t{message_header_size[h.format]};
  if (h.format < 2) {
    h.timestamp_field = load_be24(&behind[1]);
    h.length = load_be24(&behind[4]);
    h.type_id = behind[7];
  }
  if (h.format == 0) h.message_stream_id = load_le32(&behind[8]);
  const std::uint32_t chunk_size = parser.expected_chunk_size();
  const std::size_t continuations = chunk_size == 0 || h.length == 0 ? 0 : (h.length - 1) / chunk_size;
  next_look_ = std::clamp(size + h.length + continuations + least_ahead, least_step, next_look_);
  const bool media = h.type_id == MessageType::audio || h.type_id == MessageType::video;
  if (h.format >= 2 || !media || h.length == 0 || h.timestamp_field == extended_mark) return std::nullopt;
  if (!habits.keeps_chunk_size() || !parser.usual_length(h.length) || stream.last_format == 0xFF) return std::nullopt;
  const auto header = weigh_header(h, &stream);
  const auto body = weigh_body(h.type_id, behind.subspan(size), h.length, habits);
  if (!header || !body || *header + *body < lone_header_bits) return std::nullopt;
  TrialEnd end;
  end.bits = *header + *body + aligned_bits;
  end.chunk_size = chunk_size;
  SyncFound result = found(end, offset, SyncMethod::searched);
  result.packet = packet;
  result.unproved = true;
  return result;
}

std::optional<SyncFound> Resync::look(const ChunkParser& parser, const StreamHabits& habits, bool last) {
  if (peeks_ && !last && window_.kept_bytes() >= least_ahead) {
    const std::uint64_t behind = window_.next_known(lost_offset_);
    auto result = peek_at(window_.at(behind), behind, window_.packet_at(behind), parser, habits);
    if (result || !due()) return result;
  }
  ++work_.steps;
  work_limit_ = std::max(work_.steps + least_look, work_.affordable());
  if (interrupted_ || doubt_pending_) {
    const bool landing = cause_ == Cause::landing;
    if (auto result = landing ? look_at_landing(parser, habits, last) : look_ahead(parser, habits, last)) return result;
    if (interrupted_ || doubt_pending_) {
      look_again(ahead_wanted_end_);
      return std::nullopt;
    }
  }
  auto result = search(parser, habits, last);
  if (result) return result;
  // Dropping moves what is left: that much must have become needless.
  const std::uint64_t first = proof_ ? proved_ : candidates_.empty() ? scan_from_ : candidates_.front().offset;
  const std::uint64_t needed = first - std::min(first, look_back_bytes);
  if (!packets_only_ && window_.bytes_before(needed) >= window_.kept_bytes() / 2) {
    window_.drop_before(needed);
    work_.steps += window_.kept_bytes() / moved_bytes_a_step;
  }
  look_again(wanted_by_candidates());
  return std::nullopt;
}

/// After a good part of what is kept has come once more; or when the window ends at `wanted_end`, if nothing can be told
/// before, unless that is soon.
void Resync::look_again(std::uint64_t wanted_end) {
  const std::size_t kept = window_.kept_bytes();
  const std::size_t step = std::max(least_step, kept / look_step_divisor);
  const std::uint64_t end = window_.end();
  const std::uint64_t wanted = wanted_end > end ? std::min<std::uint64_t>(wanted_end - end, maximum_resync_bytes) : 0;
  const bool soon = wanted < std::max(least_step, kept / soon_divisor);
  const std::size_t later = kept + (soon ? step : static_cast<std::size_t>(wanted) + least_ahead);
  next_look_ = kept < maximum_resync_bytes ? std::min(later, maximum_resync_bytes) : kept + step;
}

/// Where the window must end for a decision, if no new place is to be tried before it; else 0. What has proved itself
/// waits for what tells of the messages before it: that is not asked at every step.
std::uint64_t Resync::wanted_by_candidates() const {
  if (proof_) return proved_ + survey_bytes;
  if (candidates_.empty() || !candidates_.back().strong) return 0;
  return std::ranges::min(candidates_, {}, &Candidate::wanted_end).wanted_end;
}

/// The one place that is expected: behind the message in progress, or the header in doubt.
std::optional<SyncFound> Resync::look_ahead(const ChunkParser& parser, const StreamHabits& habits, bool last) {
  const bool decide = last || full();
  if (!decide && window_.end() < ahead_wanted_end_) return std::nullopt;
  ChunkTrial trial(window_, parser, habits, work_.steps, work_limit_);
  TrialStart start{.offset = lost_offset_,
                   .interrupted = interrupted_,
                   .state_holds = true,
                   .chunk_size = parser.expected_chunk_size(),
                   .chunk_size_exact = parser.chunk_size_exact(),
                   .chunk_size_least = parser.chunk_size_least(),
                   .last = decide};
  const bool until_landed = doubt_pending_;
  TrialEnd end = trial.run(start, until_landed);
  // The header in doubt stands where the one before it said; what it inherits needs one message that lands.
  const auto lands = [&] { return end.confirmed > lost_offset_ && end.landed > 0; };
  std::optional<Inherited> inferred;
  if (doubt_pending_ && !lands() && (decide || end.reason != TrialEnd::Reason::need_more)) {
    const Inference inference = trial.infer(start);
    if (inference.inherited) {
      inferred = inference.inherited;
      start.inherited = {&*inferred, 1};
      end = trial.run(start, until_landed);
    } else if (!decide && inference.wanted_end > window_.end()) {
      end.reason = TrialEnd::Reason::need_more;
      end.wanted_end = inference.wanted_end;
    }
  }
  const bool waiting = !decide && end.reason == TrialEnd::Reason::need_more;
  if (waiting) ahead_wanted_end_ = end.wanted_end;
  if (doubt_pending_) {
    if (lands()) {
      auto result = found(end, lost_offset_, SyncMethod::confirmed);
      result.inherited.assign(start.inherited.begin(), start.inherited.end());
      return result;
    }
    if (waiting) return std::nullopt;
    doubt_pending_ = false;
    doubt_failed_ = true;
    return std::nullopt;
  }
  if (end.begun > 0 && end.bits >= predicted_bits && end.reason != TrialEnd::Reason::contradiction) {
    return found(end, window_.next_known(lost_offset_), SyncMethod::predicted);
  }
  if (end.begun > 1 && end.bits >= enough_bits) {
    return found(end, window_.next_known(lost_offset_), SyncMethod::predicted);
  }
  if (waiting || (!decide && window_.next_known(lost_offset_) == window_.end())) return std::nullopt;
  interrupted_.reset();
  return std::nullopt;
}

/// The header behind an unproved message, or between its chunks. Where it is missing, nothing speaks against that message.
std::optional<SyncFound> Resync::look_at_landing(const ChunkParser& parser, const StreamHabits& habits, bool last) {
  ChunkTrial trial(window_, parser, habits, work_.steps, work_limit_);
  switch (trial.look_at_landing(lost_offset_, last)) {
    case ChunkTrial::Landing::need_more: ahead_wanted_end_ = trial.wanted_end(); return std::nullopt;
    case ChunkTrial::Landing::refuted:
      doubt_pending_ = false;
      doubt_failed_ = true;
      return std::nullopt;
    case ChunkTrial::Landing::believable:
    case ChunkTrial::Landing::not_there: break;
  }
  TrialEnd end;
  end.chunk_size = parser.expected_chunk_size();
  end.chunk_size_exact = parser.chunk_size_exact() || parser.unproved_is_split();
  return found(end, lost_offset_, SyncMethod::confirmed);
}

std::uint32_t Resync::known_chunk_size(const ChunkParser& parser) const {
  return cause_ == Cause::midstream ? 0 : parser.expected_chunk_size();
}

/// What headers may begin with, as far as that depends on what the parser has seen.
void Resync::learn_chunk_streams(const ChunkParser& parser) {
  HeaderScan& scan = scan_.emplace();
  scan.allow_telling();
  for (std::size_t i = 0; i < parser.stream_count(); ++i) {
    const ChunkStream& stream = parser.stream(i);
    if (stream.last_format == 0xFF) continue;
    scan.add_inheriting(stream.message.chunk_stream_id);
    if (stream.message.message_stream_id > highest_usual_message_stream) scan.allow_wide_message_streams();
  }
}

std::optional<SyncFound> Resync::search(const ChunkParser& parser, const StreamHabits& habits, bool last) {
  ChunkTrial trial(window_, parser, habits, work_.steps, work_limit_);
  if (packets_only_ && (last || window_.kept_bytes() >= packets_only_bytes)) {
    packets_only_ = false;
    search_anew();
  }
  if (!packets_only_) guess_repetitions(parser, habits, cause_ == Cause::midstream ? 2 : 4, last);
  if (!proof_ && search_waiting(trial, last) && search_new(trial, parser, last) && !overdrawn()) {
    if (last) scan_from_ = window_.end();
    return std::nullopt;
  }
  if (proof_) return found_by_search(trial, parser, habits, last);
  if (overdrawn()) {
    candidates_.clear();
    scan_from_ = window_.end();
  }
  return std::nullopt;
}

/// Looks for messages of constant length when there are that many `times` as many bytes as the last time. What they show
/// makes trials possible that had to fail before. Whether there are other guesses now.
bool Resync::guess_repetitions(const ChunkParser& parser, const StreamHabits& habits, std::size_t times, bool last) {
  // Behind a hole a header is mostly found without.
  const bool midstream = cause_ == Cause::midstream;
  const std::size_t first_guess = midstream || last ? 1024 : 4096;
  work_.steps += window_.runs() / places_a_step;
  const Bytes run = window_.longest_run();
  const std::size_t size = std::min(run.size(), midstream ? repetition_window : guessed_behind_hole);
  if (size < std::max(first_guess, times * guessed_bytes_)) return false;
  guessed_bytes_ = size;
  work_.steps += size / places_a_step;
  // Waveforms and filler repeat as well: behind a hole, what is known of the connection must agree.
  std::vector<std::uint32_t> chunk_streams;
  if (!midstream) {
    for (std::size_t i = 0; i < parser.stream_count(); ++i) {
      chunk_streams.push_back(parser.stream(i).message.chunk_stream_id);
    }
    if (chunk_streams.empty()) return false;
  }
  std::vector<Repetition> guesses = find_repetitions(run.first(size), habits, chunk_streams);
  if (const Bytes audio = habits.audio_head(); !midstream && !audio.empty()) {
    std::erase_if(guesses, [&](const Repetition& guess) {
      return guess.inherited.type_id == MessageType::audio && guess.head.size > 0 && guess.head.bytes[0] != audio[0];
    });
  }
  const auto same = [](const Repetition& a, const Repetition& b) {
    return a.inherited.chunk_stream_id == b.inherited.chunk_stream_id && a.inherited.length == b.inherited.length;
  };
  if (std::ranges::equal(guesses, guesses_, same)) return false;
  guesses_ = std::move(guesses);
  guessed_.clear();
  guessed_heads_.clear();
  learn_chunk_streams(parser);
  expected_chunk_size_ = known_chunk_size(parser);
  for (const Repetition& guess : guesses_) {
    guessed_.push_back(guess.inherited);
    guessed_heads_.push_back(guess.head);
    scan_->add_inheriting(guess.inherited.chunk_stream_id);
    if (guess.chunk_size != 0 && expected_chunk_size_ == 0) expected_chunk_size_ = guess.chunk_size;
  }
  search_anew();
  return true;
}

void Resync::search_anew() {
  candidates_.clear();
  scan_from_ = window_.next_known(0);
}

/// The messages before the place that proved itself, after a run or a survey from there.
LookBack Resync::look_back(ChunkTrial& trial) {
  const bool all = cause_ == Cause::midstream;
  learn_proved_guesses(trial);
  LookBack before = trial.look_back(proved_, lost_offset_, proved_guesses_, all);
  if (proved_guesses_.size() >= guesses_.size()) return before;
  // Or many messages in a row, up to the place that proved itself, prove the other guesses; or few, if they lead to a
  // header that gives its message's length and that without them would not be where a message ends.
  LookBack longer = trial.look_back(proved_, lost_offset_, guesses_, all);
  if (longer.messages < before.messages + least_guessed_row && longer.told <= before.told) return before;
  if (longer.chunk_size == 0) longer.chunk_size = before.chunk_size;  // known since
  return longer;
}

/// What comes before the place that proved itself is read off what follows it, as soon as that has come.
std::optional<SyncFound> Resync::found_by_search(ChunkTrial& trial, const ChunkParser& parser,
                                                 const StreamHabits& habits, bool last) {
  // After a hole the chunk streams are known, and headers that give a length have been tried.
  const bool midstream = cause_ == Cause::midstream;
  const bool surveyed = !midstream || trial.survey({.offset = proved_,
                                                    .chunk_size = expected_chunk_size_,
                                                    .inherited = guessed_,
                                                    .inherited_guessed = true,
                                                    .last = last});
  LookBack before = look_back(trial);
  const auto reaches_begin = [&] { return before.offset <= lost_offset_ + little_before; };
  const bool complete = reaches_begin() || surveyed || last || full() || overdrawn();
  if (!complete && window_.end() < proved_ + survey_bytes) return std::nullopt;
  // What repeats may have come since the last guess.
  if (midstream && !reaches_begin() && guess_repetitions(parser, habits, 1, last)) {
    LookBack again = look_back(trial);
    if (again.chunk_size == 0) again.chunk_size = before.chunk_size;  // known since
    before = std::move(again);
  }
  TrialEnd proof = *proof_;
  if (before.chunk_size != 0 && !proof.chunk_size_exact) {
    proof.chunk_size = before.chunk_size;
    proof.chunk_size_exact = true;
  }
  const std::uint32_t whole = proof.chunk_size_exact ? std::min(before.longest, proof.chunk_size) : before.longest;
  proof.chunk_size_least = std::max(proof.chunk_size_least, whole);
  proof.confirmed = std::max(proof.confirmed, proved_ + 1);
  auto result = found(proof, before.offset, cause_ == Cause::midstream ? SyncMethod::midstream : SyncMethod::searched);
  // Those that come before it are nearer to the beginning.
  result.inherited = before.inherited;
  for (const Repetition& guess : proved_guesses_) {
    const std::uint32_t id = guess.inherited.chunk_stream_id;
    const auto own = std::ranges::find(result.inherited, id, &Inherited::chunk_stream_id);
    if (own == result.inherited.end()) result.inherited.push_back(guess.inherited);
  }
  return result;
}

/// Those of which the trial has just passed messages. Others may be about anything that repeats, such as a waveform.
void Resync::learn_proved_guesses(const ChunkTrial& trial) {
  for (const Repetition& guess : guesses_) {
    const auto same = [&](const Repetition& each) {
      return each.inherited.chunk_stream_id == guess.inherited.chunk_stream_id;
    };
    const bool known = std::ranges::any_of(proved_guesses_, same);
    if (!known && trial.has_passed(guess.inherited)) proved_guesses_.push_back(guess);
  }
}

/// Tries candidates again for which enough has come; false where the search ends for now.
bool Resync::search_waiting(ChunkTrial& trial, bool last) {
  bool goes_on = true;
  std::erase_if(candidates_, [&](Candidate& candidate) {
    if (!goes_on) return false;
    Verdict verdict = Verdict::waits;
    if (last || full() || candidate.wanted_end <= window_.end()) verdict = weigh(trial, candidate, last);
    goes_on = !overdrawn() && verdict != Verdict::found && !(verdict == Verdict::waits && candidate.strong);
    return verdict == Verdict::refuted;
  });
  return goes_on;
}

/// Tries one place; false where the search ends with it for now.
bool Resync::search_place(ChunkTrial& trial, std::uint64_t offset, bool last) {
  Candidate candidate{.offset = offset, .after_hole = window_.hole_ends_at(offset)};
  const Verdict verdict = weigh(trial, candidate, last);
  if (verdict == Verdict::waits) candidates_.push_back(candidate);
  return !overdrawn() && (verdict == Verdict::refuted || (verdict == Verdict::waits && !candidate.strong));
}

/// Tries the beginnings of packets that came since the last look; false where the search ends for now.
bool Resync::search_packets(ChunkTrial& trial) {
  for (const ResyncWindow::Piece& piece : window_.pieces()) {
    if (piece.gap || piece.offset < scan_from_) continue;
    const Bytes run = window_.at(piece.offset);
    const bool complete = piece.offset + run.size() < window_.end();
    if (!complete && run.size() <= least_ahead) break;
    scan_from_ = piece.offset + 1;
    if (!search_place(trial, piece.offset, false)) return false;
  }
  return true;
}

/// Goes over the bytes that came since the last look; false where the search ends for now.
bool Resync::search_new(ChunkTrial& trial, const ChunkParser& parser, bool last) {
  while (scan_from_ < window_.end()) {
    scan_from_ = window_.next_known(scan_from_);
    const Bytes run = window_.at(scan_from_);
    const bool complete = last || scan_from_ + run.size() < window_.end();
    std::size_t places = complete ? run.size() : run.size() - std::min(run.size(), least_ahead);
    if (packets_only_) {
      const std::size_t before = window_.bytes_before(scan_from_);
      if (before >= all_places_bytes) return search_packets(trial);
      places = std::min(places, all_places_bytes - before);
    }
    const std::uint64_t begin = scan_from_;
    if (places > 0 && cause_ == Cause::hole && window_.hole_ends_at(begin)) {
      // Most headers that are found stand here: nothing else needs to be known for it.
      scan_from_ = begin + 1;
      if (!search_place(trial, begin, last)) return false;
      continue;
    }
    if (!scan_) learn_chunk_streams(parser);
    bool goes_on = true;
    const std::size_t passed = scan_->scan(run, 0, places, [&](std::size_t place) {
      if (guessed_.empty() && trial.is_no_first_type3(run.subspan(place), least_type3_bits())) return true;
      return goes_on = search_place(trial, begin + place, last);
    });
    scan_from_ = begin + passed;
    if (!goes_on) return false;
    work_.steps += places / places_a_step;
    if (!complete && places + least_ahead >= run.size()) break;
  }
  return true;
}

int Resync::least_type3_bits() const { return cause_ == Cause::midstream ? first_header_bits : first_type3_bits; }

Resync::Verdict Resync::weigh(ChunkTrial& trial, Candidate& candidate, bool last) {
  const std::uint64_t at = candidate.offset;
  const TrialEnd end = trial.run({.offset = at,
                                  .chunk_size = expected_chunk_size_,
                                  .inherited = guessed_,
                                  .inherited_guessed = true,
                                  .heads = guessed_heads_,
                                  .least_first_bits = first_header_bits,
                                  .least_type3_bits = least_type3_bits(),
                                  .enough_bits_of_one = cause_ == Cause::midstream ? 0 : enough_bits_of_one - (candidate.after_hole ? aligned_bits : 0),
                                  .last = last});
  candidate.wanted_end = end.wanted_end;
  if (end.begun == 0) return end.reason == TrialEnd::Reason::need_more ? Verdict::waits : Verdict::refuted;
  const int bits = end.bits + (candidate.after_hole ? aligned_bits : 0);
  const bool lands_clearly =
      cause_ != Cause::midstream && end.landed == 1 && end.confirmed > at && bits >= enough_bits_of_one;
  const bool proves_itself = (end.landed >= landings_wanted && bits >= enough_bits) || lands_clearly;
  const bool proves_first = end.confirmed > at && bits >= enough_bits_at_end;
  bool found = false;
  switch (end.reason) {
    case TrialEnd::Reason::enough: found = true; break;
    case TrialEnd::Reason::contradiction:
      // Or one message that is beyond doubt, before one that inherits what is not known.
      found = proves_itself || (end.landed == 1 && end.begun <= 2 && proves_first &&
                                (end.first_bits >= strong_header_bits ||
                                 (bits >= enough_bits && trial.first_is_whole(at))));
      break;
    case TrialEnd::Reason::hole: found = proves_first; break;
    case TrialEnd::Reason::need_more:
      found = proves_itself || (last && proves_first);
      // The oldest places are given up if no more bytes may be kept.
      if (!found && !last && (!full() || at + maximum_resync_bytes / 2 > window_.end())) {
        candidate.strong = end.first_bits >= strong_header_bits;
        return Verdict::waits;
      }
      break;
  }
  const bool from_nothing = cause_ == Cause::midstream || !guesses_.empty();
  const bool shows_nothing = end.shown_bits < midstream_shown_bits && end.landed < midstream_landings;
  if (from_nothing && shows_nothing && !(found && trial.first_is_whole(at))) {
    return end.reason == TrialEnd::Reason::need_more && !last ? Verdict::waits : Verdict::refuted;
  }
  if (!found) return Verdict::refuted;
  if (cause_ == Cause::midstream && end.told < guessed_told && end.orphans > 0 &&
      end.shown_bits < guessed_shown_bits) {
    return end.reason == TrialEnd::Reason::need_more && !last ? Verdict::waits : Verdict::refuted;
  }
  proof_ = end;
  proved_ = at;
  learn_proved_guesses(trial);
  return Verdict::found;
}

}  // namespace rtmpscope::rtmp
