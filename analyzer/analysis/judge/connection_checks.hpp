// Rules, profile and conformance of one connection.
#pragma once

#include "analysis/judge/judge_options.hpp"
#include "analysis/judge/report.hpp"
#include "analysis/rules/conduct_rules.hpp"
#include "analysis/verdict/decision_context.hpp"

namespace rtmpscope::analysis {

class ConnectionChecks {
 public:
  /// `options` must live as long as this.
  explicit ConnectionChecks(const JudgeOptions& options) : options_(options) {}

  /// Each record, after the history has taken it.
  void on_record(const Record& record, const History& history) { rules_.on_record(record, history); }
  void on_media(const MediaRecord& record, const History& history) { rules_.on_media(record, history); }

  /// Adds findings, checks, clauses, the decoder's findings, the platform and the conformance to a report
  /// that has its history, verdict and software.
  /// `server` is what the server's software bears.
  void finish(ConnectionReport& report, const Profile* profile, const SideLimits& server) const;

  /// The platform that was chosen, or is matched by names; null: none.
  [[nodiscard]] const Profile* profile_of(const History& history) const;

 private:
  void judge_streams(const Profile* profile, const ConnectionReport& report, RuleResults& to) const;

  const JudgeOptions& options_;
  ConductRules rules_;
};

}  // namespace rtmpscope::analysis
