// The lines that say what a connection was: who, where, which software, what was published or played, how
// long, how much, how it ended.
#pragma once

#include <string>

#include "output/redaction.hpp"
#include "output/text/terminal_text.hpp"
#include "rtmp/session/summary.hpp"

namespace rtmpscope::output {

/// Everything after "#N" up to the end of the last header line, newline included. The first line begins with
/// blanks and says client, server and transport; the others are indented by header_indent. `redaction` may be
/// null.
[[nodiscard]] std::string header_text(const rtmp::ConnectionSummary& summary,
                                      const std::array<rtmp::DirectionTotals, 2>& totals, const Style& style,
                                      const Redaction* redaction);

/// The first line of header_text without its newline, from what is known when a connection opens.
[[nodiscard]] std::string header_first_line(const rtmp::ConnectionInfo& info, std::string_view handshake,
                                            const Style& style, const Redaction* redaction);

inline constexpr std::size_t header_indent = 4;

}  // namespace rtmpscope::output
