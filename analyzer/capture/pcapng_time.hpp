// Time stamps of pcapng: ticks of a unit that each interface chooses (if_tsresol, if_tsoffset).
#pragma once

#include <algorithm>
#include <limits>

#include "base/bytes.hpp"

namespace rtmpscope::capture {

/// Turns ticks into nanoseconds since 1970. Times before 1823 or after 2116 are clamped, so that differences
/// of two times fit, too; finer units than nanoseconds are rounded down.
class TimeUnit {
 public:
  TimeUnit() = default;

  /// `resolution` as if_tsresol: 10^-n seconds, or with bit 7 set 2^-(n & 127) seconds. `offset_seconds` is
  /// if_tsoffset, which is to be added to every time stamp.
  TimeUnit(std::uint8_t resolution, std::int64_t offset_seconds) {
    if ((resolution & 0x80U) != 0) {
      kind_ = Kind::binary;
      shift_ = resolution & 0x7fU;
    } else if (resolution <= 9) {
      kind_ = Kind::multiply;
      factor_ = power_of_ten(9U - resolution);
    } else {
      kind_ = Kind::divide;
      factor_ = power_of_ten(resolution - 9U);
    }
    if (__builtin_mul_overflow(offset_seconds, std::int64_t{1'000'000'000}, &offset_)) {
      offset_ = offset_seconds < 0 ? lowest : highest;
    }
    offset_ = std::clamp(offset_, lowest, highest);
  }

  [[nodiscard]] Timestamp nanoseconds(std::uint64_t ticks) const {
    std::uint64_t value = 0;
    if (kind_ == Kind::multiply) {
      if (__builtin_mul_overflow(ticks, factor_, &value)) return highest;
    } else if (kind_ == Kind::divide) {
      value = factor_ == 0 ? 0 : ticks / factor_;
    } else {
      const Wide wide = (static_cast<Wide>(ticks) * 1'000'000'000U) >> shift_;
      if (wide > static_cast<std::uint64_t>(highest)) return highest;
      value = static_cast<std::uint64_t>(wide);
    }
    if (value > static_cast<std::uint64_t>(highest)) return highest;
    return std::min(static_cast<std::int64_t>(value) + offset_, highest);
  }

 private:
  __extension__ using Wide = unsigned __int128;
  enum class Kind : std::uint8_t { multiply, divide, binary };
  static constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max() / 2;
  static constexpr std::int64_t lowest = -highest;

  /// Zero if it does not fit: no tick count reaches a nanosecond then.
  static constexpr std::uint64_t power_of_ten(unsigned exponent) {
    if (exponent > 19) return 0;
    std::uint64_t value = 1;
    while (exponent-- > 0) value *= 10;
    return value;
  }

  std::uint64_t factor_ = 1000;
  std::int64_t offset_ = 0;
  unsigned shift_ = 0;
  Kind kind_ = Kind::multiply;
};

}  // namespace rtmpscope::capture
