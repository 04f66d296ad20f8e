#include "output/text/text_renderer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/time_text.hpp"
#include "output/text/connection_header.hpp"
#include "output/text/last_line.hpp"
#include "output/text/overview.hpp"
#include "output/text/stats_line.hpp"
#include "output/text/summary_renderer.hpp"
#include "output/text/verdict_lines.hpp"
#include "rtmp/session/summary.hpp"

namespace rtmpscope::output {

/// What is kept of an open connection; bounded by pending_text_limit and maximum_open_runs.
struct TextRenderer::Conversation {
  std::uint32_t connection = 0;  ///< Event::connection
  rtmp::ConnectionInfo info;
  Timestamp opened = 0;
  bool continued = false;  ///< a part was printed already
  Timestamp shown = 0;     ///< time of the last line that was printed
  std::size_t text_size = 0;
  std::vector<Line> lines;
  std::vector<CollapsedMedia> runs;
  /// Last configuration line by direction and kind (audio, video), to detect repetitions.
  std::array<std::array<std::size_t, 2>, 2> configurations{};

  [[nodiscard]] Line* last_in(Direction direction) {
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
      if (line->direction == direction) return &*line;
    }
    return nullptr;
  }
};

TextRenderer::TextRenderer(const RenderOptions& options) : options_(options), style_(style_of(options)) {
  if (options_.redaction) redacting_.emplace(*options_.redaction, tape_);
}
TextRenderer::~TextRenderer() = default;

void TextRenderer::on_event(const rtmp::Event& event) {
  switch (event.kind) {
    case EventKind::capture_start:
    case EventKind::capture_drops: return;  // the last line has them all
    case EventKind::capture_end:
      return add_last_line_span(output_, static_cast<const rtmp::CaptureEndEvent&>(event), style_);
    case EventKind::connection_open: {
      add_open_mark(event);
      Conversation& conversation = conversation_of(event);
      conversation.info = static_cast<const rtmp::ConnectionOpenEvent&>(event).connection_info;
      if (options_.live) {
        add_numbered_span(output_, event.connection, fmt::format("{}#", style_.bold()),
                          header_first_line(conversation.info, {}, style_, options_.redaction.get()) +
                              std::string(style_.reset()) + "\n");
      }
      return;
    }
    case EventKind::connection_close: return on_close(event);
    case EventKind::message:
      return on_message(conversation_of(event), static_cast<const rtmp::MessageEvent&>(event));
    case EventKind::handshake: return on_handshake(conversation_of(event), event);
    case EventKind::score:
    case EventKind::verdict:
    case EventKind::capture_verdict: describe(event); return add_verdict_span(output_, event, tape_, style_);
    case EventKind::stats: return on_stats(event);
    case EventKind::fingerprint:
    case EventKind::stream_totals: return;  // the connection's header draws them
    default: break;
  }
  Conversation& conversation = conversation_of(event);
  describe(event);
  if (event.kind != EventKind::tcp_sample) end_runs(conversation, event.direction);
  add_line(conversation, event, event_line(event.kind, tape_, style_));
}

void TextRenderer::on_stats(const rtmp::Event& event) {
  describe(event);
  std::string text = stats_line(FieldTexts(tape_, style_));
  cut(text);
  add_numbered_span(output_, 0, time_text(event.packet.time) + "  " + text + "\n", "");
}

void TextRenderer::on_tick(PacketRef now) {
  tape_.clear();  // a large event gives its memory back
  if (!options_.live) return;
  std::vector<Conversation*> waiting;
  for (const auto& [connection, conversation] : conversations_) {
    if (!conversation->runs.empty()) waiting.push_back(conversation.get());
  }
  std::ranges::sort(waiting, {}, &Conversation::connection);
  for (Conversation* conversation : waiting) {
    for (std::size_t i = 0; i < conversation->runs.size();) {
      if (now.time - conversation->runs[i].started > live_run_limit) {
        end_run(*conversation, i);
      } else {
        ++i;
      }
    }
  }
}

TextRenderer::Conversation& TextRenderer::conversation_of(const rtmp::Event& event) {
  std::unique_ptr<Conversation>& conversation = conversations_[event.connection];
  if (!conversation) {
    conversation = std::make_unique<Conversation>();
    conversation->connection = event.connection;
    conversation->opened = event.packet.time;
  }
  return *conversation;
}

