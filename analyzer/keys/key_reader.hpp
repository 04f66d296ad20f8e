// Splits the bytes of a key log into lines, and puts what they say into a store.
#pragma once

#include <optional>
#include <string>

#include "keys/key_store.hpp"

namespace rtmpscope::keys {

/// Longer lines are skipped and counted. The longest known ones, of RTMFP with its keying components, have
/// 2,536 characters.
inline constexpr std::size_t longest_line = std::size_t{32} << 10;

struct KeyCounts {
  std::uint64_t lines = 0;            ///< all, comments and empty lines included
  std::uint64_t usable = 0;           ///< with a key that is kept, or was there before
  std::uint64_t unneeded = 0;         ///< labels of secrets that no decoder needs
  std::uint64_t unknown = 0;          ///< first word not known
  std::uint64_t malformed = 0;        ///< not of the form that their first word asks for, or too long
  std::uint64_t dropped = 0;          ///< a limit of the store was reached
  std::uint64_t first_malformed = 0;  ///< number of that line, 1-based; 0: none
};

/// One key log, in pieces of any size. Keeps at most `longest_line` bytes.
class KeyReader {
 public:
  void add(Bytes bytes, KeyStore& store);
  /// The log ends: a last line without a line end is taken, too.
  void finish(KeyStore& store);
  /// The log begins anew: what is held of a line is dropped.
  void restart();
  [[nodiscard]] const KeyCounts& counts() const { return counts_; }

 private:
  void take_line(std::string_view line, KeyStore& store);

  KeyCounts counts_;
  std::string held_;       ///< the beginning of a line
  bool too_long_ = false;  ///< the line at hand is skipped
};

}  // namespace rtmpscope::keys
