#include "output/report/report_renderer.hpp"

#include <fmt/format.h>

#include "analysis/judge/capture_summary.hpp"
#include "output/judgement/attachments.hpp"
#include "output/judgement/judgement_events.hpp"
#include "output/text/last_line.hpp"
#include "output/text/summary_renderer.hpp"
#include "output/text/verdict_lines.hpp"

namespace rtmpscope::output {
namespace {

/// The judge's findings above note, a line each.
std::string finding_lines(const analysis::ConnectionReport& report, const Style& style,
                          const Redaction* redaction) {
  constexpr std::size_t most_lines = 8;
  std::string out;
  std::size_t count = 0;
  std::size_t left_out = 0;
  for (const Severity severity : {Severity::error, Severity::warning}) {
    for (const analysis::JudgedFinding& finding : report.findings) {
      if (finding.severity != severity) continue;
      if (++count > most_lines) {
        ++left_out;
        continue;
      }
      out.append(fmt::format("    {}{}{}: {}  [{}]\n", style.colour_of(severity), name(severity),
                             style.reset(), safe(shown_text(finding.text, redaction), style.ascii),
                             info(finding.id).id));
    }
  }
  if (left_out != 0) out.append(fmt::format("    {} more\n", count_text(left_out, "finding")));
  return out;
}

}  // namespace

void ReportRenderer::on_event(const rtmp::Event& event) {
  switch (event.kind) {
    case EventKind::connection_open: return add_open_mark(event);
    case EventKind::verdict: {
      const analysis::ConnectionReport& report = static_cast<const VerdictEvent&>(event).report;
      add_rows(event, report);
      return add_block(event, report);
    }
    case EventKind::capture_verdict:
      tape_.clear();
      event.describe(tape_);
      return add_verdict_span(output_, event, tape_, style_);
    case EventKind::capture_end:
      return add_last_line_span(output_, static_cast<const rtmp::CaptureEndEvent&>(event), style_);
    default: return;
  }
}

void ReportRenderer::add_rows(const rtmp::Event& event, const analysis::ConnectionReport& report) {
  auto rows = std::make_shared<RowsAttachment>();
  rows->rows = stream_texts(report, style_, options_.redaction.get());
  rows->severity = analysis::severity_of(report);
  for (const analysis::JudgedFinding& finding : report.findings) {
    rows->severity = std::max(rows->severity, finding.severity);
  }
  rows->start = report.history.opened.time;
  rows->duration = event.packet.time - rows->start;
  rows->packets = report.history.sides[0].packets + report.history.sides[1].packets;
  rows->bytes = report.history.sides[0].bytes + report.history.sides[1].bytes;
  const std::string_view transport = report.history.transport;
  rows->is_rtmp = transport != "tls" && transport != "http" && transport != "unknown";
  attach_to(output_, std::move(rows), event.connection);
}

void ReportRenderer::add_block(const rtmp::Event& event, const analysis::ConnectionReport& report) {
  tape_.clear();
  event.describe(tape_);  // its texts are redacted already
  const std::vector<StreamTexts> rows = stream_texts(report, style_, options_.redaction.get());
  add_numbered_span(output_, event.connection, fmt::format("{}#", style_.bold()),
                    fmt::format("{}  {}\n{}{}", style_.reset(), rows.front()[0], verdict_lines(tape_, style_),
                                finding_lines(report, style_, options_.redaction.get())));
}

}  // namespace rtmpscope::output
