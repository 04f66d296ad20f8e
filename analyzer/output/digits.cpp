#include "output/digits.hpp"

#include <array>
#include <charconv>
#include <cstring>

namespace rtmpscope::output {
namespace {

constexpr std::array<char, 200> digit_pairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

}  // namespace

char* write_two_digits(char* p, std::uint32_t value) {
  std::memcpy(p, &digit_pairs[std::size_t{2} * value], 2);
  return p + 2;
}

char* write_long_unsigned(char* p, std::uint64_t value) {
  return std::to_chars(p, p + longest_unsigned, value).ptr;
}

char* write_nine_digits(char* p, std::uint32_t value) {
  for (int i = 8; i > 0; i -= 2) {
    write_two_digits(p + i - 1, value % 100);
    value /= 100;
  }
  *p = static_cast<char>('0' + value);
  return p + 9;
}

char* write_signed(char* p, std::int64_t value) {
  return std::to_chars(p, p + longest_unsigned, value).ptr;
}

void append_unsigned(Buffer& out, std::uint64_t value) {
  out.commit(write_unsigned(out.room(longest_unsigned), value));
}

}  // namespace rtmpscope::output
