// Bytes of one direction that cannot be parsed from their packets, because chunk borders had to be found
// first, with their gaps and packets.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "base/prefetch.hpp"
#include "base/stream.hpp"
#include "rtmp/chunk/shared_memory.hpp"

namespace rtmpscope::rtmp {

/// One buffer with a cursor. What comes is appended behind. A search sees a window: what lies between the
/// loss and the cursor, which it moves on. When it has found a header, the cursor goes back there, and
/// parsing reads the same bytes.
///
/// Offsets are stream offsets, as in StreamData. Data and gaps come in order, without overlap, and gaps have
/// a length. Views are valid until `append`, `begin_window` or `drop_before`.
class KeptBytes {
 public:
  /// Data of one packet, or a gap.
  struct Piece {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::size_t index = 0;  ///< of its first byte in the buffer
    PacketRef packet;
    GapCause cause = GapCause::not_captured;
    bool gap = false;

    [[nodiscard]] std::uint64_t end() const { return offset + length; }
  };

  /// `memory` outlives this, and may be null.
  explicit KeptBytes(SharedMemory* memory = nullptr) : memory_(memory) {}
  KeptBytes(const KeptBytes&) = delete;
  KeptBytes& operator=(const KeptBytes&) = delete;
  ~KeptBytes() { count_as(uncounted_bytes); }

  /// Bytes that a window has at most.
  [[nodiscard]] std::size_t limit() const {
    return memory_ != nullptr && memory_->scarce() ? kept_limit_if_scarce : kept_limit_if_plentiful;
  }

  /// Loads what the next calls of `append`, and parsing the pieces again, need first.
  void prefetch() const {
    rtmpscope::prefetch(pieces_.data(), std::min<std::size_t>(pieces_.size() + 1, 4) * sizeof(Piece));
    rtmpscope::prefetch(bytes_.data(), std::min(bytes_.size() + 2 * cache_line, usual_bytes));
  }

  void append(const StreamData& data);
  void append(const StreamGap& gap);

  /// Offset of the first byte that is not forgotten. Not to be called if there is none.
  [[nodiscard]] std::uint64_t begin() const { return pieces_[first_].offset; }
  /// The cursor is behind all that is kept.
  [[nodiscard]] bool used_up() const { return pieces_.empty() || pieces_.back().end() <= end_; }
  /// What is at the cursor, from there on. Not to be called if the buffer is used up.
  [[nodiscard]] Piece next() const;
  [[nodiscard]] Bytes bytes_of(const Piece& piece) const {
    return Bytes(bytes_).subspan(piece.index, static_cast<std::size_t>(piece.length));
  }
  void move_cursor(std::uint64_t offset) { end_ = offset; }

  // The window. After move_cursor there is none until begin_window.

  /// Moves the cursor to `offset`, where an empty window begins. Forgets what comes before.
  void begin_window(std::uint64_t offset);
  /// Moves the cursor on by so many bytes of `next`, which belong to the window from then on.
  void grow_window(std::uint64_t count);

  /// The cursor.
  [[nodiscard]] std::uint64_t end() const { return end_; }
  [[nodiscard]] std::size_t kept_bytes() const {
    return last_run_.length == 0
               ? 0
               : last_run_.index + static_cast<std::size_t>(last_run_.length) - begin_index();
  }
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

  /// The last one may go on behind the cursor.
  [[nodiscard]] std::span<const Piece> pieces() const;
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

  void reserve(std::size_t more_bytes);
  void count_as(std::size_t bytes);
  void add(const Piece& piece);
  void compact();
  [[nodiscard]] std::size_t piece_at(std::uint64_t offset) const;
  /// Index of the first byte that is not forgotten.
  [[nodiscard]] std::size_t begin_index() const {
    return first_ < pieces_.size() ? pieces_[first_].index : bytes_.size();
  }
  [[nodiscard]] static bool is_in(const Run& run, std::uint64_t offset) {
    return offset - run.offset < run.length;
  }
  [[nodiscard]] Bytes bytes_of(const Run& run) const {
    return Bytes(bytes_).subspan(run.index, static_cast<std::size_t>(run.length));
  }
  [[nodiscard]] const Run* earlier_run_at(std::uint64_t offset) const;
  [[nodiscard]] const Run* run_at(std::uint64_t offset) const {
    // Most windows have one run, and most questions are about the last one.
    return is_in(last_run_, offset) ? &last_run_ : earlier_run_at(offset);
  }
  [[nodiscard]] bool run_ends_at(std::uint64_t offset) const;

  SharedMemory* memory_;
  std::size_t counted_ = uncounted_bytes;  ///< of `bytes_`, in steps; what is above it is not shared yet
  std::vector<std::uint8_t> bytes_;
  std::vector<Piece> pieces_;
  std::size_t first_ = 0;  ///< index of the first piece that is not forgotten; 0 if there is none
  std::uint64_t end_ = 0;  ///< the cursor: end of the window
  std::vector<Run> earlier_runs_;
  Run last_run_;  ///< without length: there is none
};

}  // namespace rtmpscope::rtmp
