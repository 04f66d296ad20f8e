#include "rtmp/recovery/chunk_size_inference.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "rtmp/evidence/usual_values.hpp"
#include "rtmp/recovery/trial_parser.hpp"

namespace rtmpscope::rtmp {
namespace {

/// Evidence that the header behind the message needs if the chunk size that leads there is a guess.
constexpr int guessed_size_bits = 24;

/// Sizes below are legal, but no sender has them, and short distances occur by chance.
constexpr std::uint32_t least_inferred_chunk_size = 16;

/// Whether a size at which all type 3 headers of the message stand is hardly ever that by chance. All sizes
/// that split a message into as many chunks end at the same place. Only those headers, one byte each, tell
/// them apart.
bool is_beyond_chance(std::uint32_t length, std::uint32_t size) {
  const double splits = (length - 1) / size;
  const double sizes = length / (splits * (splits + 1));
  return std::log2(sizes) - 8 * splits < -12;
}

/// Headers of type 3 stand in `body` wherever chunks of that size would end.
bool has_headers_at(Bytes body, std::size_t size, std::uint8_t header) {
  for (std::size_t at = size; at < body.size(); at += size + 1) {
    if (body[at] != header) return false;
  }
  return true;
}

/// Index of the first `byte` from `begin` on; `end` if there is none before that. memchr is several times as
/// fast as std::find.
std::size_t find_byte(Bytes bytes, std::size_t begin, std::size_t end, std::uint8_t byte) {
  if (begin >= end) return end;
  const void* const found = std::memchr(bytes.data() + begin, byte, end - begin);
  return found == nullptr ? end
                          : static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data());
}

}  // namespace

bool may_be_split(Bytes body, std::uint32_t chunk_stream_id) {
  if (chunk_stream_id >= 64) return false;
  const std::uint8_t header = type3_byte(chunk_stream_id);
  for (const std::uint32_t size : usual_chunk_sizes) {
    if (size < body.size() && has_headers_at(body, size, header)) return true;
  }
  // Sizes that are not usual need two such bytes, so the first one lies in the first half.
  std::size_t size = find_byte(body, usual_chunk_sizes[0], body.size() / 2, header);
  while (2 * size + 1 < body.size()) {
    if (has_headers_at(body, size, header)) return true;
    size = find_byte(body, size + 1, body.size() / 2, header);
  }
  return false;
}

/// Whether the message ends before a believable header if chunks have that size.
HeaderRead ChunkSizeInference::fits(std::uint32_t chunk_size, bool guessed) {
  std::uint64_t at = payload_;
  std::uint32_t left = length_;
  int splits = 0;
  WorkBudget& work = reader_.input().work;
  for (;;) {
    ++work.steps;
    const std::uint32_t count = std::min(left, chunk_size);
    at += count;
    left -= count;
    if (left == 0) break;
    const Bytes bytes = reader_.window().at(at);
    if (bytes.empty()) return reader_.missing(at);
    if (id_ < 64 && bytes[0] != type3_byte(id_)) return is_between_chunks(at, splits);
    ++splits;
    const ChunkStream& state = reader_.stream(id_).state;
    const bool extended = state.has_extended_timestamp && bytes.size() > extended_timestamp_size &&
                          load_be32(bytes.data() + 1) == state.extended_timestamp;
    at += basic_header_size(id_) + (extended ? extended_timestamp_size : 0);
    if (work.exhausted()) return HeaderRead::not_header;
  }
  return check_end(at, splits, guessed);
}

/// Whether another message stands at `at`, between the chunks of this one.
HeaderRead ChunkSizeInference::is_between_chunks(std::uint64_t at, int splits) {
  TrialHeader other;
  const HeaderRead result = reader_.read(at, other);
  if (result != HeaderRead::header) return result;
  // If the length is wrong, a header stands somewhere behind a byte that looks like one of type 3.
  const int least_splits = start_.begins_anew ? 2 : 1;
  const bool between =
      other.header.chunk_stream_id != id_ && other.bits >= 2 * next_header_bits && splits >= least_splits;
  return between ? HeaderRead::header : HeaderRead::not_header;
}

/// Whether a believable header is at `at`, where the message ends after so many splits.
HeaderRead ChunkSizeInference::check_end(std::uint64_t at, int splits, bool guessed) {
  if (reader_.ends_at_gap(at)) {
    return guessed || !length_certain_ ? HeaderRead::in_gap : HeaderRead::header;
  }
  TrialReader::Stream& own = reader_.stream(id_);
  const std::uint32_t before = own.left;
  own.left = 0;
  TrialHeader next;
  const HeaderRead result = reader_.read(at, next);
  own.left = before;
  const int wanted = guessed ? guessed_size_bits : next_header_bits;
  if (result == HeaderRead::not_header) {
    int bits = 0;
    const HeaderRead inheriting = reader_.read_inheriting(at, bits);
    if (inheriting == HeaderRead::need_more) return HeaderRead::need_more;
    const bool enough = inheriting == HeaderRead::header && bits + splits * continuation_bits >= wanted;
    return enough ? HeaderRead::header : HeaderRead::not_header;
  }
  if (result == HeaderRead::header && next.bits < wanted) return HeaderRead::not_header;
  if (result == HeaderRead::header) next_header_ = next;
  return result;
}

