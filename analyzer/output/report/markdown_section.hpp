// The section of a connection's verdict in Markdown.
#pragma once

#include <string>

#include "analysis/judge/report.hpp"
#include "output/redaction.hpp"

namespace rtmpscope::output {

/// Verdict, evidence, software, streams and findings; ends with an empty line.
[[nodiscard]] std::string markdown_section(const analysis::ConnectionReport& report,
                                           const Redaction* redaction);

}  // namespace rtmpscope::output
