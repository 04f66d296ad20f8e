// Bytes of one direction that wait until chunk borders are known again, with their gaps and packets.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "base/prefetch.hpp"
#include "base/recycled_bytes.hpp"
#include "base/stream.hpp"

namespace rtmpscope::rtmp {

/// Blocks for the parts of searches, which are many and short.
inline constexpr std::size_t search_block_bytes = 512;

/// Offsets are stream offsets, as in StreamData. Data and gaps come in order, without overlap.
class KeptBytes {
 public:
  /// One StreamData or StreamGap as it came in, to be parsed again.
  struct Piece {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::size_t index = 0;  ///< of its first byte among the kept ones
    PacketRef packet;
    GapCause cause = GapCause::not_captured;
    bool gap = false;
    bool endless = false;  ///< a gap of unknown length
  };

  /// Loads what the next call of `add`, and parsing the pieces again, needs first.
  void prefetch() const {
    rtmpscope::prefetch(pieces_.data(), std::min<std::size_t>(pieces_.size() + 1, 4) * sizeof(Piece));
    rtmpscope::prefetch(bytes_.view().data(), std::min(bytes_.size() + 2 * cache_line, usual_bytes));
  }

  /// To be called before bytes are added in small parts.
  void reserve(std::size_t more_bytes);
  void add(const StreamData& data);
  void add(const StreamGap& gap);

  [[nodiscard]] std::uint64_t end() const { return end_; }
  [[nodiscard]] std::size_t kept_bytes() const { return bytes_.size(); }
  /// The bytes from `offset` to the next gap or to the end; none if it lies in a gap or outside.
  [[nodiscard]] Bytes at(std::uint64_t offset) const {
    const Run* run = run_at(offset);
    return run == nullptr ? Bytes{} : bytes_of(*run).subspan(static_cast<std::size_t>(offset - run->offset));
  }
  /// `offset` is before the end, and its byte is missing.
  [[nodiscard]] bool in_gap(std::uint64_t offset) const { return offset < end_ && at(offset).empty(); }
  /// The first byte of the run without a gap that the byte at `offset` belongs to; `offset` itself if that is
  /// missing.
  [[nodiscard]] std::uint64_t run_begin(std::uint64_t offset) const;
  /// A gap ends exactly at `offset`.
  [[nodiscard]] bool gap_ends_at(std::uint64_t offset) const;
  /// A gap begins exactly at `offset`.
  [[nodiscard]] bool gap_begins_at(std::uint64_t offset) const {
    return offset < end_ && run_ends_at(offset);
  }
  /// The first offset, not before `offset`, whose byte is there; end() if none.
  [[nodiscard]] std::uint64_t next_known(std::uint64_t offset) const;

  /// The most bytes that are kept without a gap; the first of equals. Takes time for each of `runs`.
  [[nodiscard]] Bytes longest_run() const;
  [[nodiscard]] std::size_t runs() const { return earlier_runs_.size() + (last_run_.length > 0 ? 1 : 0); }

  /// Kept bytes with offsets below `offset`.
  [[nodiscard]] std::size_t bytes_before(std::uint64_t offset) const;
  /// Forgets whole pieces that end at or before `offset`.
  void drop_before(std::uint64_t offset);

  [[nodiscard]] std::span<const Piece> pieces() const { return pieces_; }
  [[nodiscard]] Bytes bytes_of(const Piece& piece) const {
    return bytes_.view().subspan(piece.index, static_cast<std::size_t>(piece.length));
  }
  /// The packet that brought the byte at `offset`, or showed that it is missing.
  [[nodiscard]] PacketRef packet_at(std::uint64_t offset) const;

 private:
  /// Neighbouring data without a gap between.
  struct Run {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::size_t index = 0;
  };

  /// Most windows need no more; they come and go with every gap.
  static constexpr std::size_t usual_bytes = 3 << 10;

  void reserve_pieces();
  [[nodiscard]] static bool is_in(const Run& run, std::uint64_t offset) {
    return offset - run.offset < run.length;
  }
  [[nodiscard]] Bytes bytes_of(const Run& run) const {
    return bytes_.view().subspan(run.index, static_cast<std::size_t>(run.length));
  }
  [[nodiscard]] const Run* earlier_run_at(std::uint64_t offset) const;
  [[nodiscard]] const Run* run_at(std::uint64_t offset) const {
    // Most windows have one run, and most questions are about the last one.
    return is_in(last_run_, offset) ? &last_run_ : earlier_run_at(offset);
  }
  [[nodiscard]] bool run_ends_at(std::uint64_t offset) const;

  RecycledBytes<usual_bytes> bytes_;
  std::vector<Piece, RecycledAllocator<Piece, search_block_bytes>> pieces_;
  std::vector<Run> earlier_runs_;
  Run last_run_;  ///< without length: there is none
  std::uint64_t end_ = 0;
};

}  // namespace rtmpscope::rtmp
