#include "schema/disclosure.hpp"

#include <iterator>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace rtmpscope {
namespace {

std::vector<TextRule> rules_of_fields() {
  std::vector<TextRule> rules(fields().size());
#define DISCLOSURE(field, rule, vocabulary, noun) \
  rules[static_cast<std::size_t>(FieldId::field)] = {Disclosure::rule, Vocabulary::vocabulary, noun};
#include "schema/tables/disclosure.def"
#undef DISCLOSURE
  return rules;
}

}  // namespace

const TextRule& text_rule(FieldId id) {
  static const std::vector<TextRule> rules = rules_of_fields();
  return rules[static_cast<std::size_t>(id)];
}

const TextRule* find_property(std::string_view name) {
  static constexpr std::pair<std::string_view, TextRule> kRules[] = {
#define PROPERTY(name, rule, vocabulary, noun) {name, {Disclosure::rule, Vocabulary::vocabulary, noun}},
#include "schema/tables/properties.def"
#undef PROPERTY
  };
  static const std::map<std::string_view, TextRule> rules(std::begin(kRules), std::end(kRules));
  const auto found = rules.find(name);
  return found == rules.end() ? nullptr : &found->second;
}

bool is_word(Vocabulary vocabulary, std::string_view text) {
  static constexpr std::pair<Vocabulary, std::string_view> kWords[] = {
#define VOCABULARY(vocabulary)
#define WORD(vocabulary, text) {Vocabulary::vocabulary, text},
#include "schema/tables/vocabulary.def"
#undef VOCABULARY
#undef WORD
  };
  static const std::set<std::pair<Vocabulary, std::string_view>> words(std::begin(kWords), std::end(kWords));
  return words.contains({vocabulary, text});
}

}  // namespace rtmpscope
