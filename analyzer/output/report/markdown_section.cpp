#include "output/report/markdown_section.hpp"

#include <fmt/format.h>

#include "output/judgement/judgement_events.hpp"
#include "output/report/markdown_text.hpp"
#include "output/report/stream_table.hpp"

namespace rtmpscope::output {
namespace {

std::string shown(std::string_view text, const Redaction* redaction) {
  return markdown(safe(shown_text(text, redaction), false));
}

void add_evidence(std::string& out, const analysis::Verdict& verdict, const Redaction* redaction) {
  if (verdict.evidence.empty()) return;
  out.append("Evidence: ");
  bool is_first = true;
  for (const analysis::VerdictEvidence& evidence : verdict.evidence) {
    out.append(is_first ? "" : ", ").append(shown(evidence.what, redaction));
    if (evidence.at.frame != 0) out.append(fmt::format(" (frame {})", evidence.at.frame));
    is_first = false;
  }
  out.append("\n\n");
}

void add_software(std::string& out, const analysis::ConnectionReport& report, const Redaction* redaction) {
  std::string text;
  for (const auto& software : report.software) {
    if (!software || software->name.empty()) continue;
    text.append(text.empty() ? "" : "; ")
        .append(software->side == Direction::to_server ? "client " : "server ");
    text.append(shown(software->name, redaction));
    if (!software->version.empty()) text.append(" ").append(shown(software->version, redaction));
  }
  if (!text.empty()) out.append("Software: ").append(text).append("\n\n");
}

std::string cell(const std::optional<double>& value, int digits) {
  return value ? fmt::format("{:.{}f}", *value, digits) : std::string();
}

void add_streams(std::string& out, const analysis::ConnectionReport& report, const Redaction* redaction) {
  if (report.streams.empty()) return;
  out.append("| stream | video | audio | kbit/s | fps | key s | messages |\n|---|---|---|---|---|---|---|\n");
  for (const analysis::StreamRow& row : report.streams) {
    const std::string_view use = value_word(ValueTable::stream_use, static_cast<std::uint64_t>(row.use));
    std::optional<double> rate = row.video_kbps;
    if (row.audio_kbps) rate = rate.value_or(0) + *row.audio_kbps;
    out.append(fmt::format("| {} {} | {} | {} | {} | {} | {} | {} |\n", use, shown(row.name, redaction),
                           markdown(row.video), markdown(row.audio), cell(rate, 0),
                           cell(row.frames_per_second, 2), cell(row.key_distance_s, 1), row.media_messages));
  }
  out.append("\n");
}

void add_findings(std::string& out, const analysis::ConnectionReport& report, const Redaction* redaction) {
  if (report.findings.empty()) return;
  for (const analysis::JudgedFinding& finding : report.findings) {
    out.append(fmt::format("- **{}** {}: {}", name(finding.severity), markdown_code(info(finding.id).id),
                           shown(finding.text, redaction)));
    if (finding.since.frame != 0) out.append(fmt::format(" (from frame {})", finding.since.frame));
    out.append("\n");
  }
  out.append("\n");
}

}  // namespace

std::string markdown_section(const analysis::ConnectionReport& report, const Redaction* redaction) {
  const analysis::Verdict& verdict = report.verdict;
  std::string out = fmt::format(
      "\n**{}** ({}, {})\n\n", shown(verdict.sentence, redaction), markdown_code(name(verdict.cause)),
      value_word(ValueTable::confidence, static_cast<std::uint64_t>(verdict.confidence)));
  if (!verdict.next_step.empty())
    out.append("Next: ").append(shown(verdict.next_step, redaction)).append("\n\n");
  add_evidence(out, verdict, redaction);
  for (const analysis::RunnerUp& other : verdict.runners_up) {
    out.append(fmt::format("Or else: {} ({}, {})\n\n", shown(other.sentence, redaction),
                           markdown_code(name(other.cause)),
                           value_word(ValueTable::confidence, static_cast<std::uint64_t>(other.confidence))));
  }
  if (report.score.health) out.append(fmt::format("Health: {} of 100\n\n", *report.score.health));
  add_software(out, report, redaction);
  add_streams(out, report, redaction);
  add_findings(out, report, redaction);
  return out;
}

}  // namespace rtmpscope::output
