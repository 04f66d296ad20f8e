#include "output/text/summary_renderer.hpp"

#include <fmt/format.h>

#include "output/text/connection_header.hpp"
#include "output/text/last_line.hpp"
#include "output/text/overview.hpp"
#include "output/text/verdict_lines.hpp"
#include "rtmp/session/summary.hpp"

namespace rtmpscope::output {

void SummaryRenderer::on_event(const rtmp::Event& event) {
  if (event.kind == EventKind::connection_open) {
    add_open_mark(event);
  } else if (event.kind == EventKind::connection_close) {
    const auto& close = static_cast<const rtmp::ConnectionCloseEvent&>(event);
    const Redaction* redaction = options_.redaction.get();
    add_overview_span(output_, event, overview_row(close.summary, close.totals, style_, redaction));
    add_numbered_span(output_, event.connection, fmt::format("{}#", style_.bold()),
                      header_text(close.summary, close.totals, style_, redaction));
  } else if (event.kind == EventKind::verdict || event.kind == EventKind::capture_verdict) {
    tape_.clear();
    event.describe(tape_);  // its texts are redacted already
    add_verdict_span(output_, event, tape_, style_);
  } else if (event.kind == EventKind::capture_end) {
    add_last_line_span(output_, static_cast<const rtmp::CaptureEndEvent&>(event), style_);
  }
}

void add_numbered_span(Output& output, std::uint32_t connection, std::string_view before,
                       std::string_view rest) {
  const auto begin = static_cast<std::uint32_t>(output.bytes.size());
  output.bytes.append(before);
  const auto number_at = static_cast<std::uint32_t>(output.bytes.size());
  output.bytes.append(rest);
  const auto end = static_cast<std::uint32_t>(output.bytes.size());
  output.spans.push_back({0, connection, begin, number_at, end, 0});
}

}  // namespace rtmpscope::output
