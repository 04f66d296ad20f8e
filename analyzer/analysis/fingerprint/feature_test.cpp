#include "analysis/fingerprint/feature_test.hpp"

#include <algorithm>

#include "analysis/record/json.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::size_t longest_searched = 256;  // std::regex recurses with each character
constexpr std::size_t longest_shown = 60;

bool same(Value a, Value b) {
  return a == b;
}

bool holds(Value list, Value wanted) {
  return std::ranges::any_of(list.elements(), [&](Value each) { return same(each, wanted); });
}

bool holds_all(Value list, Value wanted) {
  return std::ranges::all_of(wanted.elements(), [&](Value each) { return holds(list, each); });
}

bool begins_with(Value list, Value wanted) {
  return list.is_array() && list.size() >= wanted.size() &&
         std::ranges::mismatch(wanted.elements(), list.elements(), same).in1 == wanted.elements().end();
}

bool matches_a_glob(Value value, Value patterns) {
  if (!value.is_text()) return false;
  const std::string_view text = value.text();
  if (patterns.is_text()) return matches_glob(text, patterns.text());
  return std::ranges::any_of(patterns.elements(),
                             [&](Value each) { return matches_glob(text, each.text()); });
}

bool is_found(Value value, const std::regex& pattern) {
  if (!value.is_text()) return false;
  const std::string_view text = value.text().substr(0, longest_searched);
  return std::regex_search(text.begin(), text.end(), pattern);
}

bool meets(const FeatureTest& test, Value value) {
  switch (test.op) {
    case Operator::eq: return same(value, test.value);
    case Operator::ne: return !same(value, test.value);
    case Operator::ge: return value.is_number() && value.number() >= test.value.view().number();
    case Operator::re: return test.pattern != nullptr && is_found(value, *test.pattern);
    case Operator::glob: return matches_a_glob(value, test.value);
    case Operator::in: return holds(test.value, value);
    case Operator::contains: return holds_all(value, test.value);
    case Operator::prefix: return begins_with(value, test.value);
    case Operator::predicate: return false;
  }
  return false;
}

std::string_view word(Operator op) {
  switch (op) {
    case Operator::eq: return "is";
    case Operator::ne: return "is not";
    case Operator::ge: return "is at least";
    case Operator::re: return "matches";
    case Operator::glob: return "matches";
    case Operator::in: return "is one of";
    case Operator::contains: return "contains";
    case Operator::prefix: return "begins with";
    case Operator::predicate: return ":";
  }
  return {};
}

}  // namespace

Fit evaluate(const FeatureTest& test, const Observation& seen, const Evidence& evidence) {
  if (test.op == Operator::predicate)
    return test.predicate == nullptr ? Fit::unknown : evaluate(*test.predicate, seen, evidence);
  if (!seen.known || seen.absent()) return Fit::unknown;
  const bool fits = std::ranges::any_of(seen.values(), [&](Value each) { return meets(test, each); });
  return fits ? Fit::fits : Fit::contradicts;
}

bool matches_glob(std::string_view text, std::string_view pattern) {
  std::size_t at = 0, in_pattern = 0, star = std::string_view::npos, retry = 0;
  while (at < text.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = in_pattern++;
      retry = at;
    } else if (in_pattern < pattern.size() && pattern[in_pattern] == text[at]) {
      ++in_pattern;
      ++at;
    } else if (star != std::string_view::npos) {
      in_pattern = star + 1;
      at = ++retry;
    } else {
      return false;
    }
  }
  while (in_pattern < pattern.size() && pattern[in_pattern] == '*') ++in_pattern;
  return in_pattern == pattern.size();
}

std::string short_text(Value value) {
  std::string text = value.is_text() ? std::string(value.text()) : json_text(value);
  if (text.size() <= longest_shown) return text;
  std::size_t end = longest_shown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // whole characters
  text.resize(end);
  return text + "…";
}

std::string FeatureTest::text() const {
  std::string out(name(feature));
  if (op == Operator::predicate) return out + ": " + (predicate == nullptr ? "" : predicate->words);
  const Value wanted = value;
  const std::string words = wanted.is_text() ? std::string(wanted.text()) : json_text(wanted);
  return out.append(" ").append(word(op)).append(" ").append(words);
}

}  // namespace rtmpscope::analysis