HeaderRead ChunkSizeInference::try_known(std::uint32_t chunk_size, bool guessed) {
  const HeaderRead result = fits(chunk_size, guessed);
  more_ = more_ || result == HeaderRead::need_more;
  gaps_ += result == HeaderRead::in_gap ? 1 : 0;
  return result;
}

/// True if no other size needs to be tried.
bool ChunkSizeInference::try_guess(std::uint32_t chunk_size) {
  if (try_known(chunk_size, true) != HeaderRead::header) return false;
  const auto end = sizes_.begin() + static_cast<std::ptrdiff_t>(size_count_);
  if (std::find(sizes_.begin(), end, chunk_size) == end) sizes_[size_count_++] = chunk_size;
  return size_count_ > most_compared || is_beyond_chance(length_, chunk_size);
}

void ChunkSizeInference::try_usual_sizes() {
  for (const std::uint32_t size : usual_chunk_sizes) {
    if (size >= length_ || size <= known_.at_least || size == known_.size) continue;
    try_guess(size);
  }
}

/// Any other size: the first type 3 header stands at the first chunk's end.
void ChunkSizeInference::try_all_sizes() {
  if (id_ >= 64) return;
  const Bytes body = reader_.window().at(payload_);
  WorkBudget& work = reader_.input().work;
  const std::size_t end = std::min<std::size_t>(body.size(), length_);
  std::size_t at = std::max(known_.at_least, least_inferred_chunk_size);
  while (at < end && work.steps < work.limit) {
    const std::size_t next = find_byte(body, at, end, type3_byte(id_));
    work.steps += (next - at) / 16 + 1;
    if (next >= end || try_guess(static_cast<std::uint32_t>(next))) break;
    at = next + 1;
  }
}

ChunkSizeInference::Choice ChunkSizeInference::set(std::uint32_t chunk_size) {
  if (chunk_size < length_) {
    known_.size = chunk_size;
    known_.certain = true;
  } else if (known_.size < length_) {
    known_.size = 0;
  }
  known_.at_least = std::max(known_.at_least, std::min(chunk_size, length_));
  return Choice::chosen;
}

ChunkSizeInference::Choice ChunkSizeInference::choose(std::uint64_t payload, const TrialHeader& message,
                                                      bool length_certain) {
  payload_ = payload;
  id_ = message.header.chunk_stream_id;
  length_ = message.header.length;
  length_certain_ = length_certain;
  bool refuted = false;
  if (known_.size != 0) {
    const HeaderRead result = try_known(known_.size, false);
    if (result == HeaderRead::header) return set(known_.size);
    // Other sizes are tried when nothing else is left.
    if (result == HeaderRead::need_more) return Choice::need_more;
    // Only a gap keeps it from being seen. Another size would be found by chance.
    if (result == HeaderRead::in_gap && known_.size < length_) return Choice::in_gap;
    refuted = result == HeaderRead::not_header;
  }
  const bool whole = known_.size < length_ && try_known(length_, false) == HeaderRead::header;
  if (!length_certain_) {
    // With an uncertain length, another chunk size would fit too often.
    if (whole) return set(length_);
    if (more_) return Choice::need_more;
    return gaps_ > 0 ? Choice::in_gap : Choice::none;
  }
  if (whole) sizes_[size_count_++] = length_;
  try_usual_sizes();
  // A usual size hardly ever fits by chance.
  if (size_count_ == 1 && !whole) return set(sizes_[0]);
  try_all_sizes();
  if (size_count_ == 1) return set(sizes_[0]);
  if (size_count_ > 1) {
    const std::optional<std::uint32_t> best = compare_sizes();
    if (best) return set(*best);
    return more_ ? Choice::need_more : Choice::none;
  }
  return more_ ? Choice::need_more : choose_without_fit(refuted);
}

/// No size fits, and no further bytes can decide.
ChunkSizeInference::Choice ChunkSizeInference::choose_without_fit(bool refuted) {
  if (gaps_ == 1 && known_.size >= length_ && reader_.window().at(payload_).size() >= length_) {
    // All of the message is there, and no smaller chunk size is possible.
    known_.at_least = length_;
    return Choice::unsplit;
  }
  if (gaps_ == 0) return Choice::none;
  if (refuted) known_.size = 0;
  return Choice::in_gap;
}

/// The candidate whose trial gets furthest; none if two tie.
std::optional<std::uint32_t> ChunkSizeInference::compare_sizes() {
  if (size_count_ > most_compared) return std::nullopt;
  int furthest = 0;
  std::optional<std::uint32_t> best;
  for (const std::uint32_t size : std::span(sizes_).first(size_count_)) {
    TrialStart start = start_;
    start.chunk_size.size = size;
    start.chunk_size.certain = true;
    start.enough_bits_of_one = 0;
    const TrialResult result = TrialParser(reader_.input()).try_from(start);
    if (reader_.input().work.exhausted()) return std::nullopt;
    if (result.reason == TrialResult::Reason::need_more) {
      reader_.want_end(result.wanted_end);
      more_ = true;
    }
    const bool refuted = result.reason == TrialResult::Reason::contradiction;
    const int messages = refuted ? result.messages : std::numeric_limits<int>::max();
    if (messages == furthest) best.reset();
    if (messages > furthest) {
      furthest = messages;
      best = size;
    }
  }
  if (best) more_ = false;
  return best;
}

}  // namespace rtmpscope::rtmp
