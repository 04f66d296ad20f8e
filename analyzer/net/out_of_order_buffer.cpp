#include "net/out_of_order_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace rtmpscope::net {
namespace {

/// A piece in the vector (which may be twice as large as its contents) and the allocator's own bookkeeping.
/// Dropped pieces in front of it are few (drop_front).
constexpr std::size_t piece_overhead = 2 * sizeof(OutOfOrderBuffer::Piece) + 16;

/// A part in its vector, likewise.
constexpr std::size_t part_overhead = 2 * sizeof(OutOfOrderBuffer::Part);

}  // namespace

OutOfOrderBuffer::Cost OutOfOrderBuffer::cost_of(std::uint64_t offset, std::size_t captured,
                                                 std::uint32_t wire_length) const {
  std::size_t parts = 1;
  if (!empty() && pieces_.back().offset > offset) {
    // Pieces that begin within the segment divide what is new of it.
    const auto first = std::ranges::upper_bound(pieces(), offset, {}, &Piece::offset);
    const auto end = std::ranges::lower_bound(pieces(), offset + wire_length, {}, &Piece::offset);
    if (first < end) parts += static_cast<std::size_t>(end - first);
  }
  // The capture may have cut off the last bytes, which are a piece of their own.
  const std::size_t pieces = parts + (wire_length > captured ? 1 : 0);
  return {pieces,
          pieces * piece_overhead + std::max(captured, usual_piece_bytes) + (parts - 1) * usual_piece_bytes};
}

const OutOfOrderBuffer::Piece* OutOfOrderBuffer::first_behind(std::uint64_t offset) const {
  // Nearly always there is none: segments come at the end.
  if (empty() || pieces_.back().offset <= offset) return nullptr;
  const auto behind = std::ranges::upper_bound(pieces(), offset, {}, &Piece::offset);
  if (behind != pieces().begin() && std::prev(behind)->end() > offset) return nullptr;
  return &*behind;
}

OutOfOrderBuffer::Inserted OutOfOrderBuffer::insert(std::uint64_t offset, Bytes captured,
                                                    std::uint32_t wire_length, Noticed noticed,
                                                    PacketRef packet) {
  Inserted result;
  std::uint64_t cursor = offset;
  const std::uint64_t end = offset + wire_length;
  // The first piece that ends after `offset`. Nearly always that is none: segments come at the end.
  std::size_t at = pieces_.size();
  if (!empty() && pieces_.back().end() > offset) {
    const auto found = std::ranges::upper_bound(pieces(), offset, {}, &Piece::end);
    at = first_ + static_cast<std::size_t>(found - pieces().begin());
  }
  while (cursor < end) {
    if (at == pieces_.size() || pieces_[at].offset >= end) {
      insert_part(at, cursor, end, offset, captured, noticed, packet);
      break;
    }
    if (const std::uint64_t gap_end = pieces_[at].offset; gap_end > cursor) {
      insert_part(at, cursor, gap_end, offset, captured, noticed, packet);
      cursor = gap_end;
    }
    const Piece& piece = pieces_[at];
    const std::uint64_t begin = std::max(cursor, piece.offset);
    const std::uint64_t overlap_end = std::min(end, piece.end());
    result.duplicate_bytes += static_cast<std::uint32_t>(overlap_end - begin);
    const std::uint64_t compare_end = std::min(overlap_end, offset + captured.size());
    if (!piece.bytes.empty() && compare_end > begin) {
      const std::uint8_t* mine = piece.bytes.data() + (begin - piece.offset);
      const std::uint8_t* theirs = captured.data() + (begin - offset);
      const std::size_t count = compare_end - begin;
      if (std::memcmp(mine, theirs, count) != 0) {
        std::size_t first = 0;
        while (mine[first] == theirs[first]) ++first;
        std::size_t last = count - 1;
        while (mine[last] == theirs[last]) --last;
        if (result.conflict_length == 0) result.conflict_offset = begin + first;
        result.conflict_length = static_cast<std::uint32_t>(begin + last + 1 - result.conflict_offset);
      }
    }
    cursor = piece.end();
    ++at;
  }
  return result;
}

