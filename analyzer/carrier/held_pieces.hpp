// Pieces of a stream that wait: bytes with the packets that they came in, and gaps.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/stream.hpp"

namespace rtmpscope::carrier {

/// A share of a number of bytes that several keep together.
class HeldShare {
 public:
  /// `total` outlives the share; null: nobody counts.
  explicit HeldShare(std::size_t* total) : total_(total) {}
  HeldShare(const HeldShare&) = delete;
  HeldShare& operator=(const HeldShare&) = delete;
  ~HeldShare() { set(0); }

  void set(std::size_t bytes) {
    if (total_ != nullptr) *total_ += bytes - bytes_;
    bytes_ = bytes;
  }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t total() const { return total_ == nullptr ? bytes_ : *total_; }

 private:
  std::size_t* total_;
  std::size_t bytes_ = 0;
};

class HeldPieces {
 public:
  void add(std::uint64_t offset, Bytes bytes, PacketRef packet) {
    if (bytes.empty()) return;
    pieces_.push_back({offset, bytes_.size(), bytes.size(), packet, std::nullopt});
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void add(const StreamGap& gap) { pieces_.push_back({gap.offset, bytes_.size(), 0, gap.noticed_at, gap}); }

  [[nodiscard]] bool empty() const { return pieces_.empty(); }
  /// All bytes in a row; of one stream if there is no gap in between.
  [[nodiscard]] Bytes bytes() const { return bytes_; }
  /// Of the first byte.
  [[nodiscard]] std::uint64_t offset() const { return pieces_.empty() ? 0 : pieces_.front().offset; }
  [[nodiscard]] PacketRef packet_of(std::size_t index) const {
    for (const Piece& piece : pieces_) {
      if (index < piece.begin + piece.size) return piece.packet;
    }
    return pieces_.back().packet;
  }

  /// Drops the first `count` bytes. There are no gaps.
  void drop(std::size_t count) {
    std::vector<Piece> kept;
    for (Piece& piece : pieces_) {
      const std::size_t end = piece.begin + piece.size;
      if (end <= count) continue;
      const std::size_t cut = piece.begin < count ? count - piece.begin : 0;
      kept.push_back(
          {piece.offset + cut, piece.begin + cut - count, piece.size - cut, piece.packet, std::nullopt});
    }
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(count));
    pieces_ = std::move(kept);
  }
  void clear() { *this = HeldPieces(); }

  /// Calls `data` and `gap` with each piece, in order. What they add goes to another object: move this one
  /// first.
  template <typename TakeData, typename TakeGap>
  void for_each(TakeData&& data, TakeGap&& gap) const {
    for (const Piece& piece : pieces_) {
      if (piece.gap) {
        gap(*piece.gap);
      } else {
        data(StreamData{piece.offset, Bytes(bytes_).subspan(piece.begin, piece.size), piece.packet});
      }
    }
  }

 private:
  struct Piece {
    std::uint64_t offset;
    std::size_t begin;
    std::size_t size;
    PacketRef packet;
    std::optional<StreamGap> gap;
  };

  std::vector<Piece> pieces_;
  std::vector<std::uint8_t> bytes_;
};

/// Reads `data` with `step(rest, again)`, which returns how many bytes of `rest` it has read (with 0 it must
/// have changed what the next step does), and may add to `again`, which is empty, what is to be read before
/// the others.
template <typename Step>
void read_in_steps(const StreamData& data, Step&& step) {
  HeldPieces again;
  const auto read_all = [&](const StreamData& piece) {
    for (std::size_t at = 0; at < piece.bytes.size();) {
      const StreamData rest{piece.offset + at, piece.bytes.subspan(at), piece.packet};
      if (!again.empty()) return again.add(rest.offset, rest.bytes, rest.packet);
      at += step(rest, again);
    }
  };
  for (std::size_t at = 0; at < data.bytes.size() || !again.empty();) {
    if (again.empty()) {
      at += step(StreamData{data.offset + at, data.bytes.subspan(at), data.packet}, again);
    } else {
      const HeldPieces now = std::exchange(again, HeldPieces());
      now.for_each(read_all, [](const StreamGap&) {});
    }
  }
}

}  // namespace rtmpscope::carrier
