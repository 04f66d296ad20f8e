#include "output/report/report_assembler.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "output/span_assembler.hpp"
#include "output/text/last_line.hpp"

namespace rtmpscope::output {
namespace {

constexpr char separator = '\n';  // no text that is safe for a terminal has it

}  // namespace

void ReportAssembler::add(const Output& from, const OutputSpan& span, std::uint32_t number, Buffer& to) {
  if ((span.flags & OutputSpan::attached) != 0) {
    const auto* const rows = dynamic_cast<RowsAttachment*>(from.attachments[span.attachment].get());
    if (rows == nullptr) return;
    if (rows->is_rtmp) {
      ++shown_;
      shown_packets_ += rows->packets;
      shown_bytes_ += rows->bytes;
    }
    if (order_ != BlockOrder::end) add_rows(*rows, number);
    return;
  }
  if (span.begin == span.end) return;
  if ((span.flags & OutputSpan::last_line) != 0) {
    const std::string_view bytes = from.bytes.view(span.begin, span.end);
    connections_in_capture_ = connections_of_last_line(bytes);
    last_line_.append(text_of_last_line(bytes));
  } else if ((span.flags & OutputSpan::verdict_lines) != 0) {
    capture_verdict_.append(from.bytes.view(span.begin, span.end));
  } else if (order_ == BlockOrder::end) {
    append_span(from, span, number, to);
  } else if (!entries_.empty() && entries_.back().number == number) {
    Buffer text;
    append_span(from, span, number, text);
    entries_.back().block = spool_.append(text.view());
  }
}

void ReportAssembler::add_rows(const RowsAttachment& rows, std::uint32_t number) {
  std::string packed;
  for (const StreamTexts& row : rows.rows) {
    for (const std::string& text : row) packed.append(text).push_back(separator);
  }
  entries_.push_back({.number = number,
                      .severity = rows.severity,
                      .start = rows.start,
                      .duration = rows.duration,
                      .bytes = rows.bytes,
                      .rows = spool_.append(packed),
                      .block = {}});
}

void ReportAssembler::sort() {
  std::ranges::sort(entries_, {}, &Entry::number);
  switch (order_) {
    case BlockOrder::end: break;
    case BlockOrder::start: std::ranges::stable_sort(entries_, {}, &Entry::start); break;
    case BlockOrder::duration: std::ranges::stable_sort(entries_, std::greater(), &Entry::duration); break;
    case BlockOrder::bytes: std::ranges::stable_sort(entries_, std::greater(), &Entry::bytes); break;
    case BlockOrder::findings: std::ranges::stable_sort(entries_, std::greater(), &Entry::severity); break;
  }
  sorted_ = true;
}

std::vector<StreamTexts> ReportAssembler::rows_of(const Entry& entry) const {
  Buffer packed;
  std::vector<StreamTexts> rows;
  if (!spool_.copy(entry.rows, packed)) return rows;
  std::string_view bytes = packed.view();
  while (!bytes.empty()) {
    for (std::string& text : rows.emplace_back()) {
      text = bytes.substr(0, bytes.find(separator));
      bytes.remove_prefix(std::min(text.size() + 1, bytes.size()));
    }
  }
  return rows;
}

void ReportAssembler::append_table(Buffer& to) const {
  StreamTable table(style_);
  for (const Entry& entry : entries_) {
    for (const StreamTexts& row : rows_of(entry)) table.note_width(entry.number, row);
  }
  to.append(table.head());
  for (const Entry& entry : entries_) {
    for (const StreamTexts& row : rows_of(entry)) to.append(table.line(entry.number, row, entry.severity));
  }
  to.append('\n');
}

bool ReportAssembler::end(Buffer& to) {
  constexpr std::size_t enough = std::size_t{1} << 20;
  if (order_ != BlockOrder::end && !sorted_) {
    sort();
    if (entries_.size() > 1) to.append(capture_verdict_.view());  // one connection's own verdict says it
    if (with_table_ && !entries_.empty()) append_table(to);
  }
  for (; next_ < entries_.size(); ++next_) {
    if (to.size() >= enough) return true;
    if (!spool_.copy(entries_[next_].block, to))
      to.append("(text that waited in a temporary file could not be read)\n");
  }
  if (order_ == BlockOrder::end) to.append(capture_verdict_.view());
  if (shown_ != connections_in_capture_)
    to.append(fmt::format("{}shown: {}, {}, {}; of {}", style_.dim(), count_text(shown_, "RTMP connection"),
                          count_text(shown_packets_, "packet"), size_text(shown_bytes_), style_.reset()));
  to.append(last_line_.view());
  return false;
}

}  // namespace rtmpscope::output
