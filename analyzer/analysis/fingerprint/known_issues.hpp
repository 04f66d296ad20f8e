// Known faults of the software at work, where their symptom is there.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/finding/judged_finding.hpp"
#include "analysis/fingerprint/fingerprint.hpp"
#include "analysis/fingerprint/fingerprint_table.hpp"
#include "analysis/history/history.hpp"

namespace rtmpscope::analysis {

/// What issues take besides the connection's history. What is absent leaves the issues that need it out.
struct IssueContext {
  std::span<const JudgedFinding> findings;  ///< of the judge, on this connection
  std::span<const std::string> named;       ///< ids of software that the user says is at work
  Moment capture_last;                      ///< of the capture's last packet so far; time 0: not known
  // From other connections of the capture.
  std::optional<bool> name_in_use;  ///< another client was publishing the name when this one asked
  std::optional<bool>
      newer_publisher;  ///< another client began to publish the name within 3 s before the end
  std::optional<double>
      since_previous_s;  ///< from the end of the same client's connection before to this one
  std::optional<double>
      since_broken_s;  ///< likewise, if that one published the name and did not end properly
};

struct KnownIssueHit {
  const KnownIssue* issue = nullptr;  ///< of the table
  const Software* program = nullptr;
  Direction side{};      ///< of the program: to_server is the client
  bool certain = false;  ///< false: the program is but one of several candidates
  Severity severity{};   ///< a note at most where the program is but a candidate
  Moment at;             ///< when the symptom was there
  std::string text;      ///< what to say
};

/// In the order of the table. `software` is by index_of(Direction) of what the side sends.
[[nodiscard]] std::vector<KnownIssueHit> known_issues(
    const FingerprintTable& table, const History& history,
    const std::array<std::optional<Fingerprint>, 2>& software, const IssueContext& context);

}  // namespace rtmpscope::analysis
