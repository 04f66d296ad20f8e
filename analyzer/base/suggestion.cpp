#include "base/suggestion.hpp"

#include <algorithm>
#include <vector>

namespace rtmpscope {
namespace {

constexpr std::size_t whole_change = 2;   // in half changes
constexpr std::size_t longest_word = 64;  // nobody means a word of the tables by more

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::size_t replacement(char a, char b) {
  if (a == b) return 0;
  return lower(a) == lower(b) ? 1 : whole_change;
}

}  // namespace

std::size_t half_changes(std::string_view from, std::string_view to) {
  // Rows of the table of distances: two before, one before, and the current one.
  std::vector<std::size_t> earlier(to.size() + 1);
  std::vector<std::size_t> before(to.size() + 1);
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) row[j] = j * whole_change;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    earlier.swap(before);
    before.swap(row);
    row[0] = i * whole_change;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      row[j] = std::min({before[j] + whole_change, row[j - 1] + whole_change,
                         before[j - 1] + replacement(from[i - 1], to[j - 1])});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
        row[j] = std::min(row[j], earlier[j - 2] + whole_change);
    }
  }
  return row[to.size()];
}

std::optional<std::string_view> nearest_word(std::string_view word,
                                             std::span<const std::string_view> candidates) {
  if (word.size() > longest_word) return std::nullopt;
  const std::size_t most = whole_change * std::max<std::size_t>(1, word.size() / 3);
  std::optional<std::string_view> nearest;
  std::size_t least = most + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t changes = half_changes(word, candidate);
    if (changes >= least) continue;
    least = changes;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace rtmpscope
