#include "rtmp/resync.hpp"

#include <algorithm>

namespace rtmpscope::rtmp {
namespace {

/// First decision after that many bytes; further ones after an eighth more each time, so that looking again costs no
/// more than a constant for each byte.
constexpr std::size_t first_look = 64;
constexpr std::size_t look_step_divisor = 8;

/// Steps of all trials for each byte that was added, so that bytes made to look like headers cannot take forever; what
/// one loss may take in any case, and one look.
constexpr std::uint64_t work_per_byte = 32;
constexpr std::uint64_t least_work = 1 << 16;
constexpr std::uint64_t least_look = 1 << 8;

/// Bits that must speak for a place. Wrong ones would have to occur by chance once in 2^bits places.
constexpr int enough_bits = 80;         ///< while more bytes may come
constexpr int enough_bits_at_end = 56;  ///< when nothing more can be known
constexpr int predicted_bits = 40;      ///< for the one place that was computed
constexpr int first_header_bits = 18;   ///< for the first header itself
constexpr int strong_header_bits = 44;  ///< for a first header that is worth waiting for
constexpr int aligned_bits = 10;        ///< for a place right behind a hole: senders begin packets with headers
constexpr int landings_wanted = 2;

SyncConfidence confidence_of(int bits) {
  if (bits >= 120) return SyncConfidence::very_high;
  return bits >= enough_bits ? SyncConfidence::high : SyncConfidence::fair;
}

}  // namespace

Resync::Resync(Cause cause, std::uint64_t offset, PacketRef lost_at, std::optional<Interrupted> interrupted)
    : cause_(cause),
      lost_offset_(offset),
      lost_at_(lost_at),
      interrupted_(interrupted),
      next_look_(first_look),
      scan_from_(offset),
      doubt_pending_(cause == Cause::doubt) {}

std::size_t Resync::add(const StreamData& data) {
  const std::size_t room = next_look_ > window_.kept_bytes() ? next_look_ - window_.kept_bytes() : 1;
  const std::size_t count = std::min(room, data.bytes.size());
  window_.add(StreamData{data.offset, data.bytes.first(count), data.packet});
  added_ += count;
  return count;
}

std::uint64_t Resync::affordable() const { return least_work + work_per_byte * added_; }

bool Resync::affordable_at_gap() const { return work_ <= affordable(); }

SyncFound Resync::found(const TrialEnd& trial, std::uint64_t header, SyncMethod method) const {
  SyncFound result;
  result.offset = header;
  result.header = header;
  result.skipped = header - lost_offset_;
  result.packet = window_.packet_at(header);
  result.lost_time = std::max<std::int64_t>(0, result.packet.time - lost_at_.time);
  result.method = method;
  result.confidence = confidence_of(trial.bits);
  result.trial = trial;
  return result;
}

std::optional<SyncFound> Resync::look(const ChunkParser& parser, const StreamHabits& habits, bool last) {
  // What a look costs at least, next to the steps of its trials: the window is gone over and moved.
  work_ += window_.kept_bytes() / look_step_divisor;
  work_limit_ = std::max(work_ + least_look, affordable());
  while (next_look_ <= window_.kept_bytes()) next_look_ += std::max(first_look, next_look_ / look_step_divisor);
  if (interrupted_ || doubt_pending_) {
    if (auto result = look_ahead(parser, habits, last)) return result;
    if (interrupted_ || doubt_pending_) return std::nullopt;
  }
  auto result = search(parser, habits, last);
  if (!result) {
    window_.drop_before(scan_from_);
    next_look_ = window_.kept_bytes() + std::max(first_look, window_.kept_bytes() / look_step_divisor);
  }
  return result;
}

/// The one place that is expected: behind the message in progress, or the header in doubt.
std::optional<SyncFound> Resync::look_ahead(const ChunkParser& parser, const StreamHabits& habits, bool last) {
  const bool full = window_.kept_bytes() >= maximum_resync_bytes;
  ChunkTrial trial(window_, parser, habits, work_, work_limit_);
  const TrialEnd end = trial.run({.offset = lost_offset_,
                                  .interrupted = interrupted_,
                                  .state_holds = true,
                                  .chunk_size = parser.expected_chunk_size(),
                                  .chunk_size_exact = parser.chunk_size_exact(),
                                  .chunk_size_least = parser.chunk_size_least(),
                                  .last = last || full});
  if (doubt_pending_) {
    // The header stands where the one before it said; what it inherits needs one message that lands.
    if (end.confirmed > lost_offset_ && end.landed > 0) return found(end, lost_offset_, SyncMethod::confirmed);
    if (end.reason == TrialEnd::Reason::need_more && !full && !last) return std::nullopt;
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
  const bool waiting = end.reason == TrialEnd::Reason::need_more || window_.next_known(lost_offset_) == window_.end();
  if (waiting && !full && !last) return std::nullopt;
  interrupted_.reset();
  return std::nullopt;
}

std::optional<SyncFound> Resync::search(const ChunkParser& parser, const StreamHabits& habits, bool last) {
  const bool full = window_.kept_bytes() >= maximum_resync_bytes;
  ChunkTrial trial(window_, parser, habits, work_, work_limit_);
  bool settled = true;  // every place so far is out of the question
  const bool chunk_size_known = cause_ != Cause::midstream;
  for (std::uint64_t at = window_.next_known(scan_from_); at < window_.end(); at = window_.next_known(at + 1)) {
    if (settled) scan_from_ = at;
    if (work_ > work_limit_) {
      scan_from_ = window_.end();
      return std::nullopt;
    }
    const TrialEnd end = trial.run({.offset = at,
                                    .chunk_size = chunk_size_known ? parser.expected_chunk_size() : 0,
                                    .last = last});
    if (end.begun == 0 || end.first_bits < first_header_bits) {
      if (end.reason == TrialEnd::Reason::need_more && end.begun == 0) settled = false;
      continue;
    }
    const int bits = end.bits + (window_.hole_ends_at(at) ? aligned_bits : 0);
    const auto method = cause_ == Cause::midstream ? SyncMethod::midstream : SyncMethod::searched;
    const bool landed = end.landed >= landings_wanted;
    switch (end.reason) {
      case TrialEnd::Reason::enough: return found(end, at, method);
      case TrialEnd::Reason::contradiction:
        if (landed && bits >= enough_bits) return found(end, at, method);
        // One message that is beyond doubt, before one that inherits what is not known.
        if (end.landed == 1 && end.begun <= 2 && end.confirmed > at && end.first_bits >= strong_header_bits &&
            bits >= enough_bits_at_end) {
          return found(end, at, method);
        }
        break;
      case TrialEnd::Reason::hole:
        if (end.confirmed > at && bits >= enough_bits_at_end) return found(end, at, method);
        break;
      case TrialEnd::Reason::need_more:
        if (landed && bits >= enough_bits) return found(end, at, method);
        if (last && end.confirmed > at && bits >= enough_bits_at_end) return found(end, at, method);
        if (last || full) break;
        if (end.first_bits >= strong_header_bits) return std::nullopt;
        settled = false;
        break;
    }
  }
  if (settled || last) scan_from_ = window_.end();
  if (full) scan_from_ = std::max(scan_from_, window_.end() - maximum_resync_bytes / 2);
  return std::nullopt;
}

}  // namespace rtmpscope::rtmp
