// What one side shows, and how that meets the tests of all programs.
#pragma once

#include <string>
#include <vector>

#include "analysis/fingerprint/evidence.hpp"
#include "analysis/fingerprint/feature_test.hpp"
#include "analysis/fingerprint/fingerprint_table.hpp"

namespace rtmpscope::analysis {

/// Connections of one server look alike. So answers to the tests of a feature are kept for the values that
/// were seen last, and need not be found again.
class TestMemory {
 public:
  /// `table` must live as long as this. Of the programs of `side`, and of their versions.
  TestMemory(const FingerprintTable& table, Direction side);

 private:
  friend class Observed;
  /// What was seen of a feature, and the answers of its tests to it.
  struct Known {
    Observation seen;
    std::string answers;  ///< a Fit each
  };
  struct Feature {
    FeatureId id{};
    std::vector<const FeatureTest*> tests;  ///< that look at nothing but this feature
    std::vector<Known> known;               ///< the last few values, the latest one first
  };
  static constexpr std::size_t most_known = 4;

  /// Valid until the next call.
  static const std::string& answers_to(Feature& feature, const Observation& seen, const Evidence& evidence);

  std::vector<Feature> features_;
  std::vector<const FeatureTest*> others_;
  std::size_t test_count_ = 0;
};

/// Observations of one side, and answers to all tests of its programs.
class Observed {
 public:
  /// All of them must live as long as this, which is the only one at that time to use `memory`.
  Observed(TestMemory& memory, const History& history, Direction side);

  [[nodiscard]] const Evidence& evidence() const { return evidence_; }
  /// Of a feature that a program of the side has.
  [[nodiscard]] const Observation& of(FeatureId feature) const;
  [[nodiscard]] Fit answer(const FeatureTest& test) const { return static_cast<Fit>(answers_[test.number]); }
  /// The feature was not sent, and will not be seen later.
  [[nodiscard]] bool is_absent(FeatureId feature) const { return of(feature).absent(); }

  /// All answers, and what is absent: sides of which they are equal get the same points.
  [[nodiscard]] const std::string& answers() const { return answers_; }

 private:
  Evidence evidence_;
  std::string answers_;  ///< a Fit for each number of a test, then a flag for each feature
  std::vector<Observation> observations_;
};

}  // namespace rtmpscope::analysis
