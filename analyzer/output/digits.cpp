#include "output/digits.hpp"

#include <charconv>
#include <cstring>

namespace rtmpscope::output {

char* write_long_unsigned(char* p, std::uint64_t value) {
  return std::to_chars(p, p + longest_unsigned, value).ptr;
}

char* write_nine_digits(char* p, std::uint32_t value) {
  char digits[10];
  std::to_chars(digits, digits + sizeof digits, 1'000'000'000 + value);
  std::memcpy(p, digits + 1, 9);
  return p + 9;
}

char* write_signed(char* p, std::int64_t value) {
  return std::to_chars(p, p + longest_unsigned, value).ptr;
}

void append_unsigned(Buffer& out, std::uint64_t value) {
  out.commit(write_unsigned(out.room(longest_unsigned), value));
}

}  // namespace rtmpscope::output
