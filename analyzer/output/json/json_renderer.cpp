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

/// By EventKind: {"event":"message". There is a renderer for each shard; the texts are made once.
const std::vector<std::string>& event_heads() {
  static const std::vector<std::string> heads = [] {
    std::vector<std::string> texts;
    for (const EventInfo& event : events()) {
      texts.push_back(std::string("{\"event\":\"").append(event.name).append("\""));
    }
    return texts;
  }();
  return heads;
}

/// Answers where it ends.
char* put_uid(char* p, const ConnectionUid& uid) {
  if (as_text(uid).empty()) return p;
  p = put(p, ",\"uid\":\"");
  p = std::copy(uid.begin(), uid.end(), p);
  *p = '"';
  return p + 1;
}

}  // namespace

JsonRenderer::JsonRenderer(const RenderOptions& options, JsonLayout layout)
    : options_(options),
      layout_(layout),
      writer_(output_.bytes, options.ranges),
      heads_(event_heads()),
      plain_identity_(!options.redaction && !options.addresses) {
  if (options_.redaction) redacting_.emplace(*options_.redaction, writer_);
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
  if (event.kind == EventKind::verdict) add_numbered(event, OutputSpan::verdict_element);
  if (event.kind == EventKind::capture_end) add_object(event, OutputSpan::capture_member);
  if (event.kind == EventKind::capture_verdict) add_object(event, OutputSpan::verdict_member);
}

void JsonRenderer::describe(const rtmp::Event& event) {
  if (redacting_) {
    redacting_->reset();
    event.describe(*redacting_);
  } else {
    event.describe(writer_);
  }
  writer_.finish();
}

void JsonRenderer::add_event(const rtmp::Event& event) {
  Buffer& out = output_.bytes;
  const std::size_t begin = out.size();
  constexpr std::size_t head_room = 256;  // all constant texts, three numbers, and a uid
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
    number_at = static_cast<std::size_t>(p - out.data());
    if (plain_identity_ && event.about != nullptr) [[likely]] {
      p = put_uid(p, event.about->uid);
    } else {
      out.commit(p);
      add_identity(event);
      p = out.room(head_room);
    }
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
  const std::string_view uid = as_text(event.about->uid);
  if (!uid.empty()) add_identity_text("uid", FieldId::event_uid, uid);
  if (!options_.addresses) return;
  const Endpoint& client = event.about->client;
  const Endpoint& server = event.about->server;
  add_identity_text("client_address", FieldId::event_client_address, client.address.to_string());
  add_identity_number("client_port", FieldId::event_client_port, client.port);
  add_identity_text("server_address", FieldId::event_server_address, server.address.to_string());
  add_identity_number("server_port", FieldId::event_server_port, server.port);
}

void JsonRenderer::add_identity_text(std::string_view key, FieldId id, std::string_view text) {
  Buffer& out = output_.bytes;
  out.append(",\"");
  out.append(key);
  out.append("\":\"");
  if (options_.redaction) {
    out.append(options_.redaction->shown(id, text));
  } else {
    out.append(text);
  }
  out.append('"');
}

void JsonRenderer::add_identity_number(std::string_view key, FieldId id, std::uint16_t number) {
  const std::string text = fmt::format("{}", number);
  if (options_.redaction && options_.redaction->hides_addresses()) return add_identity_text(key, id, text);
  output_.bytes.append(fmt::format(",\"{}\":{}", key, text));
}

void JsonRenderer::add_connection(const rtmp::Event& event) {
  const auto& close = static_cast<const rtmp::ConnectionCloseEvent&>(event);
  Buffer& out = output_.bytes;
  const std::size_t begin = out.size();
  out.append("{\"connection\":");
  const std::size_t number_at = out.size();
  out.append(',');
  JsonFieldWriter plain(out);
  if (options_.redaction) {
    RedactingSink redacting(*options_.redaction, plain);
    describe_summary(close.summary, close.totals, redacting);
  } else {
    describe_summary(close.summary, close.totals, plain);
  }
  plain.finish();
  close_object(out);
  add_span(event, begin, number_at, OutputSpan::connection_element);
}

/// An event's own members as an object.
void JsonRenderer::add_object(const rtmp::Event& event, std::uint32_t flags) {
  Buffer& out = output_.bytes;
  const std::size_t begin = out.size();
  out.append('{');
  add_plain_members(event);
  add_span(event, begin, 0, flags);
}

/// The same, with the connection's number in front.
void JsonRenderer::add_numbered(const rtmp::Event& event, std::uint32_t flags) {
  Buffer& out = output_.bytes;
  const std::size_t begin = out.size();
  out.append("{\"connection\":");
  const std::size_t number_at = out.size();
  out.append(',');
  add_plain_members(event);
  add_span(event, begin, number_at, flags);
}

void JsonRenderer::add_plain_members(const rtmp::Event& event) {
  JsonFieldWriter plain(output_.bytes);
  if (options_.redaction) {
    RedactingSink redacting(*options_.redaction, plain);
    event.describe(redacting);
  } else {
    event.describe(plain);
  }
  plain.finish();
  close_object(output_.bytes);
}

/// `number_at` 0 means that no connection number belongs into the span.
void JsonRenderer::add_span(const rtmp::Event& event, std::size_t begin, std::size_t number_at,
                            std::uint32_t flags) {
  const auto end = static_cast<std::uint32_t>(output_.bytes.size());
  output_.spans.push_back({event.packet.number, event.connection, static_cast<std::uint32_t>(begin),
                           number_at == 0 ? end : static_cast<std::uint32_t>(number_at), end, flags});
}

}  // namespace rtmpscope::output
