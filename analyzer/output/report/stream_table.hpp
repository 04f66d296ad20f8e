// The table of streams (--summary): at most one line each.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "analysis/judge/report.hpp"
#include "output/redaction.hpp"
#include "output/text/terminal_text.hpp"

namespace rtmpscope::output {

inline constexpr std::size_t stream_columns = 11;  ///< besides the connection's number

/// Texts are safe for a terminal.
using StreamTexts = std::array<std::string, stream_columns>;

/// The rows of a connection: one for each stream, or one for the connection if it has none.
[[nodiscard]] std::vector<StreamTexts> stream_texts(const analysis::ConnectionReport& report,
                                                    const Style& style, const Redaction* redaction);

/// Lays the rows out in columns. Call order: note_width for every row, then head, then line for each. Columns
/// without any text are left out.
class StreamTable {
 public:
  explicit StreamTable(const Style& style) : style_(style) {}

  void note_width(std::uint32_t number, const StreamTexts& row);
  [[nodiscard]] std::string head() const;
  [[nodiscard]] std::string line(std::uint32_t number, const StreamTexts& row, Severity severity) const;

 private:
  [[nodiscard]] std::string laid_out(std::string_view number, const StreamTexts& row) const;

  Style style_;
  std::size_t number_width_ = 2;
  std::array<std::size_t, stream_columns> widths_{};  ///< 0: no row has a text there
};

}  // namespace rtmpscope::output
