#include "rtmp/handshake/random_texts.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace rtmpscope::rtmp {
namespace {

enum class Letter : std::uint8_t { none, other, small };

constexpr std::array<Letter, 256> letters = [] {
  std::array<Letter, 256> table{};
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._-/():+"))
    table[static_cast<std::uint8_t>(c)] = Letter::other;
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<std::uint8_t>(c)] = Letter::small;
  return table;
}();

bool is_digit(std::uint8_t byte) {
  return byte >= '0' && byte <= '9';
}

/// "0.37": a point between two digits.
bool has_version(Bytes run) {
  for (std::size_t i = 2; i < run.size(); ++i) {
    if (run[i - 1] == '.' && is_digit(run[i - 2]) && is_digit(run[i])) return true;
  }
  return false;
}

bool is_text(Bytes run, std::size_t small_letters) {
  constexpr std::size_t shortest = 8;
  constexpr std::size_t long_enough = 12;
  if (run.size() < shortest) return false;
  return run.size() >= long_enough || 8 * small_letters >= 7 * run.size() || has_version(run);
}

Bytes at(Bytes bytes, Range range) {
  return bytes.subspan(range.offset, range.length);
}

}  // namespace

std::vector<Range> find_random_texts(Bytes bytes) {
  std::vector<Range> found;
  std::size_t begin = 0;
  std::size_t small_letters = 0;
  for (std::size_t i = 0; i <= bytes.size(); ++i) {
    const Letter letter = i == bytes.size() ? Letter::none : letters[bytes[i]];
    if (letter != Letter::none) {
      small_letters += letter == Letter::small ? 1U : 0U;
      continue;
    }
    if (is_text(bytes.subspan(begin, i - begin), small_letters)) {
      const Range range{static_cast<std::uint32_t>(begin),
                        static_cast<std::uint32_t>(std::min(i - begin, longest_random_text))};
      const auto is_same = [&](Range other) {
        return std::ranges::equal(at(bytes, other), at(bytes, range));
      };
      if (std::ranges::none_of(found, is_same)) found.push_back(range);
      if (found.size() == most_random_texts) break;
    }
    begin = i + 1;
    small_letters = 0;
  }
  return found;
}

}  // namespace rtmpscope::rtmp
