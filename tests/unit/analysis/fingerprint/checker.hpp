// Asks whether a condition of a known issue holds.
#pragma once

#include <string>

#include "analysis/fingerprint/conditions.hpp"
#include "story.hpp"
#include "tables.hpp"

namespace rtmpscope::analysis {

/// Whether a condition, as a file writes it, holds for an issue of a program of that side.
class Checker {
 public:
  explicit Checker(Direction side, const std::string& limits = "") : side_(side), limits_(limits) {}

  IssueContext context;
  Fingerprint own, peer;

  [[nodiscard]] Answer operator()(const std::string& condition, const Story& story) const {
    const FingerprintTable table =
        table_of(R"([{"id": "x", "name": "X", "side": ")" +
                 std::string(side_ == client ? "client" : "server") + R"(", "limits": [)" + limits_ +
                 R"(], "known_issues": [{"id": "i", "severity": "note", "note": "n", "when": [)" + condition +
                 "]}]}]");
    const Software& program = table.programs()[0];
    const Situation situation{table,
                              story.history(),
                              context,
                              program,
                              own.id.empty() ? nullptr : &own,
                              peer.candidates.empty() ? nullptr : &peer};
    return check(program.issues[0].when[0], situation).answer;
  }

 private:
  Direction side_;
  std::string limits_;
};

constexpr Answer pass = Answer::pass, fail = Answer::fail, not_decided = Answer::undecided;

inline Story publishing() {
  return Story().connect().reply().publish().publish_start();
}

}  // namespace rtmpscope::analysis
