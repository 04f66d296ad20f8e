#include "analysis/fingerprint/observed.hpp"

#include <algorithm>

namespace rtmpscope::analysis {
namespace {

bool is_same(const Observation& a, const Observation& b) {
  return a.known == b.known && a.list == b.list;
}

/// A predicate that looks at other things than its feature has to be asked each time.
bool needs_the_feature_alone(const FeatureTest& test) {
  return test.op != Operator::predicate || test.predicate == nullptr || looks_at_feature(*test.predicate);
}

}  // namespace

TestMemory::TestMemory(const FingerprintTable& table, Direction side) : test_count_(table.test_count()) {
  std::vector<bool> known(test_count_);
  const auto feature_of = [this](FeatureId id) -> Feature& {
    const auto found = std::ranges::find(features_, id, &Feature::id);
    if (found != features_.end()) return *found;
    features_.emplace_back().id = id;
    return features_.back();
  };
  const auto add = [&](const FeatureTest& test) {
    Feature& feature = feature_of(test.feature);
    if (known[test.number]) return;
    known[test.number] = true;
    (needs_the_feature_alone(test) ? feature.tests : others_).push_back(&test);
  };
  for (const Software& program : table.programs()) {
    if (program.side != side || program.any_program) continue;
    for (const Mark& mark : program.marks) add(mark.test);
    for (const VersionMark& mark : program.version_marks) add(mark.test);
    if (program.version) static_cast<void>(feature_of(program.version->feature));
  }
}

const std::string& TestMemory::answers_to(Feature& feature, const Observation& seen,
                                          const Evidence& evidence) {
  std::vector<Known>& known = feature.known;
  const auto same = std::ranges::find_if(known, [&](const Known& each) { return is_same(each.seen, seen); });
  if (same != known.end()) {
    std::rotate(known.begin(), same, same + 1);
    return known.front().answers;
  }
  if (known.size() >= most_known) known.pop_back();
  Known& made = *known.insert(known.begin(), Known{seen, {}});
  for (const FeatureTest* const test : feature.tests)
    made.answers.push_back(static_cast<char>(evaluate(*test, seen, evidence)));
  return made.answers;
}

Observed::Observed(TestMemory& memory, const History& history, Direction side)
    : evidence_(history, side),
      answers_(memory.test_count_ + memory.features_.size(), '\0'),
      observations_(feature_names().size()) {
  std::size_t flag = memory.test_count_;
  for (TestMemory::Feature& feature : memory.features_) {
    Observation seen = evidence_.observe(feature.id);
    const std::string& answers = TestMemory::answers_to(feature, seen, evidence_);
    for (std::size_t i = 0; i < answers.size(); ++i) answers_[feature.tests[i]->number] = answers[i];
    answers_[flag++] = seen.absent() ? '\1' : '\0';
    observations_[static_cast<std::size_t>(feature.id)] = std::move(seen);
  }
  for (const FeatureTest* const test : memory.others_)
    answers_[test->number] = static_cast<char>(evaluate(*test, {}, evidence_));
}

const Observation& Observed::of(FeatureId feature) const {
  return observations_[static_cast<std::size_t>(feature)];
}

}  // namespace rtmpscope::analysis
