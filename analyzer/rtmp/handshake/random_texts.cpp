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

constexpr std::size_t shortest = 8;

bool is_text(Bytes run) {
  constexpr std::size_t long_enough = 12;
  if (run.size() >= long_enough) return true;
  const auto small_letters =
      std::ranges::count(run, Letter::small, [](std::uint8_t byte) { return letters[byte]; });
  return 8 * static_cast<std::size_t>(small_letters) >= 7 * run.size() || has_version(run);
}

Bytes at(Bytes bytes, Range range) {
  return bytes.subspan(range.offset, range.length);
}

}  // namespace

std::vector<Range> find_random_texts(Bytes bytes) {
  const auto is_letter = [&](std::size_t place) { return letters[bytes[place]] != Letter::none; };
  std::vector<Range> found;
  // A run of letters can begin at `begin`. Its last byte is looked at first: most bytes are none, and then
  // those in front of it need no look.
  for (std::size_t begin = 0; begin + shortest <= bytes.size() && found.size() < most_random_texts;) {
    std::size_t known = begin + shortest;
    while (known > begin && is_letter(known - 1)) --known;
    if (known > begin) {
      begin = known;
      continue;
    }
    std::size_t end = begin + shortest;
    while (end < bytes.size() && is_letter(end)) ++end;
    if (is_text(bytes.subspan(begin, end - begin))) {
      const Range range{static_cast<std::uint32_t>(begin),
                        static_cast<std::uint32_t>(std::min(end - begin, longest_random_text))};
      const auto is_same = [&](Range other) {
        return std::ranges::equal(at(bytes, other), at(bytes, range));
      };
      if (std::ranges::none_of(found, is_same)) found.push_back(range);
    }
    begin = end + 1;
  }
  return found;
}

}  // namespace rtmpscope::rtmp