void OutOfOrderBuffer::insert_part(std::size_t& at, std::uint64_t begin, std::uint64_t end,
                                   std::uint64_t offset, Bytes captured, Noticed noticed, PacketRef packet) {
  // The gap before the next piece is as old as that piece, whatever comes into its middle now.
  if (at < pieces_.size()) noticed = pieces_[at].noticed;
  const std::uint64_t cut = std::clamp(offset + captured.size(), begin, end);
  if (cut > begin) {
    insert_piece(at, begin, captured.subspan(begin - offset, cut - begin),
                 static_cast<std::uint32_t>(cut - begin), noticed, packet);
  }
  if (end > cut) insert_piece(at, cut, {}, static_cast<std::uint32_t>(end - cut), noticed, packet);
}

std::size_t OutOfOrderBuffer::charge_of(const Piece& piece) {
  return piece_overhead + piece.bytes.capacity() + piece.later.size() * part_overhead;
}

void OutOfOrderBuffer::insert_piece(std::size_t& at, std::uint64_t begin, Bytes bytes, std::uint32_t length,
                                    Noticed noticed, PacketRef packet) {
  Piece piece;
  piece.offset = begin;
  piece.length = length;
  piece.noticed = noticed;
  piece.packet = packet;
  if (!bytes.empty()) {
    if (at > first_ && may_share(pieces_[at - 1], begin, length)) {
      append(pieces_[at - 1], bytes, packet);
      if (at < pieces_.size() && !pieces_[at].bytes.empty() &&
          may_share(pieces_[at - 1], pieces_[at].offset, pieces_[at].length)) {
        join(--at);
      }
      return;
    }
    if (at < pieces_.size() && pieces_[at].offset == begin + length && !pieces_[at].bytes.empty() &&
        pieces_[at].length + length <= usual_piece_bytes) {
      prepend(pieces_[at], bytes, packet);
      return;
    }
    piece.bytes.assign(bytes.begin(), bytes.end());
  }
  charge_ += charge_of(piece);
  pieces_.insert(pieces_.begin() + static_cast<std::ptrdiff_t>(at), std::move(piece));
  ++at;
}

/// Whether bytes at `begin` continue `piece` and are few enough to be kept there.
bool OutOfOrderBuffer::may_share(const Piece& piece, std::uint64_t begin, std::uint32_t length) {
  return piece.end() == begin && !piece.bytes.empty() && piece.length + length <= usual_piece_bytes;
}

void OutOfOrderBuffer::append(Piece& piece, Bytes bytes, PacketRef packet) {
  charge_ -= charge_of(piece);
  const PacketRef& last = piece.later.empty() ? piece.packet : piece.later.back().packet;
  if (last != packet) piece.later.push_back({piece.length, packet});
  piece.bytes.insert(piece.bytes.end(), bytes.begin(), bytes.end());
  piece.length += static_cast<std::uint32_t>(bytes.size());
  charge_ += charge_of(piece);
}

void OutOfOrderBuffer::prepend(Piece& piece, Bytes bytes, PacketRef packet) {
  charge_ -= charge_of(piece);
  const auto length = static_cast<std::uint32_t>(bytes.size());
  for (Part& part : piece.later) part.begin += length;
  if (piece.packet != packet) piece.later.insert(piece.later.begin(), {length, piece.packet});
  piece.packet = packet;
  piece.bytes.insert(piece.bytes.begin(), bytes.begin(), bytes.end());
  piece.offset -= length;
  piece.length += length;
  charge_ += charge_of(piece);
}

/// The piece behind the one at `at` becomes part of it.
void OutOfOrderBuffer::join(std::size_t at) {
  Piece& piece = pieces_[at];
  const Piece& next = pieces_[at + 1];
  charge_ -= charge_of(next);
  const std::uint32_t begin = piece.length;
  append(piece, next.bytes, next.packet);
  charge_ -= charge_of(piece);
  for (const Part& part : next.later) piece.later.push_back({begin + part.begin, part.packet});
  charge_ += charge_of(piece);
  pieces_.erase(pieces_.begin() + static_cast<std::ptrdiff_t>(at + 1));
}

/// Where acknowledgements release a few of many pieces at a time, moving the others up each time would take
/// their square.
void OutOfOrderBuffer::drop_front(std::size_t count) {
  constexpr std::size_t most_dropped = 4;  // 1 / share of `pieces_`
  for (; count > 0; --count) {
    charge_ -= charge_of(pieces_[first_]);
    pieces_[first_++] = {};
  }
  if (first_ * most_dropped < pieces_.size()) return;
  pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
}

}  // namespace rtmpscope::net
