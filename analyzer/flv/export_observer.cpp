#include "flv/export_observer.hpp"

#include <variant>

#include "rtmp/message/message_facts.hpp"

namespace rtmpscope::flv {

void ExportObserver::on_event(const rtmp::Event& event) {
  switch (event.kind) {
    case EventKind::connection_open: {
      const auto at = static_cast<std::uint32_t>(output_.bytes.size());
      output_.spans.push_back(
          {event.packet.number, event.connection, at, at, at, output::OutputSpan::opens_connection});
      break;
    }
    case EventKind::connection_close: add(event, {.kind = ExportItem::Kind::close}); break;
    case EventKind::message: on_message(static_cast<const rtmp::MessageEvent&>(event)); break;
    default: break;
  }
}

void ExportObserver::on_message(const rtmp::MessageEvent& event) {
  using rtmp::MessageType;
  const rtmp::Message& message = event.message;
  ExportItem item{.direction = event.direction.value_or(Direction::to_server),
                  .complete = message.complete,
                  .frame = event.packet.number,
                  .header = message.header};
  switch (message.header.type_id) {
    case MessageType::command_amf0:
    case MessageType::command_amf3: {
      const auto* facts = std::get_if<rtmp::CommandFacts>(&event.facts);
      if (facts == nullptr || !message.complete || item.direction != Direction::to_server) break;
      item.kind = ExportItem::Kind::command;
      item.text = facts->name;
      if (facts->name == "connect") item.body = as_bytes(facts->app);
      add(event, item);
      break;
    }
    case MessageType::audio:
    case MessageType::video:
    case MessageType::data_amf0:
    case MessageType::data_amf3:
    case MessageType::aggregate:
      item.kind = ExportItem::Kind::media;
      item.text = as_text(event.stream_name.value_or(Bytes()));
      if (message.complete) item.body = message.body;
      add(event, item);
      break;
    default: break;
  }
}

void ExportObserver::add(const rtmp::Event& event, const ExportItem& item) {
  const auto begin = static_cast<std::uint32_t>(output_.bytes.size());
  write_item(output_.bytes, item);
  const auto end = static_cast<std::uint32_t>(output_.bytes.size());
  output_.spans.push_back({event.packet.number, event.connection, begin, end, end, 0});
}

}  // namespace rtmpscope::flv
