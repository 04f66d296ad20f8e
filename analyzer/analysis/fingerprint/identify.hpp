// Which software a side of a connection is.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/fingerprint/fingerprint.hpp"
#include "analysis/fingerprint/fingerprint_table.hpp"
#include "analysis/fingerprint/observed.hpp"
#include "analysis/history/history.hpp"

namespace rtmpscope::analysis {

/// Points that a name needs, and the lead over the next program.
constexpr int named_score = 10;
constexpr int named_lead = 4;
/// Points that a family needs; its members are at most so far behind the best.
constexpr int family_score = 5;
constexpr int family_width = 3;
/// What one contradiction takes at most.
constexpr int strongest_contradiction = 5;

/// Tells software, connection by connection. What it remembers makes it quick, and changes no answer. Threads
/// may share it.
class Identifier {
 public:
  /// Null: the built-in table, which is then read when it is asked for first.
  explicit Identifier(std::shared_ptr<const FingerprintTable> table = nullptr) : table_(std::move(table)) {}

  [[nodiscard]] const FingerprintTable& table() const {
    return table_ ? *table_ : FingerprintTable::built_in();
  }

  /// What the connection so far says; the same whenever it is asked about the same history. Nothing: too
  /// little is known. Marks of one feature are alternatives: if one fits, the others do not contradict, and
  /// if none does, that counts once.
  [[nodiscard]] std::optional<Fingerprint> identify(const History& history, Direction side);

  struct Candidate {
    const Software* program = nullptr;
    int score = 0;
  };

 private:
  static constexpr std::size_t most_rankings = 128;
  struct Side {
    std::mutex mutex;
    std::optional<TestMemory> memory;
    std::unordered_map<std::string, std::vector<Candidate>> rankings;  ///< by the answers to all tests
  };

  /// With the side's mutex locked.
  [[nodiscard]] const std::vector<Candidate>& ranking_of(const Observed& observed, Direction side);

  std::shared_ptr<const FingerprintTable> table_;
  std::array<Side, 2> sides_;
};

}  // namespace rtmpscope::analysis
