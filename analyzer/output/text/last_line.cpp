#include "output/text/last_line.hpp"

#include <fmt/format.h>

#include <cstring>

namespace rtmpscope::output {

namespace {

std::uint64_t rtmp_connections(const rtmp::CaptureTotals& capture) {
  return capture.connections - capture.not_rtmp_connections - capture.unopened;
}

}  // namespace

std::string last_line(const rtmp::CaptureTotals& capture, const Style& style) {
  const std::uint64_t drops = capture.kernel_drops.value_or(0) + capture.interface_drops.value_or(0);
  std::string line =
      fmt::format("{}{}, {}, {}", style.dim(), count_text(rtmp_connections(capture), "RTMP connection"),
                  count_text(capture.packets, "packet"), size_text(capture.bytes));
  if (capture.not_rtmp_connections != 0) {
    line.append(", ")
        .append(count_text(capture.not_rtmp_connections, "connection"))
        .append(" on an RTMP port that ");
    line.append(capture.not_rtmp_connections == 1 ? "is" : "are").append(" not RTMP");
  }
  if (capture.unopened + capture.unopened_left_out != 0) {
    line.append(", ")
        .append(count_text(capture.unopened + capture.unopened_left_out, "connection"))
        .append(" without an answer");
    if (capture.unopened_left_out != 0)
      line.append(fmt::format(" ({} of them left out)", capture.unopened_left_out));
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
  if (capture.rtmfp_left_out != 0)
    line.append(", ").append(count_text(capture.rtmfp_left_out, "RTMFP hello")).append(" left out");
  if (capture.clock_jumps != 0)
    line.append(", ").append(count_text(capture.clock_jumps, "jump")).append(" of the clock");
  if (capture.memory_scarce) line.append(", messages in progress shortened to save memory");
  if (drops != 0) line.append(", ").append(count_text(drops, "packet")).append(" dropped by the kernel");
  if (const std::uint64_t dropped = capture.ring_drops.value_or(0); dropped != 0)
    line.append(", ").append(count_text(dropped, "packet")).append(" dropped as the analysis was too slow");
  line.append(style.reset()).append("\n");
  if (capture.fault && !capture.fault->text.empty()) {
    line.append(style.colour_of(Severity::error));
    if (capture.fault->ended_early) line.append("reading ended early: ");
    line.append(safe(capture.fault->text, style.ascii)).append(style.reset()).append("\n");
  }
  return line;
}

void add_last_line_span(Output& output, const rtmp::CaptureEndEvent& event, const Style& style) {
  const std::uint64_t connections = rtmp_connections(event.capture);
  const auto begin = static_cast<std::uint32_t>(output.bytes.size());
  output.bytes.append({reinterpret_cast<const char*>(&connections), sizeof connections});
  output.bytes.append(last_line(event.capture, style));
  const auto end = static_cast<std::uint32_t>(output.bytes.size());
  output.spans.push_back({event.packet.number, event.connection, begin, end, end, OutputSpan::last_line});
}

std::uint64_t connections_of_last_line(std::string_view span) {
  std::uint64_t connections = 0;
  std::memcpy(&connections, span.data(), sizeof connections);
  return connections;
}

std::string_view text_of_last_line(std::string_view span) {
  return span.substr(sizeof(std::uint64_t));
}

}  // namespace rtmpscope::output