void TextRenderer::describe(const rtmp::Event& event) {
  tape_.clear();
  if (redacting_) {
    redacting_->reset();
    event.describe(*redacting_);
  } else {
    event.describe(tape_);
  }
}

void TextRenderer::on_message(Conversation& conversation, const rtmp::MessageEvent& event) {
  if (is_collapsible(event)) return collapse(conversation, event, false);
  describe(event);
  std::string text = message_line(tape_, style_);
  const Direction direction = event.direction.value_or(Direction::to_server);
  const rtmp::Message& message = event.message;
  if (message.complete && is_special_media(event.facts)) {
    std::size_t& last =
        conversation.configurations[index_of(direction)][message.header.type_id == rtmp::video ? 1 : 0];
    const std::size_t hash = std::hash<std::string>{}(text);
    if (hash == last) return collapse(conversation, event, true);
    last = hash;
  }
  end_runs(conversation, direction);
  add_line(conversation, event, std::move(text));
}

void TextRenderer::on_handshake(Conversation& conversation, const rtmp::Event& event) {
  describe(event);
  std::string part = event_line(event.kind, tape_, style_);
  Line* last = event.direction && !options_.live ? conversation.last_in(*event.direction) : nullptr;
  if (last != nullptr && last->handshake) {
    last->text.append(" ").append(part);
    add_text_size(conversation, part.size() + 1);
    return;
  }
  part.insert(0, "handshake ");
  add_line(conversation, event, std::move(part));
  if (!conversation.lines.empty()) conversation.lines.back().handshake = true;
}

void TextRenderer::collapse(Conversation& conversation, const rtmp::MessageEvent& event, bool repeated) {
  const rtmp::MessageHeader& header = event.message.header;
  const Direction direction = event.direction.value_or(Direction::to_server);
  std::vector<CollapsedMedia>& runs = conversation.runs;
  // Acknowledgements belong to no stream: they join whatever runs in their direction.
  const bool any_stream = header.type_id == rtmp::acknowledgement;
  auto run = std::find_if(runs.begin(), runs.end(), [&](const CollapsedMedia& each) {
    return each.direction == direction && (any_stream || each.message_stream_id == header.message_stream_id);
  });
  if (run != runs.end() && options_.live && event.packet.time - run->started > live_run_limit) {
    end_run(conversation, static_cast<std::size_t>(run - runs.begin()));
    run = runs.end();
  }
  if (run == runs.end()) {
    if (runs.size() == maximum_open_runs) {
      end_run(conversation, 0);
      limit_text(conversation);
    }
    CollapsedMedia started;
    started.direction = direction;
    started.message_stream_id = header.message_stream_id;
    started.started = event.packet.time;
    started.line = conversation.lines.size();
    // The line stands where the run began; its text comes when the run ends.
    if (!options_.live)
      conversation.lines.push_back(
          {.time = event.packet.time, .direction = direction, .text = {}, .severity = {}});
    runs.push_back(started);
    run = runs.end() - 1;
  }
  if (repeated) {
    run->add_repeated_configuration();
  } else {
    run->add(event);
  }
}

void TextRenderer::end_runs(Conversation& conversation, std::optional<Direction> direction) {
  for (std::size_t i = 0; i < conversation.runs.size();) {
    if (!direction || conversation.runs[i].direction == *direction) {
      end_run(conversation, i);
    } else {
      ++i;
    }
  }
}

void TextRenderer::end_run(Conversation& conversation, std::size_t index) {
  const CollapsedMedia run = conversation.runs[index];
  conversation.runs.erase(conversation.runs.begin() + static_cast<std::ptrdiff_t>(index));
  std::string text = run.text(style_);
  cut(text);
  if (options_.live) {
    print_live(conversation,
               {.time = run.started, .direction = run.direction, .text = std::move(text), .severity = {}});
    return;
  }
  add_text_size(conversation, text.size() + line_cost);
  conversation.lines[run.line].text = std::move(text);
}

