// The line at the end of the text: how much was read, and why reading ended early if it did.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "output/output.hpp"
#include "output/text/terminal_text.hpp"
#include "rtmp/session/events.hpp"

namespace rtmpscope::output {

[[nodiscard]] std::string last_line(const rtmp::CaptureTotals& capture, const Style& style);

/// Appends the line as a span of its own (OutputSpan::last_line), behind the number of RTMP connections.
void add_last_line_span(Output& output, const rtmp::CaptureEndEvent& event, const Style& style);

/// The parts of such a span.
[[nodiscard]] std::uint64_t connections_of_last_line(std::string_view span);
[[nodiscard]] std::string_view text_of_last_line(std::string_view span);

}  // namespace rtmpscope::output
