// Passes over bytes that cannot begin a chunk header with a message, many at a time.
//
// Behind a gap each byte may be the first of a header. A few comparisons of bytes at fixed distances show
// that nearly all of them are not (RTMP 5.3.1). They are made for 64 places at once, in a form that compilers
// turn into vector instructions. TrialParser weighs the places that are left. It would refuse every place
// that is passed over.
#pragma once

#include <algorithm>
#include <array>
#include <bit>

#include "base/bytes.hpp"

namespace rtmpscope::rtmp {

class HeaderScan {
 public:
  /// Places that are decided on at once, and bytes behind the last of them that are needed for it.
  static constexpr std::size_t block_places = 64;
  static constexpr std::size_t bytes_behind = 11;
  static constexpr std::size_t block_bytes = block_places + bytes_behind;

  /// Headers of type 2 and 3 are possible on this chunk stream, since it is known what they inherit.
  void add_inheriting(std::uint32_t chunk_stream_id);
  /// Headers of type 0 and 1 are possible on all chunk streams below 64.
  void allow_explicit() { explicit_ = true; }
  /// Message stream ids of 2^16 and above are possible.
  void allow_wide_message_streams() { wide_ = true; }

  /// Calls `visit` with each index of `run` from `begin` to `end` (not included) where a header may
  /// begin, in order, until that returns false. Returns the index to continue with: behind the last one that
  /// was visited, or `end`.
  template <typename Visit>
  std::size_t scan(Bytes run, std::size_t begin, std::size_t end, Visit visit) const {
    for (std::size_t at = begin; at < end; at += block_places) {
      for (std::uint64_t places = possible_from(run.subspan(at), end - at); places != 0;
           places &= places - 1) {
        const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(places));
        if (!visit(place)) return place + 1;
      }
    }
    return end;
  }

 private:
  /// A bit for each of the first 64 places, but for no more than `count`.
  [[nodiscard]] std::uint64_t possible_from(Bytes bytes, std::size_t count) const {
    if (count >= block_places && bytes.size() >= block_bytes) return possible_block(bytes.data());
    return possible_tail(bytes, count);
  }
  /// `bytes`: of block_bytes.
  [[nodiscard]] std::uint64_t possible_block(const std::uint8_t* bytes) const;
  [[nodiscard]] std::uint64_t possible_tail(Bytes bytes, std::size_t count) const;

  /// Different bytes.
  template <std::size_t most>
  struct ByteSet {
    std::array<std::uint8_t, most> bytes{};
    std::size_t size = 0;

    void add(std::uint8_t byte) {
      if (std::ranges::find(*this, byte) == end()) bytes[size++] = byte;
    }
    [[nodiscard]] const std::uint8_t* begin() const { return bytes.data(); }
    [[nodiscard]] const std::uint8_t* end() const { return bytes.data() + size; }
  };

  ByteSet<64> inheriting_;  ///< first bytes of type 3, of basic headers of one byte
  ByteSet<8> longer_;       ///< first bytes of longer basic headers; the bytes behind them are not compared
  bool explicit_ = false;
  bool wide_ = false;
};

}  // namespace rtmpscope::rtmp
