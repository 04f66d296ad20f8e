#include "output/check/check_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/finding/finding_limits.hpp"
#include "analysis/judge/capture_summary.hpp"
#include "analysis/record/sides.hpp"
#include "output/judgement/judgement_events.hpp"

namespace rtmpscope::output {
namespace {

using analysis::Answer;
using analysis::Check;
using analysis::ClauseCheck;
using analysis::ConnectionReport;
using analysis::JudgedFinding;

std::string side_text(std::optional<Direction> side) {
  return side ? std::string(analysis::noun(*side)) : std::string();
}

CheckRow verdict_row(const ConnectionReport& report, const Redaction* redaction) {
  const Severity severity = analysis::severity_of(report);
  CheckRow row;
  row.side = side_text(report.verdict.ended_by);
  row.id = std::string(analysis::name(report.verdict.cause));
  row.clause = "verdict";
  row.answer = severity == Severity::note ? Answer::pass : Answer::fail;
  if (row.answer == Answer::fail) row.severity = severity;
  row.text = shown_text(report.verdict.sentence, redaction);
  for (const analysis::VerdictEvidence& each : report.verdict.evidence) {
    if (each.at.frame != 0) row.frames.push_back(each.at.frame);
  }
  return row;
}

const Check* check_of(const ConnectionReport& report, FindingId id) {
  const auto found = std::ranges::find_if(
      report.checks, [id](const Check& check) { return check.id == id && check.answer == Answer::fail; });
  return found == report.checks.end() ? nullptr : &*found;
}

std::string_view clause_of(const ConnectionReport& report, FindingId id) {
  const auto found = std::ranges::find(report.clauses, id, &ClauseCheck::id);
  return found == report.clauses.end() ? std::string_view() : found->clause;
}

/// What the decoder has found.
void add_decoder_findings(const ConnectionReport& report, std::vector<CheckRow>& to) {
  for (const analysis::TallyEntry& entry : report.decoder_findings) {
    if (entry.certain() == 0) continue;
    CheckRow row;
    row.side = side_text(entry.direction);
    row.id = std::string(info(entry.id).id);
    row.clause = std::string(clause_of(report, entry.id));
    row.severity = entry.severity;
    row.answer = Answer::fail;
    row.value = fmt::format("{} times", entry.certain());
    row.limit = "0";
    row.text = std::string(info(entry.id).explanation);
    if (entry.first.frame != 0) row.frames.push_back(entry.first.frame);
    to.push_back(std::move(row));
  }
}

void add_answers(const ConnectionReport& report, const Redaction* redaction, std::vector<CheckRow>& to) {
  for (const Check& check : report.checks) {
    if (check.answer == Answer::fail) continue;
    CheckRow row;
    row.side = side_text(check.side);
    row.id = std::string(info(check.id).id);
    row.clause = std::string(clause_of(report, check.id));
    row.answer = check.answer;
    row.value = shown_text(check.value, redaction);
    row.limit = check.limit;
    row.text = check.reason;
    to.push_back(std::move(row));
  }
  for (const ClauseCheck& check : report.clauses) {
    const bool is_rule =
        std::ranges::any_of(report.checks, [&](const Check& each) { return each.id == check.id; });
    if (is_rule || check.answer == Answer::fail) continue;
    CheckRow row;
    row.side = side_text(check.side);
    row.id = std::string(info(check.id).id);
    row.clause = std::string(check.clause);
    row.answer = check.answer;
    row.text = std::string(check.reason);
    to.push_back(std::move(row));
  }
}

}  // namespace

std::string_view name(Answer answer) {
  switch (answer) {
    case Answer::pass: return "pass";
    case Answer::fail: return "fail";
    case Answer::not_applicable: return "not applicable";
    case Answer::undecided: return "undecided";
  }
  return {};
}

CheckRow row_of(const JudgedFinding& finding, const Redaction* redaction) {
  CheckRow row;
  row.side = side_text(finding.direction);
  row.id = std::string(info(finding.id).id);
  row.clause = finding.profile;
  row.severity = finding.severity;
  row.answer = Answer::fail;
  row.text = shown_text(finding.text, redaction);
  for (const analysis::FindingEvidence& each : finding.evidence) {
    if (each.at.frame != 0) row.frames.push_back(each.at.frame);
  }
  return row;
}

std::vector<CheckRow> check_rows(const ConnectionReport& report, const Redaction* redaction, bool all) {
  std::vector<CheckRow> failed;
  for (const JudgedFinding& finding : report.findings) {
    CheckRow row = row_of(finding, redaction);
    if (const Check* const check = check_of(report, finding.id)) {
      row.value = shown_text(check->value, redaction);
      row.limit = check->limit;
    }
    if (row.value.empty() && finding.worst)
      row.value = fmt::format("{:.4g} {}", *finding.worst, finding.unit);
    if (row.limit.empty()) row.limit = analysis::limit_text(finding.limit);
    if (row.clause.empty()) row.clause = std::string(clause_of(report, finding.id));
    failed.push_back(std::move(row));
  }
  add_decoder_findings(report, failed);
  std::ranges::stable_sort(failed, std::ranges::greater(),
                           [](const CheckRow& row) { return row.severity.value_or(Severity::note); });
  std::vector<CheckRow> rows{verdict_row(report, redaction)};
  rows.insert(rows.end(), std::make_move_iterator(failed.begin()), std::make_move_iterator(failed.end()));
  if (all) add_answers(report, redaction, rows);
  return rows;
}

CheckCounts check_counts(const ConnectionReport& report) {
  CheckCounts counts;
  const auto add = [&counts](Answer answer) {
    if (answer == Answer::pass) ++counts.passed;
    if (answer == Answer::undecided) ++counts.undecided;
    if (answer == Answer::not_applicable) ++counts.not_applicable;
  };
  for (const Check& check : report.checks) add(check.answer);
  for (const ClauseCheck& check : report.clauses) {
    const bool is_rule =
        std::ranges::any_of(report.checks, [&](const Check& each) { return each.id == check.id; });
    if (!is_rule) add(check.answer);
  }
  return counts;
}

}  // namespace rtmpscope::output
