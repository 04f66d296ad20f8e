#include "output/text/summary_renderer.hpp"

#include <fmt/format.h>

#include "output/redaction.hpp"
#include "output/text/connection_header.hpp"
#include "rtmp/session/summary.hpp"

namespace rtmpscope::output {

void SummaryRenderer::on_event(const rtmp::Event& event) {
  if (event.kind == EventKind::connection_open) {
    add_open_mark(event);
  } else if (event.kind == EventKind::connection_close) {
    const auto& close = static_cast<const rtmp::ConnectionCloseEvent&>(event);
    const std::string header =
        header_text(options_.redact ? redact_summary(close.summary) : close.summary, close.totals, style_);
    add_numbered_span(output_, event, fmt::format("{}#", style_.bold()), header);
  } else if (event.kind == EventKind::capture_end) {
    add_numbered_span(output_, event,
                      capture_footer(static_cast<const rtmp::CaptureEndEvent&>(event).capture, style_), {});
  }
}

std::string capture_footer(const rtmp::CaptureTotals& capture, const Style& style) {
  const std::uint64_t drops = capture.kernel_drops.value_or(0) + capture.interface_drops.value_or(0);
  std::string line =
      fmt::format("{}{}, {}, {}", style.dim(),
                  count_text(capture.connections - capture.not_rtmp_connections, "RTMP connection"),
                  count_text(capture.packets, "packet"), size_text(capture.bytes));
  if (capture.not_rtmp_connections != 0) {
    line.append(", ")
        .append(count_text(capture.not_rtmp_connections, "connection"))
        .append(" on an RTMP port that ");
    line.append(capture.not_rtmp_connections == 1 ? "is" : "are").append(" not RTMP");
  }
  if (capture.late_segments != 0) {
    line.append(", ")
        .append(size_text(capture.late_bytes))
        .append(" in ")
        .append(count_text(capture.late_segments, "segment"));
    line.append(" after a reset left out");
  }
  if (capture.other_connections != 0)
    line.append(", ").append(count_text(capture.other_connections, "other TCP connection"));
  if (capture.incomplete_datagrams != 0)
    line.append(", ").append(count_text(capture.incomplete_datagrams, "incomplete IP datagram"));
  if (capture.half_open_pushed_out != 0) {
    line.append(", ")
        .append(count_text(capture.half_open_pushed_out, "connection"))
        .append(" without payload forgotten, as there were too many");
  }
  if (capture.clock_jumps != 0)
    line.append(", ").append(count_text(capture.clock_jumps, "jump")).append(" of the clock");
  if (drops != 0) line.append(", ").append(count_text(drops, "packet")).append(" dropped by the kernel");
  line.append(style.reset()).append("\n");
  if (capture.fault && !capture.fault->text.empty()) {
    line.append(style.colour_of(Severity::error));
    if (capture.fault->ended_early) line.append("reading ended early: ");
    line.append(safe(capture.fault->text, style.ascii)).append(style.reset()).append("\n");
  }
  return line;
}

void add_numbered_span(Output& output, const rtmp::Event& event, std::string_view before,
                       std::string_view rest) {
  const auto begin = static_cast<std::uint32_t>(output.bytes.size());
  output.bytes.append(before);
  const auto number_at = static_cast<std::uint32_t>(output.bytes.size());
  output.bytes.append(rest);
  const auto end = static_cast<std::uint32_t>(output.bytes.size());
  output.spans.push_back({event.packet.number, event.connection, begin, number_at, end, 0});
}

}  // namespace rtmpscope::output
