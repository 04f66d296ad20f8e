// One event as one line that a person reads.
#pragma once

#include <string>

#include "output/text/terminal_text.hpp"
#include "schema/tape.hpp"

namespace rtmpscope::output {

/// Lines are safe for a terminal, and may be longer than a terminal's.

/// The line of a message, from its described fields: its name, and what of its contents a person looks for
/// first.
[[nodiscard]] std::string message_line(const Tape& message, const Style& style);

/// The line of any other event but connection_open and connection_close.
[[nodiscard]] std::string event_line(EventKind kind, const Tape& event, const Style& style);

/// Entries [begin, end) of a tape in the manner of JSON, without quotes around names: {app: "live", fpad:
/// false}. Stops soon after `limit` characters, since the caller cuts the line anyway.
[[nodiscard]] std::string compact_text(const Tape& tape, std::size_t begin, std::size_t end,
                                       const Style& style, std::size_t limit);

}  // namespace rtmpscope::output
