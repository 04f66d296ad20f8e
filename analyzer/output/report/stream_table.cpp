#include "output/report/stream_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "output/judgement/judgement_events.hpp"

namespace rtmpscope::output {
namespace {

enum Column : std::size_t {
  stream,
  client,
  server,
  video,
  audio,
  rate,
  frames,
  key,
  lasted,
  ended,
  findings
};
static_assert(findings + 1 == stream_columns);

StreamTexts titles() {
  return {"stream", "client", "server", "video", "audio",   "kbit/s",
          "fps",    "key s",  "lasted", "ended", "findings"};
}

constexpr std::size_t widest_stream = 36;

bool is_number(std::size_t column) {
  return column == rate || column == frames || column == key || column == lasted;
}

std::string endpoint(const std::string& address, std::uint16_t port, const Redaction* redaction) {
  const bool v6 = address.find(':') != std::string::npos;
  const std::string text = v6 ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
  return redaction != nullptr && redaction->hides_addresses() ? redaction->pseudonym("address", text) : text;
}

std::string findings_text(const analysis::ConnectionReport& report) {
  std::array<std::uint64_t, 3> counts = report.history.finding_counts;
  for (const analysis::JudgedFinding& finding : report.findings) {
    ++counts[static_cast<std::size_t>(finding.severity)];
  }
  std::string text;
  for (const Severity severity : {Severity::error, Severity::warning, Severity::note}) {
    const std::uint64_t count = counts[static_cast<std::size_t>(severity)];
    if (count != 0) text.append(text.empty() ? "" : ", ").append(count_text(count, name(severity)));
  }
  return text;
}

std::string number_text(const std::optional<double>& value, int digits) {
  return value ? fmt::format("{:.{}f}", *value, digits) : std::string();
}

std::string use_text(const analysis::StreamRow& row, const Style& style, const Redaction* redaction) {
  const std::string_view use = value_word(ValueTable::stream_use, static_cast<std::uint64_t>(row.use));
  if (row.use == analysis::StreamUse::unknown) return "media";
  std::string name = safe(shown_text(row.name, redaction), style.ascii);
  if (redaction == nullptr) cut_to_width(name, widest_stream, style);  // a cut pseudonym joins nothing
  return fmt::format("{} {}", use, name);
}

Timestamp last_time(const analysis::History& history) {
  Timestamp last = history.opened.time;
  for (const analysis::SideHistory& side : history.sides)
    last = std::max(last, side.last_packet.value_or(last));
  return last;
}

}  // namespace

std::vector<StreamTexts> stream_texts(const analysis::ConnectionReport& report, const Style& style,
                                      const Redaction* redaction) {
  const analysis::History& history = report.history;
  StreamTexts common;
  common[client] = endpoint(history.client_address.str(), history.client_port, redaction);
  common[server] = endpoint(history.server_address.str(), history.server_port, redaction);
  common[lasted] = duration_text(static_cast<double>(last_time(history) - history.opened.time) / 1e6);
  common[ended] = name(report.verdict.cause);
  common[findings] = findings_text(report);
  std::vector<StreamTexts> rows;
  for (const analysis::StreamRow& row : report.streams) {
    StreamTexts& texts = rows.emplace_back(common);
    texts[stream] = use_text(row, style, redaction);
    texts[video] = row.video;
    texts[audio] = row.audio;
    if (row.video_kbps || row.audio_kbps)
      texts[rate] = number_text(row.video_kbps.value_or(0) + row.audio_kbps.value_or(0), 0);
    texts[frames] = number_text(row.frames_per_second, 2);
    texts[key] = number_text(row.key_distance_s, 1);
  }
  if (rows.empty()) {
    common[stream] = safe(history.transport, style.ascii);
    rows.push_back(std::move(common));
  }
  return rows;
}

void StreamTable::note_width(std::uint32_t number, const StreamTexts& row) {
  number_width_ = std::max(number_width_, std::to_string(number).size() + 1);
  const StreamTexts heads = titles();
  for (std::size_t i = 0; i < stream_columns; ++i) {
    if (!row[i].empty()) widths_[i] = std::max({widths_[i], columns(row[i]), columns(heads[i])});
  }
}

std::string StreamTable::laid_out(std::string_view number, const StreamTexts& row) const {
  std::string out(number_width_ - std::min(number_width_, number.size()), ' ');
  out.append(number);
  for (std::size_t i = 0; i < stream_columns; ++i) {
    if (widths_[i] == 0) continue;
    const std::size_t padding = widths_[i] - std::min(widths_[i], columns(row[i]));
    out.append("  ");
    if (is_number(i)) out.append(padding, ' ');
    out.append(row[i]);
    if (!is_number(i)) out.append(padding, ' ');
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

std::string StreamTable::head() const {
  return fmt::format("{}{}{}\n", style_.bold(), laid_out("#", titles()), style_.reset());
}

std::string StreamTable::line(std::uint32_t number, const StreamTexts& row, Severity severity) const {
  const bool stands_out = severity != Severity::note;
  return fmt::format("{}{}{}\n", stands_out ? style_.colour_of(severity) : "",
                     laid_out(fmt::format("#{}", number), row), stands_out ? style_.reset() : "");
}

}  // namespace rtmpscope::output
