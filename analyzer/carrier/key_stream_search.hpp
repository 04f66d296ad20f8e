// Where the key stream of RTMPE stands behind a gap of unknown length.
#pragma once

#include <optional>

#include "base/old_ciphers.hpp"
#include "carrier/held_pieces.hpp"

namespace rtmpscope::carrier {

/// Keeps what comes behind the gap, and deciphers one window of it after the other on trial with each place
/// of the key stream. One place is believed if three messages in a row prove it
/// (rtmp/evidence/midstream_chunks.hpp), and no other is proven by the same window.
///
/// Call order: add and add_gap as the stream has them. After add: `find` while `is_due`, then `drop` if
/// too much is kept. At the stream's end `find` once more.
class KeyStreamSearch {
 public:
  /// Bytes that are deciphered on trial at once. Three messages that are longer prove nothing.
  static constexpr std::size_t window = 4096;
  /// Bytes that are kept, to be read when the place is found.
  static constexpr std::size_t most_kept = 8 * window;
  /// Bytes that may be deciphered on trial: at first, and for each byte that has come. Reached: windows are
  /// passed over until there is enough again.
  static constexpr std::uint64_t first_budget = std::uint64_t{8} << 20;
  static constexpr std::uint64_t budget_per_byte = 64;
  /// Missing bytes that are thought of, at most.
  static constexpr std::uint64_t most_missing = std::uint64_t{64} << 10;

  /// `at_gap`: the cipher as it stands at the gap's first byte.
  KeyStreamSearch(const Rc4& at_gap, const StreamGap& gap) : cipher_(at_gap) { widen(gap); }

  void add(const StreamData& data) { kept_.add(data.offset, data.bytes, data.packet); }
  /// Another gap. What is kept is dropped.
  void add_gap(const StreamGap& gap);
  /// There is another window.
  [[nodiscard]] bool is_due() const { return kept_.bytes().size() - tried_ >= window; }
  /// Tries one window, or what is left. The cipher as it stands at the first byte that is kept; nothing if no
  /// place is proven. Takes what it costs off `budget`.
  [[nodiscard]] std::optional<Rc4> find(std::uint64_t& budget);
  /// Drops the first `count` bytes.
  void drop(std::size_t count);

  [[nodiscard]] const HeldPieces& kept() const { return kept_; }

 private:
  void widen(const StreamGap& gap);

  Rc4 cipher_;                ///< as it stands at the first byte that is kept, if `places_` is 1
  std::uint64_t places_ = 1;  ///< that it may stand at, from there on
  HeldPieces kept_;
  std::size_t tried_ = 0;  ///< bytes of `kept_` in windows that have proven nothing
};

}  // namespace rtmpscope::carrier
