#include "output/json/json_renderer.hpp"

#include <fmt/format.h>

#include "output/json/document.hpp"
#include "output/json/json_text.hpp"
#include "rtmp/session/summary.hpp"

namespace rtmpscope::output {
namespace {

char* put(char* p, std::string_view text) {
  std::memcpy(p, text.data(), text.size());
  return p + text.size();
}

}  // namespace

JsonRenderer::JsonRenderer(const RenderOptions& options, JsonLayout layout)
    : options_(options), layout_(layout), writer_(output_.bytes, options.ranges), redacting_(writer_) {
  for (const EventInfo& event : events()) heads_.push_back(fmt::format("{{\"event\":\"{}\"", event.name));
}

void JsonRenderer::on_event(const rtmp::Event& event) {
  add_event(event);
  add_members(event);
}

void JsonRenderer::on_unselected(const rtmp::Event& event) {
  Renderer::on_unselected(event);
  add_members(event);
}

/// What the document has besides its events.
void JsonRenderer::add_members(const rtmp::Event& event) {
  if (layout_ == JsonLayout::lines) return;
  if (event.kind == EventKind::connection_close) add_connection(event);
  if (event.kind == EventKind::capture_end) add_capture(event);
}

void JsonRenderer::describe(const rtmp::Event& event) {
  if (options_.redact) {
    redacting_.reset();
    event.describe(redacting_);
  } else {
    event.describe(writer_);
  }
  writer_.finish();
}

void JsonRenderer::add_event(const rtmp::Event& event) {
  Buffer& out = output_.bytes;
  const std::size_t begin = out.size();
  constexpr std::size_t head_room = 256;  // all constant texts and three numbers
  const std::string& head = heads_[static_cast<std::size_t>(event.kind)];
  char* p = put(out.room(head_room), head);
  if (event.packet.number != 0) {
    p = put(p, ",\"time\":\"");
    p = time_.write(p, event.packet.time);
    p = put(p, "\",\"frame\":");
    p = write_unsigned(p, event.packet.number);
  }
  std::size_t number_at = 0;
  if (event.connection != 0) {
    p = put(p, ",\"connection\":");
    out.commit(p);
    number_at = out.size();
    add_identity(event);
    p = out.room(head_room);
  }
  *p++ = ',';
  if (event.direction) {
    p = put(p, *event.direction == Direction::to_server ? "\"direction\":\"to_server\","
                                                        : "\"direction\":\"to_client\",");
  }
  out.commit(p);
  describe(event);
  close_object(out);
  std::uint32_t flags = OutputSpan::event_element;
  if (layout_ == JsonLayout::lines) out.append('\n');
  if (event.kind == EventKind::connection_open) flags |= OutputSpan::opens_connection;
  add_span(event, begin, number_at, flags);
}

/// What joins the event with other lines and other tools.
void JsonRenderer::add_identity(const rtmp::Event& event) {
  if (event.about == nullptr) return;
  Buffer& out = output_.bytes;
  if (const std::string_view uid = as_text(event.about->uid); !uid.empty()) {
    out.append(",\"uid\":\"");
    out.append(uid);
    out.append('"');
  }
  if (!options_.addresses) return;
  for (const auto& [name, endpoint] :
       {std::pair("client", &event.about->client), std::pair("server", &event.about->server)}) {
    out.append(fmt::format(R"(,"{0}_address":"{1}","{0}_port":{2})", name, endpoint->address.to_string(),
                           endpoint->port));
  }
}

void JsonRenderer::add_connection(const rtmp::Event& event) {
  const auto& close = static_cast<const rtmp::ConnectionCloseEvent&>(event);
  Buffer& out = output_.bytes;
  const std::size_t begin = out.size();
  out.append("{\"connection\":");
  const std::size_t number_at = out.size();
  out.append(',');
  JsonFieldWriter plain(out);
  describe_summary(options_.redact ? redact_summary(close.summary) : close.summary, close.totals, plain);
  plain.finish();
  close_object(out);
  add_span(event, begin, number_at, OutputSpan::connection_element);
}

void JsonRenderer::add_capture(const rtmp::Event& event) {
  Buffer& out = output_.bytes;
  const std::size_t begin = out.size();
  out.append('{');
  JsonFieldWriter plain(out);
  event.describe(plain);
  plain.finish();
  close_object(out);
  add_span(event, begin, 0, OutputSpan::capture_member);
}

/// `number_at` 0 means that no connection number belongs into the span.
void JsonRenderer::add_span(const rtmp::Event& event, std::size_t begin, std::size_t number_at,
                            std::uint32_t flags) {
  const auto end = static_cast<std::uint32_t>(output_.bytes.size());
  output_.spans.push_back({event.packet.number, event.connection, static_cast<std::uint32_t>(begin),
                           number_at == 0 ? end : static_cast<std::uint32_t>(number_at), end, flags});
}

}  // namespace rtmpscope::output
