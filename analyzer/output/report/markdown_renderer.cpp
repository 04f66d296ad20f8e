#include "output/report/markdown_renderer.hpp"

#include <fmt/format.h>

#include "output/judgement/judgement_events.hpp"
#include "output/report/markdown_section.hpp"
#include "output/report/markdown_text.hpp"
#include "output/text/collapsed_media.hpp"
#include "output/text/event_line.hpp"
#include "output/text/last_line.hpp"
#include "output/text/overview.hpp"
#include "rtmp/session/summary.hpp"

namespace rtmpscope::output {
namespace {

constexpr std::size_t widest_line = 160;

bool is_shown(const rtmp::Event& event) {
  switch (event.kind) {
    case EventKind::message: {
      const auto& message = static_cast<const rtmp::MessageEvent&>(event);
      return !is_collapsible(message) && !is_special_media(message.facts);
    }
    case EventKind::handshake_done:
    case EventKind::tls:
    case EventKind::tls_alert:
    case EventKind::gap:
    case EventKind::sync_lost:
    case EventKind::sync_found:
    case EventKind::finding: return true;
    default: return false;
  }
}

}  // namespace

MarkdownRenderer::MarkdownRenderer(const RenderOptions& options)
    : options_(options), style_(style_of(options)) {
  style_.colour = false;
  if (options_.redaction) redacting_.emplace(*options_.redaction, tape_);
}

void MarkdownRenderer::describe(const rtmp::Event& event) {
  tape_.clear();
  if (redacting_) {
    redacting_->reset();
    event.describe(*redacting_);
  } else {
    event.describe(tape_);
  }
}

void MarkdownRenderer::on_event(const rtmp::Event& event) {
  const auto begin = static_cast<std::uint32_t>(output_.bytes.size());
  switch (event.kind) {
    case EventKind::connection_open:
      add_open_mark(event);
      conversations_[event.connection].opened = event.packet.time;
      return;
    case EventKind::connection_close: return on_close(event);
    case EventKind::verdict: return on_verdict(event);
    case EventKind::capture_start:
      output_.bytes.append(fmt::format(
          "# {}\n\n",
          markdown_code(safe(static_cast<const rtmp::CaptureStartEvent&>(event).capture.source, false))));
      return add_span(0, begin, 0);
    case EventKind::capture_verdict: {
      const analysis::CaptureVerdict& verdict = static_cast<const CaptureVerdictEvent&>(event).verdict;
      const Redaction* const redaction = options_.redaction.get();
      output_.bytes.append(
          fmt::format("**{}**", markdown(safe(shown_text(verdict.title, redaction), false))));
      if (!verdict.next_step.empty())
        output_.bytes.append(" " + markdown(safe(shown_text(verdict.next_step, redaction), false)));
      output_.bytes.append("\n\n");
      return add_span(0, begin, OutputSpan::verdict_lines);
    }
    case EventKind::capture_end:
      return add_last_line_span(output_, static_cast<const rtmp::CaptureEndEvent&>(event), style_);
    default:
      if (is_shown(event)) add_line(event);
  }
}

void MarkdownRenderer::add_line(const rtmp::Event& event) {
  describe(event);
  std::string text =
      event.kind == EventKind::message ? message_line(tape_, style_) : event_line(event.kind, tape_, style_);
  cut_to_width(text, widest_line, style_);
  Conversation& conversation = conversations_[event.connection];
  const double seconds = static_cast<double>(event.packet.time - conversation.opened) / 1e9;
  std::string line = fmt::format("{:>+10.3f}  {}  {:<7}  {}", seconds,
                                 event.direction ? style_.arrow(*event.direction) : " ",
                                 fmt::format("{}", event.packet.number), text);
  if (conversation.first.size() < markdown_first_lines) {
    conversation.first.push_back(std::move(line));
    return;
  }
  if (conversation.last.size() == markdown_last_lines) {
    conversation.last.erase(conversation.last.begin());
    ++conversation.left_out;
  }
  conversation.last.push_back(std::move(line));
}

void MarkdownRenderer::on_close(const rtmp::Event& event) {
  const auto& close = static_cast<const rtmp::ConnectionCloseEvent&>(event);
  const Redaction* const redaction = options_.redaction.get();
  add_overview_span(output_, event, overview_row(close.summary, close.totals, style_, redaction));
  const Conversation& conversation = conversations_[event.connection];
  const auto begin = static_cast<std::uint32_t>(output_.bytes.size());
  const rtmp::ConnectionInfo& info = close.summary.info;
  output_.bytes.append("## #");
  const auto number_at = static_cast<std::uint32_t>(output_.bytes.size());
  output_.bytes.append(
      fmt::format(" {} \u2192 {}, {}\n", markdown_code(endpoint_text(info.client, redaction)),
                  markdown_code(endpoint_text(info.server, redaction)),
                  value_word(ValueTable::transport, static_cast<std::uint64_t>(info.transport))));
  output_.bytes.append(
      "<details><summary>Conversation without media (seconds, direction, frame)</summary>\n\n~~~~text\n");
  for (const std::string& line : conversation.first) output_.bytes.append(line + "\n");
  if (conversation.left_out != 0)
    output_.bytes.append(fmt::format("({} left out)\n", count_text(conversation.left_out, "line")));
  for (const std::string& line : conversation.last) output_.bytes.append(line + "\n");
  output_.bytes.append("~~~~\n\n</details>\n\n");
  const auto end = static_cast<std::uint32_t>(output_.bytes.size());
  output_.spans.push_back(
      {.connection = event.connection, .begin = begin, .number_at = number_at, .end = end});
  conversations_.erase(event.connection);
}

void MarkdownRenderer::on_verdict(const rtmp::Event& event) {
  const auto begin = static_cast<std::uint32_t>(output_.bytes.size());
  output_.bytes.append(
      markdown_section(static_cast<const VerdictEvent&>(event).report, options_.redaction.get()));
  add_span(event.connection, begin, OutputSpan::verdict_lines);
}

void MarkdownRenderer::add_span(std::uint32_t connection, std::uint32_t begin, std::uint32_t flags) {
  const auto end = static_cast<std::uint32_t>(output_.bytes.size());
  output_.spans.push_back(
      {.connection = connection, .begin = begin, .number_at = end, .end = end, .flags = flags});
}

}  // namespace rtmpscope::output
