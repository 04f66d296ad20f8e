#include "rtmp/recovery/sync_search.hpp"

#include <algorithm>

#include "rtmp/recovery/recovery_limits.hpp"

namespace rtmpscope::rtmp {
namespace {

ExpectedHeader::State expected_after(LossCause cause, bool interrupted) {
  switch (cause) {
    case LossCause::undecided_header: return ExpectedHeader::State::undecided_header;
    case LossCause::ambiguous_header: return ExpectedHeader::State::ambiguous_header;
    case LossCause::next_header: return ExpectedHeader::State::next_header;
    case LossCause::odd_header: return ExpectedHeader::State::odd_header;
    default: return interrupted ? ExpectedHeader::State::interrupted : ExpectedHeader::State::none;
  }
}

/// Bytes that show what stands behind the message of the ambiguous header, or behind its first chunk.
std::size_t first_search_at_ambiguous_header(const ChunkParser& parser) {
  const std::uint32_t chunk_size = parser.known_chunk_size().size;
  if (chunk_size == 0) return first_search_after_gap(parser);
  const std::size_t first_chunk =
      std::min<std::size_t>({parser.header_length(), chunk_size, maximum_kept_bytes / 2});
  return parser.header().size + first_chunk + least_ahead;
}

/// Bytes that show what stands behind the chunk, however long its header is.
std::size_t first_search_at_undecided_header(const ChunkParser& parser) {
  const ChunkHeader& header = parser.header();
  const ChunkStream* stream = parser.find(header.chunk_stream_id);
  const bool continues = header.format == 3 && stream->in_progress;
  const std::uint32_t left = continues ? stream->message.length - stream->received : parser.header_length();
  const std::size_t chunk = std::min<std::size_t>({left, parser.chunk_size(), maximum_kept_bytes / 2});
  return header.size + chunk + extended_timestamp_size + least_ahead;
}

}  // namespace

SyncSearch::SyncSearch(const Start& start, KeptBytes& kept, const ChunkParser& parser,
                       const SenderProfile& profile, WorkBudget& work)
    : window_(kept),
      cause_(start.cause),
      lost_offset_(start.offset),
      input_{window_, parser, profile, work},
      first_(start.cause == LossCause::gap && !start.interrupted),
      expected_(expected_after(start.cause, start.interrupted.has_value()), start.offset, start.interrupted,
                start.restartable),
      places_(start.cause, start.search_from, input_),
      next_search_at_(first_.active() ? first_.wanted_bytes() : first_search_at()) {}

std::size_t SyncSearch::first_search_at() const {
  switch (cause_) {
    case LossCause::ambiguous_header: return first_search_at_ambiguous_header(input_.parser);
    case LossCause::undecided_header: return first_search_at_undecided_header(input_.parser);
    case LossCause::next_header: return input_.parser.header().size + weighed_body_bytes;
    case LossCause::odd_header:
      return static_cast<std::size_t>(lost_offset_ - window_.end()) + input_.parser.header().size +
             weighed_body_bytes;
    default: return first_search_after_gap(input_.parser);
  }
}

void SyncSearch::take_next() {
  const KeptBytes::Piece next = window_.next();
  const std::size_t kept = window_.kept_bytes();
  if (next.gap) {
    if (kept > 0) first_.stop();
    window_.grow_window(next.length);
    return;
  }
  const std::size_t room = next_search_at_ > kept ? next_search_at_ - kept : 1;
  const std::uint64_t count = std::min<std::uint64_t>(room, next.length);
  window_.grow_window(count);
  input_.work.give(count, window_.end());
}

bool SyncSearch::due() const {
  const std::size_t kept = window_.kept_bytes();
  return kept >= next_search_at_ || (first_.active() && kept >= first_.wanted_bytes());
}

bool SyncSearch::allowed_at_gap() const {
  return input_.work.steps <= input_.work.allowance();
}

std::optional<SyncFound> SyncSearch::try_first_header(const StreamData& data) {
  if (!first_.active() || window_.kept_bytes() > 0) return std::nullopt;
  return try_first(data);
}

std::optional<SyncFound> SyncSearch::try_first(const StreamData& behind) {
  const auto found = first_.try_places(behind, input_.parser, input_.profile, input_.work,
                                       places_.sends_lengths(), next_search_at_);
  if (!found) return std::nullopt;
  TrialResult trial;
  trial.bits = found->bits;
  trial.chunk_size.size = input_.parser.known_chunk_size().size;
  SyncFound result =
      make_found(trial, found->header.stream_offset, SyncMethod::searched, lost_offset_, behind.packet);
  result.provisional = true;
  return result;
}

std::optional<SyncFound> SyncSearch::search(bool last) {
  if (first_.active() && !last) {
    const std::uint64_t behind = window_.next_known(lost_offset_);
    auto result = try_first({behind, window_.at(behind), {}});
    if (result) result->packet = window_.packet_at(result->header);
    if (result || window_.kept_bytes() < next_search_at_) return result;
  }
  first_.stop();
  ++input_.work.steps;
  input_.work.set_limit();
  if (expected_.pending()) {
    if (auto result = expected_.check(input_, last, last || full())) return result;
    if (expected_.pending()) {
      schedule_next(expected_.wanted_end());
      return std::nullopt;
    }
  }
  if (auto result = places_.search(last)) {
    result->skipped = result->header - std::min(result->header, lost_offset_);
    return result;
  }
  drop_needless();
  schedule_next(places_.wanted_end());
  return std::nullopt;
}

/// Dropping moves the bytes that are left, so half of them must have become needless.
void SyncSearch::drop_needless() {
  const std::uint64_t needed = places_.needed_from();
  if (places_.packets_only() || window_.bytes_before(needed) < window_.kept_bytes() / 2) return;
  window_.drop_before(needed);
  input_.work.steps += window_.kept_bytes() / moved_bytes_a_step;
}

/// The next search is due when a good part of what is kept has come once more; or when the window ends at
/// `wanted_end`, if nothing can be decided before, unless that is soon.
void SyncSearch::schedule_next(std::uint64_t wanted_end) {
  const std::size_t kept = window_.kept_bytes();
  const std::size_t limit = window_.limit();
  const std::size_t step = std::max(least_step, std::min(kept, limit) / search_step_divisor);
  const std::uint64_t end = window_.end();
  const std::uint64_t wanted = wanted_end > end ? std::min<std::uint64_t>(wanted_end - end, limit) : 0;
  const bool soon = wanted < std::max(least_step, kept / soon_divisor);
  const std::size_t later = kept + (soon ? step : static_cast<std::size_t>(wanted) + least_ahead);
  next_search_at_ = kept < limit ? std::min(later, limit) : kept + step;
}

}  // namespace rtmpscope::rtmp
