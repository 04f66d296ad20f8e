// The chunk size, where it is not certain: read off how a message that is longer than a chunk lies between
// the headers.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/byte_order.hpp"
#include "rtmp/recovery/trial_parser.hpp"

namespace rtmpscope::rtmp {
namespace {

/// What must speak for the header that ends a message, if the chunk size is a guess that leads there.
constexpr int guessed_size_bits = 24;

/// Sizes below are legal, but no sender has them, and short distances occur by chance.
constexpr std::uint32_t least_inferred_chunk_size = 16;

/// Sizes that fit one message which are compared by the messages that follow. With more, that one says too
/// little.
constexpr std::size_t most_compared_sizes = 64;

/// Whether a size at which all type 3 headers of the message stand is hardly ever that by chance. All sizes
/// that split a message into as many chunks end at the same place; only those headers, one byte each, tell
/// them apart.
bool is_beyond_chance(std::uint32_t length, std::uint32_t size) {
  const double splits = (length - 1) / size;
  const double sizes = length / (splits * (splits + 1));
  return std::log2(sizes) - 8 * splits < -12;
}

}  // namespace

/// Whether a message whose payload begins at `payload` ends before a believable header, if chunks have that
/// size.
TrialParser::HeaderRead TrialParser::fits(std::uint64_t payload, const TrialHeader& seen,
                                          std::uint32_t chunk_size, bool guessed) {
  const std::uint32_t id = seen.header.chunk_stream_id;
  std::uint64_t at = payload;
  std::uint32_t left = seen.header.length;
  int splits = 0;
  for (;;) {
    ++work_;
    const std::uint32_t count = std::min(left, chunk_size);
    at += count;
    left -= count;
    if (left == 0) break;
    const Bytes bytes = window_.at(at);
    if (bytes.empty()) {
      if (missing(at) == HeaderRead::need_more) return HeaderRead::need_more;
      return HeaderRead::in_gap;
    }
    if (id < 64 && bytes[0] != (0xC0 | id)) {
      TrialHeader other;
      const HeaderRead result = read(at, other);
      if (result != HeaderRead::header) return result;
      // Another message between the chunks of this one.
      const bool between =
          other.header.chunk_stream_id != id && other.bits >= 2 * next_header_bits && splits > 0;
      return between ? HeaderRead::header : HeaderRead::not_header;
    }
    ++splits;
    Stream& s = stream(id);
    const bool extended = s.state.has_extended_timestamp && bytes.size() >= 5 &&
                          load_be32(bytes.data() + 1) == s.state.extended_timestamp;
    at += basic_header_size(id) + (extended ? 4U : 0U);
    if (work_ > work_limit_) return HeaderRead::not_header;
  }
  if (window_.gap_begins_at(at) || (last_ && at == window_.end())) {
    return guessed || !length_certain_ ? HeaderRead::in_gap : HeaderRead::header;
  }
  Stream& s = stream(id);
  const std::uint32_t before = s.left;
  s.left = 0;
  TrialHeader next;
  const HeaderRead result = read(at, next);
  s.left = before;
  const int wanted = guessed ? guessed_size_bits : next_header_bits;
  if (result == HeaderRead::not_header) {
    int stranger = 0;
    const HeaderRead inherits = read_inheriting(at, stranger);
    if (inherits == HeaderRead::need_more) return HeaderRead::need_more;
    return inherits == HeaderRead::header && stranger + splits * continuation_bits >= wanted
               ? HeaderRead::header
               : HeaderRead::not_header;
  }
  if (result == HeaderRead::header && next.bits < wanted) return HeaderRead::not_header;
  if (result == HeaderRead::header) ahead_ = next;
  return result;
}

/// The chunk size that lets the message end before a believable header.
TrialParser::Choice TrialParser::choose_chunk_size(std::uint64_t payload, const TrialHeader& seen) {
  const std::uint32_t length = seen.header.length;
  bool more = false;
  int gaps = 0;  // sizes against which nothing speaks before a gap
  const auto fits_with = [&](std::uint32_t size, bool guessed) {
    const HeaderRead result = fits(payload, seen, size, guessed);
    more = more || result == HeaderRead::need_more;
    gaps += result == HeaderRead::in_gap ? 1 : 0;
    return result;
  };
  const auto choose = [&](std::uint32_t size) {
    if (size < length) {
      end_.chunk_size = size;
      end_.chunk_size_certain = true;
    } else if (end_.chunk_size < length) {
      end_.chunk_size = 0;
    }
    end_.least_chunk_size = std::max(end_.least_chunk_size, std::min(size, length));
    return Choice::chosen;
  };
  bool refuted = false;
  if (end_.chunk_size != 0) {
    const HeaderRead result = fits_with(end_.chunk_size, false);
    if (result == HeaderRead::header) return choose(end_.chunk_size);
    // Others are looked for when nothing else is left.
    if (result == HeaderRead::need_more) return Choice::need_more;
    // Nothing but a gap keeps it from being seen; another size would be found by chance.
    if (result == HeaderRead::in_gap && end_.chunk_size < length) return Choice::in_gap;
    refuted = result == HeaderRead::not_header;
  }
  const bool whole = end_.chunk_size < length && fits_with(length, false) == HeaderRead::header;
  // With a length that is ambiguous itself, another chunk size would fit too often.
  if (!length_certain_)
    return whole ? choose(length) : more ? Choice::need_more : gaps > 0 ? Choice::in_gap : Choice::none;

  std::array<std::uint32_t, most_compared_sizes + 1>
      memory;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  std::pmr::monotonic_buffer_resource resource(memory.data(), sizeof memory);
  std::pmr::vector<std::uint32_t> sizes(&resource);
  sizes.reserve(memory.size());
  if (whole) sizes.push_back(length);
  const auto try_size = [&](std::uint32_t size) {
    if (fits_with(size, true) != HeaderRead::header) return false;
    if (std::ranges::find(sizes, size) == sizes.end()) sizes.push_back(size);
    return sizes.size() > most_compared_sizes || is_beyond_chance(length, size);
  };
  for (const std::uint32_t size : usual_chunk_sizes) {
    if (size >= length || size <= end_.least_chunk_size || size == end_.chunk_size) continue;
    try_size(size);
  }
  // One of those hardly ever fits by chance.
  if (sizes.size() == 1 && !whole) return choose(sizes.front());
  // Any other size: the first type 3 header stands at its end.
  const std::uint32_t id = seen.header.chunk_stream_id;
  const Bytes body = window_.at(payload);
  if (id < 64) {
    const std::size_t end = std::min<std::size_t>(body.size(), length);
    const std::uint8_t mark = static_cast<std::uint8_t>(0xC0 | id);
    std::size_t at = std::max(end_.least_chunk_size, least_inferred_chunk_size);
    while (at < end && work_ < work_limit_) {
      const void* found =
          std::memchr(body.data() + at, mark, end - at);  // several times as fast as std::find
      const std::size_t next =
          found == nullptr ? end
                           : static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - body.data());
      work_ += (next - at) / 16 + 1;
      if (next >= end || try_size(static_cast<std::uint32_t>(next))) break;
      at = next + 1;
    }
  }
  if (sizes.size() == 1) return choose(sizes.front());
  if (sizes.size() > 1) {
    const std::optional<std::uint32_t> best = compare_sizes(sizes, more);
    if (best) return choose(*best);
    return more ? Choice::need_more : Choice::none;
  }
  if (more) return Choice::need_more;
  if (gaps == 1 && end_.chunk_size >= length && body.size() >= length) {
    // All of the message is there, only the header behind it is missing, and no smaller chunk size is
    // possible.
    end_.least_chunk_size = length;
    return Choice::unsplit;
  }
  if (gaps == 0) return Choice::none;
  if (refuted) end_.chunk_size = 0;
  return Choice::in_gap;
}

/// The one of several chunk sizes that does not lead astray, or not as soon. `more`: bytes that will come may
/// tell.
std::optional<std::uint32_t> TrialParser::compare_sizes(std::span<const std::uint32_t> sizes, bool& more) {
  if (sizes.size() > most_compared_sizes) return std::nullopt;
  int furthest = 0;
  std::optional<std::uint32_t> best;
  for (const std::uint32_t size : sizes) {
    TrialStart start = *start_;
    start.chunk_size = size;
    start.chunk_size_certain = true;
    start.enough_bits_of_one = 0;
    const TrialResult end = TrialParser(window_, parser_, profile_, work_, work_limit_).try_from(start);
    if (work_ > work_limit_) return std::nullopt;
    if (end.reason == TrialResult::Reason::need_more) {
      end_.wanted_end = std::min(end_.wanted_end, end.wanted_end);
      more = true;
    }
    const bool astray = end.reason == TrialResult::Reason::contradiction;
    const int messages = astray ? end.messages : std::numeric_limits<int>::max();
    if (messages == furthest) best.reset();
    if (messages > furthest) {
      furthest = messages;
      best = size;
    }
  }
  if (best) more = false;
  return best;
}

}  // namespace rtmpscope::rtmp
