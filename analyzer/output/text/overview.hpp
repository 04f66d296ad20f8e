// The table of connections that stands before their blocks: a row for each.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "output/buffer.hpp"
#include "output/output.hpp"
#include "output/redaction.hpp"
#include "output/text/terminal_text.hpp"
#include "rtmp/session/summary.hpp"

namespace rtmpscope::output {

/// What a row is sorted by, and counts for the last line of the text.
struct OverviewFigures {
  Timestamp start = 0;     ///< first packet, nanoseconds since 1970
  Timestamp duration = 0;  ///< nanoseconds
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;                  ///< of both directions' streams
  std::array<std::uint64_t, 3> findings{};  ///< by Severity
  bool is_rtmp = true;
};

inline constexpr std::size_t overview_columns = 9;  ///< besides the connection's number

/// Texts are safe for a terminal, and empty where no table is wanted.
struct OverviewView {
  OverviewFigures figures;
  std::array<std::string_view, overview_columns> texts;
};

struct OverviewRow {
  OverviewFigures figures;
  std::array<std::string, overview_columns> texts;

  /// Valid as long as the row.
  [[nodiscard]] OverviewView view() const;
};

/// `redaction`: null, or what hides texts and addresses.
[[nodiscard]] OverviewRow overview_row(const rtmp::ConnectionSummary& summary,
                                       const std::array<rtmp::DirectionTotals, 2>& totals, const Style& style,
                                       const Redaction* redaction);

/// A row as bytes and back, for its way through an Output and a Spool of the same process.
void append_packed(Buffer& out, const OverviewRow& row);
/// Valid as long as `bytes`.
[[nodiscard]] OverviewView unpacked(std::string_view bytes);
[[nodiscard]] OverviewFigures figures_of(std::string_view packed_row);

/// Appends `row`, packed, as a span of its own: OutputSpan::overview_row.
void add_overview_span(Output& output, const rtmp::Event& event, const OverviewRow& row);

/// Lays the rows out in columns. Call order: note_width for every row, then head, then line for each.
class OverviewTable {
 public:
  explicit OverviewTable(const Style& style);

  void note_width(std::uint32_t number, const OverviewView& row);
  [[nodiscard]] std::string head() const;
  [[nodiscard]] std::string line(std::uint32_t number, const OverviewView& row) const;

 private:
  void append_line(std::string& out, std::string_view number,
                   const std::array<std::string_view, overview_columns>& texts) const;

  Style style_;
  std::size_t number_width_ = 1;
  std::array<std::size_t, overview_columns> widths_{};
};

}  // namespace rtmpscope::output
