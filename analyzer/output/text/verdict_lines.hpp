// The verdict of a connection, and that of the capture, as lines of text.
#pragma once

#include <string>

#include "output/output.hpp"
#include "output/text/terminal_text.hpp"
#include "rtmp/session/events.hpp"
#include "schema/tape.hpp"

namespace rtmpscope::output {

/// Of an event verdict: who ended the connection and why, with its confidence; the packets that show it; what
/// to do; and what else it might have been. Lines are indented by header_indent and end with a newline.
[[nodiscard]] std::string verdict_lines(const Tape& event, const Style& style);

/// Of an event score: the health, and the parts that took something from it; empty if too little was judged.
[[nodiscard]] std::string health_line(const Tape& event, const Style& style);

/// Of an event capture_verdict: one or two lines and an empty one.
[[nodiscard]] std::string capture_verdict_lines(const Tape& event, const Style& style);

/// Appends the lines of any of these events as a span of its own (OutputSpan::verdict_lines or
/// health_line), which the assembler puts behind the first line of the connection's block; that of the
/// capture in front of everything.
void add_verdict_span(Output& output, const rtmp::Event& event, const Tape& described, const Style& style);

}  // namespace rtmpscope::output
