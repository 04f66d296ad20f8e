#include "analysis/fingerprint/identify.hpp"

#include <algorithm>

#include "analysis/fingerprint/feature_test.hpp"
#include "analysis/record/captured_text.hpp"

namespace rtmpscope::analysis {
namespace {

/// Observations of one side, and answers to tests, each made once.
class Observed {
 public:
  Observed(const FingerprintTable& table, const History& history, Direction side)
      : evidence_(history, side), observations_(feature_names().size()), answers_(table.test_count()) {}

  [[nodiscard]] const Evidence& evidence() const { return evidence_; }
  [[nodiscard]] const Observation& of(FeatureId feature) {
    auto& observation = observations_[static_cast<std::size_t>(feature)];
    if (!observation) observation = evidence_.observe(feature);
    return *observation;
  }
  [[nodiscard]] Fit evaluate(const FeatureTest& test) {
    auto& answer = answers_[test.number];
    if (!answer) {
      static const Observation nothing;
      const Observation& seen = test.op == Operator::predicate ? nothing : of(test.feature);
      answer = analysis::evaluate(test, seen, evidence_);
    }
    return *answer;
  }

 private:
  Evidence evidence_;
  std::vector<std::optional<Observation>> observations_;
  std::vector<std::optional<Fit>> answers_;
};

/// What one feature says for or against a program.
struct Tally {
  int weight = 0;   ///< of the marks that fit
  int against = 0;  ///< of the strongest that contradicts
  bool fits = false;
  bool undecided = false;
  const Mark* example = nullptr;  ///< one that fits, or else that contradicts
};

Tally tally(Observed& observed, const Software& program, const FeatureMarks& about) {
  Tally result;
  for (const std::size_t index : about.marks) {
    const Mark& mark = program.marks[index];
    const Fit fit = observed.evaluate(mark.test);
    if (fit == Fit::fits) {
      if (!result.fits || mark.weight > result.weight) result.example = &mark;
      result.fits = true;
      result.weight += mark.weight;
    } else if (fit == Fit::unknown) {
      // What is known not to be there will not be seen later.
      const bool absent = mark.test.op != Operator::predicate && observed.of(about.feature).absent();
      result.undecided = result.undecided || !absent;
    } else if (!result.fits && !mark.optional && mark.against >= result.against) {
      result.against = mark.against;
      result.example = &mark;
    }
  }
  if (result.fits || result.undecided) result.against = 0;
  result.against = std::min(result.against, strongest_contradiction);
  return result;
}

struct Candidate {
  const Software* program = nullptr;
  int score = 0;
};

std::vector<Candidate> ranking(const FingerprintTable& table, Observed& observed, Direction side) {
  std::vector<Candidate> candidates;
  for (const Software& each : table.programs()) {
    if (each.side != side || each.any_program) continue;
    Candidate candidate{&each, 0};
    for (const FeatureMarks& marks : each.features) {
      const Tally found = tally(observed, each, marks);
      candidate.score += found.weight - found.against;
    }
    candidates.push_back(candidate);
  }
  std::ranges::stable_sort(candidates, std::ranges::greater(), &Candidate::score);
  return candidates;
}

/// What a text of a feature is, so that an output can hide it.
CapturedKind kind_of(std::string_view feature) {
  if (feature == "publish.name" || feature == "connect.app") return CapturedKind::name;
  if (feature == "tcurl.host") return CapturedKind::host;
  if (feature == "connect.tcUrl" || feature == "connect.pageUrl") return CapturedKind::url;
  if (feature == "status.code") return CapturedKind::code;
  const bool is_software = feature.starts_with("c1.") || feature.starts_with("s1.") ||
                           feature.ends_with(".flashVer") || feature.ends_with(".fmsVer") ||
                           feature.ends_with(".encoder") || feature.ends_with(".server");
  return is_software ? CapturedKind::software : CapturedKind::text;
}

std::string with_value(Observed& observed, const Mark& mark) {
  if (mark.test.op == Operator::predicate) return mark.test.text();
  const Observation& seen = observed.of(mark.test.feature);
  const std::string_view feature = name(mark.test.feature);
  std::string text(feature);
  text.append(" = ");
  if (seen.values().begin() == seen.values().end()) return text;
  const Value value = *seen.values().begin();
  // Numbers and flags tell nothing of anybody.
  const bool is_text = value.is_text() || value.is_array() || value.is_object();
  return text.append(is_text ? captured(kind_of(feature), short_text(value)) : short_text(value));
}

void add_reasons(Observed& observed, const Software& program, Fingerprint& fingerprint) {
  for (const FeatureMarks& marks : program.features) {
    const Tally found = tally(observed, program, marks);
    if (found.example == nullptr) continue;
    if (found.fits && found.weight > 0) {
      fingerprint.matched.push_back(with_value(observed, *found.example));
    } else if (found.against > 0) {
      fingerprint.against.push_back(with_value(observed, *found.example));
    }
  }
}

/// The text of a value that says the version: a group of the mark that fits, or the whole value.
std::string version_text(Observed& observed, const Software& program, const VersionSource& from) {
  const Observation& seen = observed.of(from.feature);
  for (const Value each : seen.values()) {
    if (!each.is_text()) continue;
    const std::string_view text = each.text();
    if (from.group == 0 || !from.map.empty()) return std::string(text);
    for (const Mark& mark : program.marks) {
      if (mark.test.feature != from.feature || mark.test.pattern == nullptr) continue;
      std::smatch match;
      const std::string searched(text.substr(0, 256));
      if (std::regex_search(searched, match, *mark.test.pattern) && match.size() > from.group)
        return match[from.group].str();
    }
  }
  return {};
}

/// "5.x": from 5 to before 6.
VersionRange range_of(const std::string& version) {
  if (!version.ends_with(".x")) return exactly(version);
  const std::string major = version.substr(0, version.size() - 2);
  if (major.empty() || major.find_first_not_of("0123456789") != std::string::npos || major.size() > 6)
    return {};
  return {major, std::to_string(std::stoul(major) + 1)};
}

void add_version(Observed& observed, const Software& program, Fingerprint& fingerprint) {
  if (program.version) {
    std::string text = version_text(observed, program, *program.version);
    std::ranges::replace(text, program.version->separator, '.');
    for (const auto& [beginning, version] : program.version->map) {
      if (text.find(beginning) == std::string::npos) continue;
      fingerprint.version = version;
      fingerprint.versions = range_of(version);
      return;
    }
    if (program.version->map.empty()) fingerprint.versions = exactly(text);
    fingerprint.version = fingerprint.versions.from;
    if (fingerprint.versions.known()) return;
  }
  for (const VersionMark& each : program.version_marks) {
    if (observed.evaluate(each.test) == Fit::fits)
      fingerprint.versions = both(fingerprint.versions, each.versions);
  }
  fingerprint.version = to_text(fingerprint.versions);
}

/// "A", "A or B", "A, B or C"
std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text.append(i + 1 == names.size() ? " or " : ", ");
    text.append(names[i]);
  }
  return text;
}

}  // namespace

std::optional<Fingerprint> identify(const FingerprintTable& table, const History& history, Direction side) {
  Observed observed(table, history, side);
  const std::vector<Candidate> candidates = ranking(table, observed, side);
  if (candidates.empty() || candidates.front().score < family_score) return std::nullopt;
  const Candidate& best = candidates.front();
  Fingerprint fingerprint;
  fingerprint.side = side;
  fingerprint.score = best.score;
  const bool leads = candidates.size() == 1 || best.score - candidates[1].score >= named_lead;
  if (best.score >= named_score && leads) {
    fingerprint.id = best.program->id;
    fingerprint.name = best.program->name;
    fingerprint.candidates = {best.program->id};
    add_version(observed, *best.program, fingerprint);
  } else {
    std::vector<std::string> names;
    for (const Candidate& each : candidates) {
      if (best.score - each.score > family_width || each.score < 1) continue;
      fingerprint.candidates.push_back(each.program->id);
      names.push_back(each.program->name);
    }
    fingerprint.name = joined(names);
  }
  add_reasons(observed, *best.program, fingerprint);
  return fingerprint;
}

}  // namespace rtmpscope::analysis
