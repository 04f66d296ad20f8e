#include "rtmp/message/command_names.hpp"

#include <algorithm>
#include <array>

#include "schema/disclosure.hpp"

namespace rtmpscope::rtmp {
namespace {

struct Word {
  Vocabulary vocabulary;
  std::string_view text;

  [[nodiscard]] constexpr bool is_name() const {
    return vocabulary == Vocabulary::command || vocabulary == Vocabulary::handler;
  }
};

constexpr auto words = std::to_array<Word>({
#define VOCABULARY(vocabulary)
#define WORD(vocabulary, text) {Vocabulary::vocabulary, text},
#include "schema/tables/vocabulary.def"
#undef VOCABULARY
#undef WORD
});

/// Some are in both vocabularies.
struct Names {
  std::array<std::string_view, std::ranges::count_if(words, &Word::is_name)> sorted{};
  std::size_t count = 0;
};

constexpr Names names = [] {
  Names all;
  for (const Word& word : words) {
    if (word.is_name()) all.sorted[all.count++] = word.text;
  }
  std::ranges::sort(all.sorted);
  all.count -= std::ranges::unique(all.sorted).size();
  return all;
}();

}  // namespace

std::span<const std::string_view> command_names() {
  return std::span(names.sorted).first(names.count);
}

bool is_command_name(std::string_view name) {
  return std::ranges::binary_search(command_names(), name);
}

}  // namespace rtmpscope::rtmp
