#include "output/text/summary_renderer.hpp"

#include <fmt/format.h>

#include "output/redaction.hpp"
#include "output/text/connection_header.hpp"
#include "rtmp/session/summary.hpp"

namespace rtmpscope::output {
namespace {

/// The numbers of a capture_end event that the footer shows.
class CaptureFacts final : public NullSink {
 public:
  std::uint64_t packets = 0, bytes = 0, connections = 0, not_rtmp = 0, others = 0, late = 0, late_bytes = 0,
                drops = 0;
  std::string fault;

  void number(FieldId id, Range, std::uint64_t value) override {
    if (id == FieldId::capture_packets) packets = value;
    if (id == FieldId::capture_bytes) bytes = value;
    if (id == FieldId::capture_connections) connections = value;
    if (id == FieldId::capture_not_rtmp_connections) not_rtmp = value;
    if (id == FieldId::capture_other_connections) others = value;
    if (id == FieldId::capture_late_segments) late = value;
    if (id == FieldId::capture_late_bytes) late_bytes = value;
    if (id == FieldId::capture_kernel_drops || id == FieldId::capture_interface_drops) drops += value;
  }
  void text(FieldId id, Range, Bytes value) override {
    if (id == FieldId::capture_fault_text) fault = as_text(value);
  }
};

}  // namespace

void SummaryRenderer::on_event(const rtmp::Event& event) {
  if (event.kind == EventKind::connection_open) {
    add_open_mark(event);
  } else if (event.kind == EventKind::connection_close) {
    const auto& close = static_cast<const rtmp::ConnectionCloseEvent&>(event);
    const std::string header =
        header_text(options_.redact ? redact_summary(close.summary) : close.summary, close.totals, style_);
    add_numbered_span(output_, event, fmt::format("{}#", style_.bold()), header);
  } else if (event.kind == EventKind::capture_end) {
    add_numbered_span(output_, event, capture_footer(event, style_), {});
  }
}

std::string capture_footer(const rtmp::Event& capture_end, const Style& style) {
  CaptureFacts facts;
  capture_end.describe(facts);
  std::string line = fmt::format("{}{}, {}, {}", style.dim(),
                                 count_text(facts.connections - facts.not_rtmp, "RTMP connection"),
                                 count_text(facts.packets, "packet"), size_text(facts.bytes));
  if (facts.not_rtmp != 0) {
    line.append(", ").append(count_text(facts.not_rtmp, "connection")).append(" on an RTMP port that ");
    line.append(facts.not_rtmp == 1 ? "is" : "are").append(" not RTMP");
  }
  if (facts.late != 0) {
    line.append(", ")
        .append(size_text(facts.late_bytes))
        .append(" in ")
        .append(count_text(facts.late, "segment"));
    line.append(" after a reset left out");
  }
  if (facts.others != 0) line.append(", ").append(count_text(facts.others, "other TCP connection"));
  if (facts.drops != 0)
    line.append(", ").append(count_text(facts.drops, "packet")).append(" dropped by the kernel");
  line.append(style.reset()).append("\n");
  if (!facts.fault.empty()) {
    line.append(style.colour_of(Severity::error)).append("reading ended early: ");
    line.append(safe(facts.fault, style.ascii)).append(style.reset()).append("\n");
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
