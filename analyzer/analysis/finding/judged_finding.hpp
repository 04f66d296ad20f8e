// What a rule of the judge has found. The ids, their severities and explanations are rows of
// schema/tables/findings_judge.def; what to do and the priority are in judge_rules.def.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/record/record.hpp"

namespace rtmpscope::analysis {

/// One place that shows it.
struct FindingEvidence {
  Moment at;
  std::optional<std::uint64_t> stream_offset;
  std::string field;  ///< what was looked at: "server.window"
  std::string value;  ///< what was there: "0"
};

/// One interval in which a rule did not hold; one finding, however long it is.
struct JudgedFinding {
  FindingId id{};
  Severity severity{};
  std::uint8_t priority =
      3;  ///< 1: cannot be received or decoded; 2: damaged or soon to fail; 3: informative
  std::optional<Direction> direction;  ///< of the bytes that it is about
  Moment since;                        ///< where it began
  std::optional<Moment> until;  ///< where it ended; absent while it goes on, and at the connection's end
  std::uint64_t count = 1;      ///< how often it happened, or seconds of a windowed rule
  std::optional<double> worst;  ///< the worst value, in `unit`
  std::string unit;
  std::string limit;      ///< name of the threshold, if there is one
  std::string profile;    ///< id of the platform that set the limit; empty: none did
  std::string reference;  ///< of the limit, where it is not that of the table: title and URL of who says so
  std::string issue;      ///< the name of YouTube's API for it: "gopSizeLong"
  std::string text;       ///< what is: the values, the limit, and whose it is; subject first
  std::string what_to_do;
  std::vector<FindingEvidence> evidence;  ///< at most 8
};

/// How a rule can answer. What is undecided has a reason: the first need that is missing.
enum class Answer : std::uint8_t { pass, fail, not_applicable, undecided };

}  // namespace rtmpscope::analysis
