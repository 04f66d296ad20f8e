#include "analysis/fingerprint/identify.hpp"

#include <algorithm>

#include "analysis/fingerprint/feature_test.hpp"
#include "analysis/record/captured_text.hpp"

namespace rtmpscope::analysis {
namespace {

/// What one feature says for or against a program.
struct Tally {
  int weight = 0;   ///< of the marks that fit
  int against = 0;  ///< of the strongest that contradicts
  bool fits = false;
  bool undecided = false;
  const Mark* example = nullptr;  ///< one that fits, or else that contradicts
};

Tally tally(const Observed& observed, const Software& program, const FeatureMarks& about) {
  Tally result;
  for (const std::size_t index : about.marks) {
    const Mark& mark = program.marks[index];
    const Fit fit = observed.answer(mark.test);
    if (fit == Fit::fits) {
      if (!result.fits || mark.weight > result.weight) result.example = &mark;
      result.fits = true;
      result.weight += mark.weight;
    } else if (fit == Fit::unknown) {
      // What is known not to be there will not be seen later.
      const bool absent = mark.test.op != Operator::predicate && observed.is_absent(about.feature);
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

using Candidate = Identifier::Candidate;

/// Points of all programs of the side, best first; those that are too far behind to say anything are left
/// out.
std::vector<Candidate> ranking(const FingerprintTable& table, const Observed& observed, Direction side) {
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
  constexpr int furthest = std::max(named_lead, family_width);
  const auto behind = std::ranges::find_if(
      candidates, [&](const Candidate& each) { return candidates.front().score - each.score > furthest; });
  candidates.erase(behind, candidates.end());
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

std::string with_value(const Observed& observed, const Mark& mark) {
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

void add_reasons(const Observed& observed, const Software& program, Fingerprint& fingerprint) {
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
std::string version_text(const Observed& observed, const Software& program, const VersionSource& from) {
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

void add_version(const Observed& observed, const Software& program, Fingerprint& fingerprint) {
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
    if (observed.answer(each.test) == Fit::fits)
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

const std::vector<Candidate>& Identifier::ranking_of(const Observed& observed, Direction side) {
  auto& rankings = sides_[index_of(side)].rankings;
  const auto known = rankings.find(observed.answers());
  if (known != rankings.end()) return known->second;
  if (rankings.size() >= most_rankings) rankings.clear();
  return rankings[observed.answers()] = ranking(table(), observed, side);
}

std::optional<Fingerprint> Identifier::identify(const History& history, Direction side) {
  Side& known = sides_[index_of(side)];
  const std::lock_guard lock(known.mutex);
  if (!known.memory) known.memory.emplace(table(), side);
  const Observed observed(*known.memory, history, side);
  const std::vector<Candidate>& candidates = ranking_of(observed, side);
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
