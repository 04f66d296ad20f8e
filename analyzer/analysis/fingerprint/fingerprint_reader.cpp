#include "analysis/fingerprint/fingerprint_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/data/json_file.hpp"
#include "analysis/data/members.hpp"
#include "analysis/fingerprint/test_form.hpp"
#include "base/suggestion.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::array<std::pair<std::string_view, Operator>, 9> operators = {{
    {"eq", Operator::eq},
    {"ne", Operator::ne},
    {"ge", Operator::ge},
    {"re", Operator::re},
    {"glob", Operator::glob},
    {"in", Operator::in},
    {"contains", Operator::contains},
    {"prefix", Operator::prefix},
    {"predicate", Operator::predicate},
}};

bool is_list_of_texts(Value value) {
  return value.size() > 0 && value.is_array() &&
         std::ranges::all_of(value.elements(), [](Value each) { return each.is_text(); });
}

class Reader {
 public:
  explicit Reader(KnownNames known) { result_.known = std::move(known); }

  void read(Value document) {
    Members members(document, "", complaint_);
    if (members.text_or_empty("format") != "rtmpscope-fingerprints")
      members.complain("format", "\"rtmpscope-fingerprints\" is expected");
    if (members.count("version") != 1u) members.complain("version", "1 is expected");
    if (Value sources = members.any("sources")) read_sources(sources);
    if (Value predicates = members.any("predicates")) read_predicates(predicates);
    std::size_t index = 0;
    for (Value each : members.elements("fingerprints"))
      read_program(each, fmt::format("fingerprints[{}]", index++));
    members.finish();
  }

  [[nodiscard]] const std::string& complaint() const { return complaint_.text(); }
  [[nodiscard]] ReadFingerprints take() { return std::move(result_); }

 private:
  void read_sources(Value value) {
    if (!value.is_object()) return complaint_.add("sources", "an object is expected");
    for (const auto& [id, each] : value.members()) {
      Members members(each, fmt::format("sources.{}", id), complaint_);
      result_.known.sources[std::string(id)] = {std::string(id), members.wanted_text("title"),
                                                members.text_or_empty("url")};
      members.finish();
    }
  }

  void read_predicates(Value value) {
    if (!value.is_object()) return complaint_.add("predicates", "an object is expected");
    for (const auto& [name, each] : value.members()) {
      Members members(each, fmt::format("predicates.{}", name), complaint_);
      auto predicate = std::make_shared<Predicate>();
      predicate->name = name;
      predicate->feature = feature(members);
      predicate->words = members.wanted_text("true_if");
      predicate->test = members.wanted_text("test");
      predicate->parameters = read_parameters(members, predicate->test, predicate_forms());
      members.finish();
      result_.known.predicates[std::string(name)] = std::move(predicate);
    }
  }

  FeatureId feature(Members& members) {
    const std::string text = members.wanted_text("feature");
    if (const auto id = feature_id(text)) return *id;
    const auto names = feature_names();
    const auto meant = nearest_word(text, {names.begin(), names.end()});
    members.complain("feature", meant ? fmt::format("there is no '{}'; did you mean {}?", text, *meant)
                                      : fmt::format("there is no '{}'", text));
    return {};
  }

  std::shared_ptr<const std::regex> pattern(Members& members, std::string_view name,
                                            const std::string& text) {
    try {
      return std::make_shared<const std::regex>(text, std::regex::ECMAScript | std::regex::optimize);
    } catch (const std::regex_error&) {
      members.complain(name, fmt::format("'{}' is no regular expression", text));
      return nullptr;
    }
  }

