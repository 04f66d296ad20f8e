// Whole numbers in decimal.
#pragma once

#include <cstdint>

#include "output/buffer.hpp"

namespace rtmpscope::output {

/// Most characters that write_unsigned writes.
inline constexpr std::size_t longest_unsigned = 20;

/// write_unsigned for two digits and more.
char* write_long_unsigned(char* p, std::uint64_t value);

/// Decimal digits of `value` at `p`; returns the place after them.
inline char* write_unsigned(char* p, std::uint64_t value) {
  if (value >= 10) return write_long_unsigned(p, value);
  *p = static_cast<char>('0' + value);
  return p + 1;
}
/// Exactly two digits; `value` is below 100.
char* write_two_digits(char* p, std::uint32_t value);
/// Exactly nine digits, with leading zeros; `value` is below 10^9.
char* write_nine_digits(char* p, std::uint32_t value);
/// The same with a minus sign where needed; at most longest_unsigned characters.
char* write_signed(char* p, std::int64_t value);
void append_unsigned(Buffer& out, std::uint64_t value);

}  // namespace rtmpscope::output
