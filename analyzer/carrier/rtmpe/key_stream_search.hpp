// Where the key stream of RTMPE stands behind a gap of unknown length.
#pragma once

#include <optional>
#include <vector>

#include "base/old_ciphers.hpp"
#include "base/stream.hpp"

namespace rtmpscope::carrier {

/// Keeps what comes behind the gap, and deciphers it on trial with each place of the key stream. One place is
/// believed if three messages in a row prove it (rtmp/evidence/midstream_chunks.hpp), and no other is proven.
class KeyStreamSearch {
 public:
  /// Bytes behind the gap that are deciphered on trial. Three messages that are longer prove nothing.
  static constexpr std::size_t window = 4096;
  /// Bytes that may be deciphered on trial: at first, and for each byte that has come. Reached: places
  /// further on are not tried.
  static constexpr std::uint64_t first_budget = std::uint64_t{4} << 20;
  static constexpr std::uint64_t budget_per_byte = 64;
  /// Missing bytes that are thought of, at most.
  static constexpr std::uint64_t most_missing = std::uint64_t{64} << 10;

  /// `at_gap`: the cipher as it stands at the gap's first byte.
  explicit KeyStreamSearch(const Rc4& at_gap) : at_gap_(at_gap) {}

  void add(const StreamData& data);
  /// Another gap: what came before it is missing, too.
  void begin_again();
  [[nodiscard]] bool is_due() const { return sealed_.size() >= window; }
  /// The cipher as it stands at the first byte that was added; nothing if no place is proven. Takes what it
  /// costs off `budget`.
  [[nodiscard]] std::optional<Rc4> find(std::uint64_t& budget) const;

  [[nodiscard]] Bytes sealed() const { return sealed_; }
  [[nodiscard]] std::uint64_t offset() const { return offset_; }

 private:
  Rc4 at_gap_;
  std::uint64_t offset_ = 0;  ///< of the first byte
  std::vector<std::uint8_t> sealed_;
};

}  // namespace rtmpscope::carrier