  /// Reads the members feature, op and value.
  FeatureTest feature_test(Members& members) {
    FeatureTest test;
    test.feature = feature(members);
    const std::string word = members.wanted_text("op");
    const auto found = std::ranges::find(operators, word, [](const auto& each) { return each.first; });
    if (found == operators.end()) {
      members.complain("op", fmt::format("there is no operator '{}'", word));
    } else {
      test.op = found->second;
    }
    const Value value = members.any("value");
    if (!value) {
      members.complain("value", "is missing");
      return test;
    }
    test.value = value;
    const bool wants_text = test.op == Operator::re || test.op == Operator::predicate;
    const bool wants_list =
        test.op == Operator::in || test.op == Operator::contains || test.op == Operator::prefix;
    if (wants_text && !value.is_text()) {
      members.complain("value", "a text is expected");
    } else if (wants_list && (!value.is_array() || value.size() == 0)) {
      members.complain("value", "a list is expected");
    } else if (test.op == Operator::glob && !value.is_text() && !is_list_of_texts(value)) {
      members.complain("value", "a pattern, or a list of patterns, is expected");
    } else if (test.op == Operator::ge && !value.is_number()) {
      members.complain("value", "a number is expected");
    } else if (test.op == Operator::re) {
      test.pattern = pattern(members, "value", std::string(value.text()));
    } else if (test.op == Operator::predicate) {
      const auto predicate = result_.known.predicates.find(value.text());
      if (predicate == result_.known.predicates.end()) {
        members.complain("value", fmt::format("there is no predicate '{}'", value.text()));
      } else if (predicate->second->feature != test.feature) {
        members.complain("value", fmt::format("predicate '{}' is about {}", predicate->first,
                                              name(predicate->second->feature)));
      } else {
        test.predicate = predicate->second;
      }
    }
    return test;
  }

  std::vector<std::string> sources(Members& members) {
    std::vector<std::string> ids = members.texts("sources");
    for (const std::string& id : ids) {
      if (!result_.known.sources.contains(id))
        members.complain("sources", fmt::format("there is no source '{}'", id));
    }
    return ids;
  }

  VersionRange versions(Members& members) {
    return {members.text_or_empty("from"), members.text_or_empty("below")};
  }

  Mark mark(Value value, std::string place) {
    Members members(value, std::move(place), complaint_);
    Mark result;
    result.test = feature_test(members);
    result.weight = static_cast<int>(std::min(members.count("weight").value_or(0), 100U));
    if (!members.has("weight")) members.complain("weight", "is missing");
    const auto against = members.count("against");
    result.against = against ? static_cast<int>(std::min(*against, 100U)) : result.weight;
    result.optional = members.flag("optional").value_or(false);
    members.finish();
    return result;
  }

  VersionSource version_source(Value value, std::string place) {
    Members members(value, std::move(place), complaint_);
    VersionSource result;
    result.feature = feature(members);
    result.group = members.count("group").value_or(0);
    const std::string separator = members.text("separator").value_or(".");
    if (separator.size() != 1) members.complain("separator", "one character is expected");
    result.separator = separator.empty() ? '.' : separator.front();
    if (Value map = members.any("map"); map && map.is_object()) {
      for (const auto& [beginning, version] : map.members()) {
        if (!version.is_text()) members.complain("map", "texts are expected");
        result.map.emplace_back(beginning, version.text());
      }
    } else if (map) {
      members.complain("map", "an object is expected");
    }
    members.finish();
    return result;
  }

  VersionMark version_mark(Value value, std::string place) {
    Members members(value, std::move(place), complaint_);
    VersionMark result{feature_test(members), versions(members), sources(members)};
    members.finish();
    return result;
  }

  Limit limit(Value value, std::string place) {
    Members members(value, std::move(place), complaint_);
    Limit result;
    const std::string word = members.wanted_text("limit");
    if (const auto kind = limit_kind(word)) {
      result.kind = *kind;
    } else {
      members.complain("limit", fmt::format("there is no limit '{}'", word));
    }
    if (!members.has("value")) members.complain("value", "is missing");
    const double number = std::min(members.number("value").value_or(0), 1e9);
    result.value = static_cast<std::uint64_t>(
        std::llround(result.kind == LimitKind::message_bytes ? number : number * 1000));
    result.versions = versions(members);
    result.note = members.text_or_empty("note");
    result.sources = sources(members);
    members.finish();
    return result;
  }