/// Colours and the column of times come on top of the width; what is cut here is not kept.
void TextRenderer::cut(std::string& text) const {
  constexpr std::size_t columns_before = 16;
  const std::size_t width =
      options_.width > columns_before ? options_.width - columns_before : options_.width;
  cut_to_width(text, options_.full ? style_.longest_line() : width, style_);
}

void TextRenderer::add_line(Conversation& conversation, const rtmp::Event& event, std::string text) {
  cut(text);
  Line line{.time = event.packet.time,
            .direction = event.direction,
            .text = std::move(text),
            .severity = rtmp::severity_of(event)};
  if (options_.live) return print_live(conversation, line);
  add_text_size(conversation, line.text.size() + line_cost);
  conversation.lines.push_back(std::move(line));
  limit_text(conversation);
}

void TextRenderer::add_text_size(Conversation& conversation, std::size_t size) {
  conversation.text_size += size;
  text_size_ += size;
}

void TextRenderer::limit_text(Conversation& conversation) {
  if (conversation.text_size > pending_text_limit) print_part(conversation);
  if (text_size_ > all_pending_text_limit) limit_all_texts();
}

void TextRenderer::limit_all_texts() {
  std::vector<Conversation*> waiting;
  for (const auto& [connection, conversation] : conversations_) {
    if (conversation->text_size > 0) waiting.push_back(conversation.get());
  }
  std::ranges::sort(waiting, {}, &Conversation::connection);
  for (Conversation* conversation : waiting) {
    if (text_size_ <= all_pending_text_limit / 2) return;
    print_part(*conversation);
  }
}

/// Prints what there is of a connection.
void TextRenderer::print_part(Conversation& conversation) {
  end_runs(conversation, std::nullopt);
  const std::string first = conversation.continued
                                ? "  continued"
                                : header_first_line(conversation.info, {}, style_, options_.redaction.get());
  add_numbered_span(output_, conversation.connection, fmt::format("{}#", style_.bold()),
                    fmt::format("{}{}  (continues)\n{}", first, style_.reset(),
                                take_lines(conversation, conversation.opened)));
  conversation.continued = true;
}

void TextRenderer::on_close(const rtmp::Event& event) {
  Conversation& conversation = conversation_of(event);
  end_runs(conversation, std::nullopt);
  const auto& close = static_cast<const rtmp::ConnectionCloseEvent&>(event);
  const Redaction* redaction = options_.redaction.get();
  add_overview_span(output_, event, overview_row(close.summary, close.totals, style_, redaction));
  std::string block = header_text(close.summary, close.totals, style_, redaction);
  block.append(
      take_lines(conversation, conversation.continued ? conversation.opened : close.summary.first_time));
  block.append("\n");
  add_numbered_span(output_, conversation.connection, fmt::format("{}#", style_.bold()), block);
  conversations_.erase(event.connection);
}

std::string TextRenderer::line_text(const Line& line, Timestamp base) const {
  const double seconds = static_cast<double>(line.time - base) / 1e9;
  const std::string_view colour = line.severity ? style_.colour_of(*line.severity) : "";
  return fmt::format("{}{:>+11.3f}{}  {}  {}{}{}\n", style_.dim(), seconds, style_.reset(),
                     line.direction ? style_.arrow(*line.direction) : (style_.ascii ? "  " : " "), colour,
                     line.text, colour.empty() ? "" : style_.reset());
}

std::string TextRenderer::take_lines(Conversation& conversation, Timestamp base) {
  // An event may be about an earlier packet, if bytes had to wait for something.
  if (!std::ranges::is_sorted(conversation.lines, {}, &Line::time)) {
    std::ranges::stable_sort(conversation.lines, {}, &Line::time);
  }
  std::string out;
  for (Line& line : conversation.lines) {
    line.time = conversation.shown = std::max(line.time, conversation.shown);
    out.append(line_text(line, base));
  }
  std::vector<Line>().swap(conversation.lines);  // an assignment would keep the memory
  text_size_ -= conversation.text_size;
  conversation.text_size = 0;
  return out;
}

/// Lines come as things happen, and times never go back.
void TextRenderer::print_live(Conversation& conversation, Line line) {
  line.time = conversation.shown = std::max(line.time, conversation.shown);
  add_numbered_span(output_, conversation.connection, "#", line_text(line, conversation.opened));
}

}  // namespace rtmpscope::output
