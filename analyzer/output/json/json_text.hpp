// Numbers, strings and bytes as JSON text (RFC 8259).
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
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
/// Exactly nine digits, with leading zeros; `value` is below 10^9.
char* write_nine_digits(char* p, std::uint32_t value);
/// The same with a minus sign where needed; at most longest_unsigned characters.
char* write_signed(char* p, std::int64_t value);
void append_unsigned(Buffer& out, std::uint64_t value);

/// Whole numbers up to 2^53 as integers, others as the shortest decimal that reads back as the same double;
/// NaN and infinities, which JSON does not have, as null.
void append_real(Buffer& out, double value);

/// Lower-case hexadecimal without quotes.
void append_hex(Buffer& out, Bytes bytes);

/// A quoted string. Control characters, DEL and the C1 controls are escaped, so that a terminal never sees
/// them. Bytes that are not UTF-8 become U+FFFD: for names that cannot be anything but a string.
void append_json_string(Buffer& out, std::string_view text);

/// A quoted string, or {"hex":"…"} if `text` is not UTF-8, so that no byte is lost.
void append_json_text(Buffer& out, Bytes text);

}  // namespace rtmpscope::output
