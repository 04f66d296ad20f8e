// Which numbered packets have come: RFC 7016, section 3.5.4, leaves to receivers how they find repeated ones.
#pragma once

#include <cstdint>

namespace rtmpscope::rtmfp {

/// Remembers the newest 64 numbers; older ones count as new.
class SequenceWindow {
 public:
  /// False: it has come before.
  [[nodiscard]] bool add(std::uint64_t number) {
    if (!started_ || number > highest_) {
      const std::uint64_t ahead = started_ ? number - highest_ : size;
      seen_ = ahead >= size ? 0 : seen_ << ahead;
      seen_ |= 1;
      highest_ = number;
      started_ = true;
      return true;
    }
    const std::uint64_t behind = highest_ - number;
    if (behind >= size) return true;
    const std::uint64_t bit = std::uint64_t{1} << behind;
    if ((seen_ & bit) != 0) return false;
    seen_ |= bit;
    return true;
  }

 private:
  static constexpr std::uint64_t size = 64;
  std::uint64_t highest_ = 0;
  std::uint64_t seen_ = 0;  ///< a bit for each, the highest one lowest
  bool started_ = false;
};

}  // namespace rtmpscope::rtmfp
