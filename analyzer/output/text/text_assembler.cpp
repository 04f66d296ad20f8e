#include "output/text/text_assembler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "output/span_assembler.hpp"
#include "output/text/last_line.hpp"

namespace rtmpscope::output {

void TextAssembler::add(const Output& from, const OutputSpan& span, std::uint32_t number, Buffer& to) {
  if (span.begin == span.end) return;
  if ((span.flags & OutputSpan::overview_row) != 0) {
    return add_row(from.bytes.view(span.begin, span.end), number);
  }
  if ((span.flags & OutputSpan::last_line) != 0) {
    const std::string_view bytes = from.bytes.view(span.begin, span.end);
    connections_in_capture_ = connections_of_last_line(bytes);
    last_line_.append(text_of_last_line(bytes));
    return;
  }
  if ((span.flags & OutputSpan::verdict_lines) != 0) {
    return add_verdict(from.bytes.view(span.begin, span.end), number, to);
  }
  if ((span.flags & OutputSpan::health_line) != 0) {
    if (order_ != BlockOrder::end)
      health_.push_back({number, spool_.append(from.bytes.view(span.begin, span.end))});
    return;
  }
  if (order_ == BlockOrder::end || number == 0) return append_span(from, span, number, to);
  Buffer text;
  append_span(from, span, number, text);
  parts_.push_back({number, spool_.append(text.view())});
  if (!spool_.failed()) return;
  give_up_order(to);
}

/// In a block, the verdict stands behind the first line; where blocks have been put out already, it follows.
void TextAssembler::add_verdict(std::string_view lines, std::uint32_t number, Buffer& to) {
  if (number == 0) {
    capture_verdict_.append(lines);
  } else if (order_ == BlockOrder::end) {
    to.append(fmt::format("{}#{}  verdict{}\n{}\n", style_.bold(), number, style_.reset(), lines));
  } else {
    verdicts_.push_back({number, spool_.append(lines)});
    if (spool_.failed()) give_up_order(to);
  }
}

void TextAssembler::give_up_order(Buffer& to) {
  std::ranges::stable_sort(parts_, {}, &Part::number);
  for (const Part& part : parts_) append_part(part, to);
  parts_.clear();
  verdicts_.clear();
  health_.clear();
  rows_.clear();
  order_ = BlockOrder::end;
}

void TextAssembler::append_part(const Part& part, Buffer& to) const {
  if (!spool_.copy(part.place, to)) to.append("(text that waited in a temporary file could not be read)\n");
}

void TextAssembler::add_row(std::string_view packed_row, std::uint32_t number) {
  const OverviewFigures figures = figures_of(packed_row);
  if (figures.is_rtmp) {
    ++connections_;
    packets_ += figures.packets;
    bytes_ += figures.bytes;
  }
  if (order_ != BlockOrder::end) rows_.push_back({number, figures, spool_.append(packed_row)});
}

void TextAssembler::sort() {
  std::ranges::stable_sort(parts_, {}, &Part::number);
  std::ranges::stable_sort(verdicts_, {}, &Part::number);
  std::ranges::stable_sort(health_, {}, &Part::number);
  std::ranges::sort(rows_, {}, &Row::number);
  const auto largest_first = [&](auto key) {
    std::ranges::stable_sort(rows_,
                             [&](const Row& a, const Row& b) { return key(a.figures) > key(b.figures); });
  };
  switch (order_) {
    case BlockOrder::end: break;
    case BlockOrder::start:
      // A connection's number comes when it is recognised, which can be later than another's.
      std::ranges::stable_sort(rows_, {}, [](const Row& row) { return row.figures.start; });
      break;
    case BlockOrder::duration: largest_first([](const OverviewFigures& f) { return f.duration; }); break;
    case BlockOrder::bytes: largest_first([](const OverviewFigures& f) { return f.bytes; }); break;
    case BlockOrder::findings:
      largest_first([](const OverviewFigures& f) {
        const auto count = [&](Severity severity) { return f.findings[static_cast<std::size_t>(severity)]; };
        return std::tuple(count(Severity::error), count(Severity::warning), count(Severity::note));
      });
      break;
  }
  sorted_ = true;
}

bool TextAssembler::end(Buffer& to) {
  if (order_ != BlockOrder::end) {
    if (!sorted_) {
      sort();
      if (rows_.size() > 1) to.append(capture_verdict_.view());  // one connection's own verdict says it
      append_table(to);
    }
    if (append_blocks(to)) return true;
  } else {
    to.append(capture_verdict_.view());
  }
  append_last_line(to);
  return false;
}

void TextAssembler::append_table(Buffer& to) {
  if (!with_table_ || rows_.size() <= most_without_table) return;
  Buffer bytes;
  const auto row_at = [&](const Row& row) {
    bytes.clear();
    return spool_.copy(row.place, bytes) ? unpacked(bytes.view()) : OverviewView{row.figures, {}};
  };
  OverviewTable table(style_);
  for (const Row& row : rows_) table.note_width(row.number, row_at(row));
  to.append(table.head());
  for (const Row& row : rows_) to.append(table.line(row.number, row_at(row)));
  to.append('\n');
}

bool TextAssembler::append_blocks(Buffer& to) {
  constexpr std::size_t enough = std::size_t{1} << 20;
  for (; next_row_ < rows_.size(); ++next_row_) {
    if (to.size() >= enough) return true;
    append_block(rows_[next_row_].number, to);
  }
  return false;
}

void TextAssembler::append_block(std::uint32_t number, Buffer& to) const {
  bool is_first = true;
  for (const Part& part : std::ranges::equal_range(parts_, number, {}, &Part::number)) {
    if (!std::exchange(is_first, false)) {
      append_part(part, to);
      continue;
    }
    Buffer text;
    append_part(part, text);
    const std::size_t line_end = std::min(text.view().find('\n'), text.size() - 1) + 1;
    to.append(text.view().substr(0, line_end));
    for (const std::vector<Part>* const judged : {&verdicts_, &health_}) {
      for (const Part& lines : std::ranges::equal_range(*judged, number, {}, &Part::number)) {
        append_part(lines, to);
      }
    }
    to.append(text.view().substr(line_end));
  }
}

void TextAssembler::append_last_line(Buffer& to) const {
  if (last_line_.empty()) return;
  if (connections_ != connections_in_capture_) {
    to.append(fmt::format("{}shown: {}, {}, {}; of {}", style_.dim(),
                          count_text(connections_, "RTMP connection"), count_text(packets_, "packet"),
                          size_text(bytes_), style_.reset()));
  }
  to.append(last_line_.view());
}

}  // namespace rtmpscope::output
