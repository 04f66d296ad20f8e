// Payload of one direction that came before bytes that precede it.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/prefetch.hpp"

namespace rtmpscope::net {

/// Pieces of a stream, sorted by offset and without overlap. It neither enforces limits nor delivers
/// anything.
class OutOfOrderBuffer {
 public:
  /// When the gap before a piece was first seen: number of the packet within its flow, capture time, and the
  /// sender's clock in that packet.
  struct Noticed {
    std::uint64_t packet = 0;
    Timestamp time = 0;
    std::optional<std::uint32_t> sender_clock{};
  };
  /// Bytes of a piece that came with one packet: up to the next such part, or to the piece's end.
  struct Part {
    std::uint32_t begin = 0;  ///< in the piece
    PacketRef packet;
  };
  /// A segment of the usual size; small ones beside each other share a piece up to that, in whatever order
  /// they come.
  static constexpr std::size_t usual_piece_bytes = 1536;
  struct Piece {
    std::uint64_t offset = 0;
    std::uint32_t length = 0;
    Noticed noticed;
    PacketRef packet;                 ///< with the first bytes
    std::vector<Part> later;          ///< of packets that share the piece: all but the first, by `begin`
    std::vector<std::uint8_t> bytes;  ///< all of them, or none: the capture cut them off

    [[nodiscard]] std::uint64_t end() const { return offset + length; }
  };
  struct Inserted {
    std::uint32_t duplicate_bytes = 0;
    std::uint32_t conflict_length = 0;  ///< 0: what came twice came with the same contents
    std::uint64_t conflict_offset = 0;
  };

  /// Takes the parts of a segment that are not there yet. `captured` is its first bytes, `wire_length` (not
  /// 0) counts those that were cut off, too. `packet` is the one that it came with.
  Inserted insert(std::uint64_t offset, Bytes captured, std::uint32_t wire_length, Noticed noticed,
                  PacketRef packet);

  /// Loads the first piece, or where it would be, into the cache; and then its bytes.
  void prefetch() const { rtmpscope::prefetch(pieces_.data() + first_, sizeof(Piece)); }
  void prefetch_front() const {
    if (empty()) return;
    const Bytes bytes = pieces_[first_].bytes;
    if (!bytes.empty()) rtmpscope::prefetch(bytes.data(), std::min(bytes.size(), usual_piece_bytes));
  }

  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::size_t size() const { return pieces_.size() - first_; }
  [[nodiscard]] Piece& front() { return pieces_[first_]; }
  [[nodiscard]] const Piece& operator[](std::size_t i) const { return pieces_[first_ + i]; }
  /// The first piece behind `offset`, if that is in a gap. Null: it is in a piece, or there is none behind.
  [[nodiscard]] const Piece* first_behind(std::uint64_t offset) const;
  /// Drops the first `count` pieces.
  void drop_front(std::size_t count);

  /// Memory in use, bookkeeping included: what is allocated, not what is useful.
  [[nodiscard]] std::size_t charge() const { return charge_; }
  /// What inserting a segment adds at most: to `size`, and to `charge`.
  struct Cost {
    std::size_t pieces = 0;
    std::size_t bytes = 0;
  };
  [[nodiscard]] Cost cost_of(std::uint64_t offset, std::size_t captured, std::uint32_t wire_length) const;

 private:
  [[nodiscard]] std::span<const Piece> pieces() const { return std::span(pieces_).subspan(first_); }
  void insert_part(std::size_t& at, std::uint64_t begin, std::uint64_t end, std::uint64_t offset,
                   Bytes captured, Noticed noticed, PacketRef packet);
  /// `at` counts from the beginning of `pieces_`. Moves it to the piece behind the new bytes, or that holds
  /// them and more.
  void insert_piece(std::size_t& at, std::uint64_t begin, Bytes bytes, std::uint32_t length, Noticed noticed,
                    PacketRef packet);

  static std::size_t charge_of(const Piece& piece);
  static bool may_share(const Piece& piece, std::uint64_t begin, std::uint32_t length);
  void append(Piece& piece, Bytes bytes, PacketRef packet);
  void prepend(Piece& piece, Bytes bytes, PacketRef packet);
  void join(std::size_t at);

  std::vector<Piece> pieces_;
  std::size_t first_ = 0;  ///< in `pieces_`; what is before it was dropped, and is empty
  std::size_t charge_ = 0;
};

}  // namespace rtmpscope::net
