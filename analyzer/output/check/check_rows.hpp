// The rows of `rtmpscope check`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/judge/report.hpp"
#include "output/redaction.hpp"

namespace rtmpscope::output {

struct CheckRow {
  std::string side;                  ///< client, server; empty: the connection
  std::string id;                    ///< of the finding or rule; of the verdict's cause
  std::string clause;                ///< of a specification, or the platform; may be empty
  std::optional<Severity> severity;  ///< of what failed
  analysis::Answer answer{};
  std::string value, limit;
  std::string text;  ///< what was found, or why it is undecided
  std::vector<std::uint64_t> frames;
};

/// Rows of one connection: the verdict, findings worst first, and with `all` what passed, what is undecided
/// and what does not apply.
[[nodiscard]] std::vector<CheckRow> check_rows(const analysis::ConnectionReport& report,
                                               const Redaction* redaction, bool all);
[[nodiscard]] CheckRow row_of(const analysis::JudgedFinding& finding, const Redaction* redaction);

/// "pass", "fail", "undecided", "not applicable"
[[nodiscard]] std::string_view name(analysis::Answer answer);

/// How many checks of a connection were decided how.
struct CheckCounts {
  std::uint64_t passed = 0, undecided = 0, not_applicable = 0;
};
[[nodiscard]] CheckCounts check_counts(const analysis::ConnectionReport& report);

}  // namespace rtmpscope::output
