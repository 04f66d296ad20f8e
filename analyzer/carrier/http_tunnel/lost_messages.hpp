// What comes behind a loss that hides where messages begin, until the next head is found.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "carrier/held_pieces.hpp"
#include "carrier/http_tunnel/head_form.hpp"

namespace rtmpscope::carrier {

/// Bytes `begin` to `end` of a stream.
struct StreamRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// Keeps the bytes and gaps, since only the next head shows which of them are a body: if one message lies in
/// between, its head's size follows from the form of the others, and the rest is its body.
class LostMessages {
 public:
  /// Bytes that are kept of one direction. Reached: nothing more is worked out.
  static constexpr std::size_t most_kept = std::size_t{1} << 20;

  /// `held_together`: counts what all keep. Outlives the object.
  explicit LostMessages(std::size_t& held_together) : share_(&held_together) {}

  /// `from`: where the next message should begin, if that is known.
  void begin(std::optional<std::uint64_t> from);
  /// False: too much is kept, here or by all (`most_together`).
  [[nodiscard]] bool add(const StreamData& data, std::size_t most_together);
  void add(const StreamGap& gap);
  void clear();

  [[nodiscard]] std::size_t bytes() const { return pieces_.bytes().size(); }

  /// Where the body is, if one message ends at `end`, the next head's place; its head is as `form` says, with
  /// a target of `target_size`. Nothing if that cannot be.
  [[nodiscard]] std::optional<StreamRange> body_of_one(std::uint64_t end, const HeadForm& form,
                                                       std::size_t target_size) const;

  /// Calls `data` and `gap` with what of the pieces lies in `range`, in order.
  template <typename TakeData, typename TakeGap>
  void for_each_in(const StreamRange& range, TakeData&& data, TakeGap&& gap) const {
    const auto cut = [&](std::uint64_t begin, std::uint64_t length) {
      const std::uint64_t from = std::max(begin, range.begin);
      return StreamRange{from, std::max(from, std::min(begin + length, range.end))};
    };
    pieces_.for_each(
        [&](const StreamData& piece) {
          const StreamRange part = cut(piece.offset, piece.bytes.size());
          if (part.begin == part.end) return;
          data(StreamData{part.begin,
                          piece.bytes.subspan(static_cast<std::size_t>(part.begin - piece.offset),
                                              static_cast<std::size_t>(part.end - part.begin)),
                          piece.packet});
        },
        [&](const StreamGap& piece) {
          const StreamRange part = cut(piece.offset, piece.length.value_or(0));
          if (part.begin != part.end) gap(StreamGap{part.begin, part.end - part.begin, piece.cause, {}});
        });
  }

  /// Calls `data` and `gap` with each piece, in order, but for bytes behind a gap that end a head, and the
  /// polling byte behind such a head of a response.
  template <typename TakeData, typename TakeGap>
  void for_each_body(Direction direction, TakeData&& data, TakeGap&& gap) const {
    std::size_t at = 0, no_body = 0;
    bool behind_gap = false;
    pieces_.for_each(
        [&](const StreamData& piece) {
          if (std::exchange(behind_gap, false)) no_body = at + head_end_size(at, direction);
          const std::size_t cut = std::min(piece.bytes.size(), no_body - std::min(no_body, at));
          at += piece.bytes.size();
          if (cut < piece.bytes.size())
            data(StreamData{piece.offset + cut, piece.bytes.subspan(cut), piece.packet});
        },
        [&](const StreamGap& piece) {
          behind_gap = true;
          gap(piece);
        });
  }
  /// Bytes that for_each_body brings.
  [[nodiscard]] std::size_t body_bytes(Direction direction) const;

 private:
  static constexpr std::size_t piece_memory = 64;  ///< bookkeeping of a piece or a gap

  [[nodiscard]] bool ends_head_at(std::uint64_t offset) const;
  /// Of the bytes from index `at` on, which come behind a gap.
  [[nodiscard]] std::size_t head_end_size(std::size_t at, Direction direction) const;

  HeldPieces pieces_;
  HeldShare share_;
  std::optional<std::uint64_t> from_;
};

}  // namespace rtmpscope::carrier
