#include "output/digits.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace rtmpscope::output {
namespace {

constexpr auto digit_pairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

constexpr auto powers_of_ten = [] {
  std::array<std::uint64_t, 20> powers{};
  std::uint64_t power = 1;
  for (std::uint64_t& each : powers) {
    each = power;
    power *= 10;
  }
  return powers;
}();

/// `value` is not 0. The logarithm to base 10 from the one to base 2 (1233 / 4096 is a little above log10(2))
/// is right or one too large.
std::ptrdiff_t count_digits(std::uint64_t value) {
  const auto guess = static_cast<std::size_t>(std::bit_width(value) * 1233) >> 12;
  return static_cast<std::ptrdiff_t>(guess) + (value >= powers_of_ten[guess] ? 1 : 0);
}

}  // namespace

char* write_long_unsigned(char* p, std::uint64_t value) {
  char* const end = p + count_digits(value);
  char* at = end;
  while (value >= 100) {
    at -= 2;
    std::memcpy(at, &digit_pairs[value % 100 * 2], 2);
    value /= 100;
  }
  if (value >= 10) {
    std::memcpy(p, &digit_pairs[value * 2], 2);
  } else {
    *p = static_cast<char>('0' + value);
  }
  return end;
}

char* write_nine_digits(char* p, std::uint32_t value) {
  for (std::size_t at = 9; at > 1; at -= 2) {
    std::memcpy(p + at - 2, &digit_pairs[value % 100 * 2], 2);
    value /= 100;
  }
  *p = static_cast<char>('0' + value);
  return p + 9;
}

char* write_signed(char* p, std::int64_t value) {
  if (value >= 0) return write_unsigned(p, static_cast<std::uint64_t>(value));
  *p++ = '-';
  return write_unsigned(p, std::uint64_t{0} - static_cast<std::uint64_t>(value));
}

void append_unsigned(Buffer& out, std::uint64_t value) {
  out.commit(write_unsigned(out.room(longest_unsigned), value));
}

}  // namespace rtmpscope::output
