#include "output/text/overview.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "output/text/connection_header.hpp"
#include "output/time_text.hpp"
#include "schema/schema.hpp"

namespace rtmpscope::output {
namespace {

enum Column : std::size_t { start, duration, client, server, stream, to_server, to_client, end, findings };
static_assert(findings + 1 == overview_columns);

constexpr std::array<std::string_view, overview_columns> titles = {
    "start (UTC)", "duration", "client", "server", "stream", "to server", "to client", "end", "findings"};

constexpr std::size_t widest_stream = 36;
/// Between the packed texts. No text that is safe for a terminal has it.
constexpr char separator = '\n';

bool is_number(std::size_t column) {
  return column == duration || column == to_server || column == to_client;
}

std::string stream_text(const rtmp::ConnectionSummary& summary, const Style& style) {
  const auto named = std::ranges::find_if(
      summary.streams, [](const auto& each) { return each.use != rtmp::StreamUse::unknown; });
  if (named == summary.streams.end()) {
    return std::string(value_word(ValueTable::transport, static_cast<std::uint64_t>(summary.info.transport)));
  }
  std::string text(value_word(ValueTable::stream_use, static_cast<std::uint64_t>(named->use)));
  std::string name = safe(summary.app, style.ascii);
  name.append("/").append(safe(named->name, style.ascii));
  cut_to_width(name, widest_stream, style);
  text.append(" ").append(name);
  if (const auto others = summary.streams.size() - 1; others != 0) text.append(fmt::format(" +{}", others));
  return text;
}

std::string findings_text(const std::array<std::uint64_t, 3>& counts) {
  std::string text;
  for (const Severity severity : {Severity::error, Severity::warning, Severity::note}) {
    const std::uint64_t count = counts[static_cast<std::size_t>(severity)];
    if (count != 0) text.append(text.empty() ? "" : ", ").append(count_text(count, name(severity)));
  }
  return text;
}

}  // namespace

OverviewRow overview_row(const rtmp::ConnectionSummary& summary,
                         const std::array<rtmp::DirectionTotals, 2>& totals, const Style& style,
                         const Redaction* redaction) {
  OverviewRow row;
  row.figures = {.start = summary.first_time,
                 .duration = summary.last_time - summary.first_time,
                 .packets = totals[0].packets + totals[1].packets,
                 .bytes = totals[0].bytes + totals[1].bytes,
                 .findings = summary.findings,
                 .is_rtmp = rtmp::is_rtmp(summary.info.transport)};
  std::string since = time_text(summary.first_time).substr(0, 23);  // milliseconds
  since[10] = ' ';
  row.texts[start] = std::move(since);
  row.texts[duration] = duration_text(static_cast<double>(row.figures.duration) / 1e6);
  row.texts[client] = endpoint_text(summary.info.client, redaction);
  row.texts[server] = endpoint_text(summary.info.server, redaction);
  row.texts[stream] =
      redaction == nullptr ? stream_text(summary, style) : stream_text(redaction->summary(summary), style);
  row.texts[to_server] = size_text(totals[index_of(Direction::to_server)].bytes);
  row.texts[to_client] = size_text(totals[index_of(Direction::to_client)].bytes);
  row.texts[end] = value_word(ValueTable::end_cause, static_cast<std::uint64_t>(summary.end));
  row.texts[findings] = findings_text(summary.findings);
  return row;
}

static_assert(std::is_trivially_copyable_v<OverviewFigures>);

void append_packed(Buffer& out, const OverviewRow& row) {
  out.append({reinterpret_cast<const char*>(&row.figures), sizeof row.figures});
  for (const std::string& text : row.texts) {
    out.append(text);
    out.append(separator);
  }
}

OverviewFigures figures_of(std::string_view packed_row) {
  OverviewFigures figures;
  std::memcpy(&figures, packed_row.data(), sizeof figures);
  return figures;
}

OverviewView unpacked(std::string_view bytes) {
  OverviewView row{.figures = figures_of(bytes), .texts = {}};
  bytes.remove_prefix(sizeof row.figures);
  for (std::string_view& text : row.texts) {
    text = bytes.substr(0, bytes.find(separator));
    bytes.remove_prefix(std::min(text.size() + 1, bytes.size()));
  }
  return row;
}

OverviewView OverviewRow::view() const {
  OverviewView view{.figures = figures, .texts = {}};
  std::ranges::copy(texts, view.texts.begin());
  return view;
}

void add_overview_span(Output& output, const rtmp::Event& event, const OverviewRow& row) {
  const auto begin = static_cast<std::uint32_t>(output.bytes.size());
  append_packed(output.bytes, row);
  const auto end_of_row = static_cast<std::uint32_t>(output.bytes.size());
  output.spans.push_back(
      {event.packet.number, event.connection, begin, end_of_row, end_of_row, OutputSpan::overview_row});
}

OverviewTable::OverviewTable(const Style& style) : style_(style) {
  for (std::size_t i = 0; i < overview_columns; ++i) widths_[i] = columns(titles[i]);
}

void OverviewTable::note_width(std::uint32_t number, const OverviewView& row) {
  number_width_ = std::max(number_width_, std::to_string(number).size());
  for (std::size_t i = 0; i < overview_columns; ++i) widths_[i] = std::max(widths_[i], columns(row.texts[i]));
}

void OverviewTable::append_line(std::string& out, std::string_view number,
                                const std::array<std::string_view, overview_columns>& texts) const {
  constexpr std::size_t usual_line = 200;
  out.reserve(usual_line);
  out.append(number_width_ + 1 - std::min(number_width_ + 1, number.size()), ' ').append(number);
  for (std::size_t i = 0; i < overview_columns; ++i) {
    const std::size_t padding = widths_[i] - std::min(widths_[i], columns(texts[i]));
    out.append("  ");
    if (is_number(i)) out.append(padding, ' ');
    out.append(texts[i]);
    if (!is_number(i)) out.append(padding, ' ');
  }
  out.erase(out.find_last_not_of(' ') + 1);
}

std::string OverviewTable::head() const {
  std::string out(style_.bold());
  append_line(out, "#", titles);
  return out.append(style_.reset()).append("\n");
}

std::string OverviewTable::line(std::uint32_t number, const OverviewView& row) const {
  const Severity worst =
      row.figures.findings[static_cast<std::size_t>(Severity::error)] != 0     ? Severity::error
      : row.figures.findings[static_cast<std::size_t>(Severity::warning)] != 0 ? Severity::warning
                                                                               : Severity::note;
  const bool stands_out = worst != Severity::note;
  std::string out(stands_out ? style_.colour_of(worst) : "");
  append_line(out, '#' + std::to_string(number), row.texts);
  return out.append(stands_out ? style_.reset() : "").append("\n");
}

}  // namespace rtmpscope::output