  Condition condition(Value value, std::string place) {
    Members members(value, std::move(place), complaint_);
    Condition result;
    result.test = members.wanted_text("test");
    result.parameters = read_parameters(members, result.test, condition_forms());
    if (result.test == "feature") result.feature = feature_test(members);
    if (result.test == "status") {
      if (const auto text = members.text("code")) result.code = pattern(members, "code", *text);
      if (const auto text = members.text("description")) result.text = pattern(members, "description", *text);
    }
    if (result.test == "any") {
      std::size_t index = 0;
      for (Value each : members.elements("of"))
        result.alternatives.push_back(conditions(each, fmt::format("{}[{}]", members.place("of"), index++)));
    }
    members.finish();
    return result;
  }

  std::vector<Condition> conditions(Value value, const std::string& place) {
    std::vector<Condition> result;
    if (!value.is_array() || value.size() == 0) {
      complaint_.add(place, "a list of conditions is expected");
      return result;
    }
    std::size_t index = 0;
    for (const Value each : value.elements())
      result.push_back(condition(each, fmt::format("{}[{}]", place, index++)));
    return result;
  }

  KnownIssue issue(Value value, std::string place) {
    Members members(value, std::move(place), complaint_);
    KnownIssue result;
    result.id = members.wanted_text("id");
    const std::string severity = members.wanted_text("severity");
    const auto levels = {Severity::note, Severity::warning, Severity::error};
    const auto* const level =
        std::ranges::find_if(levels, [&](Severity each) { return name(each) == severity; });
    if (level == levels.end()) {
      members.complain("severity", "note, warning or error is expected");
    } else {
      result.severity = *level;
    }
    result.words = members.text_or_empty("if");
    result.note = members.wanted_text("note");
    const Value when = members.any("when");
    if (!when) members.complain("when", "is missing");
    if (when) result.when = conditions(when, members.place("when"));
    result.sources = sources(members);
    members.finish();
    return result;
  }

  template <typename T>
  void read_list(Members& members, std::string_view name, std::vector<T>& list,
                 T (Reader::*read_one)(Value, std::string)) {
    std::size_t index = 0;
    for (Value each : members.elements(name))
      list.push_back((this->*read_one)(each, fmt::format("{}[{}]", members.place(name), index++)));
  }

  void read_program(Value value, std::string place) {
    Members members(value, std::move(place), complaint_);
    Software program;
    program.id = members.wanted_text("id");
    program.name = members.wanted_text("name");
    const std::string side = members.wanted_text("side");
    if (side != "client" && side != "server") members.complain("side", "client or server is expected");
    program.side = side == "server" ? Direction::to_client : Direction::to_server;
    program.confidence = members.text_or_empty("confidence");
    program.note = members.text_or_empty("note");
    if (const auto status = members.text("status")) program.note = *status;
    program.any_program = members.flag("any_program").value_or(false);
    program.sources = sources(members);
    read_list(members, "features", program.marks, &Reader::mark);
    if (Value from = members.any("version_from"))
      program.version = version_source(from, members.place("version_from"));
    read_list(members, "version_brackets", program.version_marks, &Reader::version_mark);
    read_list(members, "limits", program.limits, &Reader::limit);
    read_list(members, "known_issues", program.issues, &Reader::issue);
    members.finish();
    for (std::size_t i = 0; i < program.marks.size(); ++i) {
      const FeatureId feature = program.marks[i].test.feature;
      auto marks = std::ranges::find(program.features, feature, &FeatureMarks::feature);
      if (marks == program.features.end()) marks = program.features.insert(marks, FeatureMarks{feature, {}});
      marks->marks.push_back(i);
    }
    result_.programs.push_back(std::move(program));
  }

  ReadFingerprints result_;
  Complaint complaint_;
};

}  // namespace

Expected<ReadFingerprints> read_fingerprints(std::string_view text, std::string_view name, KnownNames known) {
  const auto document = parse_json(text, name);
  if (!document) return tl::unexpected(document.error());
  Reader reader(std::move(known));
  reader.read(*document);
  if (!reader.complaint().empty()) {
    return tl::unexpected(Error{ErrorKind::open_input, fmt::format("{}: {}", name, reader.complaint())});
  }
  return reader.take();
}

}  // namespace rtmpscope::analysis
