#include "rtmfp_export.hpp"

#include <variant>

#include "visit.hpp"

namespace rtmpscope::plugin {

output::RedactionPointer RtmfpExport::current_redaction() {
  return presenter().redaction();
}

void RtmfpExport::on_event(const rtmp::Event& event) {
  if (event.kind != EventKind::message) return;
  const RtmfpConnection* connection = sessions_.connection(event.connection);
  if (connection == nullptr) return;
  Source& source = sources_.try_emplace(event.connection, list_, names_, *connection).first->second;
  const auto& told = static_cast<const rtmp::MessageEvent&>(event);
  const Direction direction = event.direction.value_or(Direction::to_server);
  if (const auto* command = std::get_if<rtmp::CommandFacts>(&told.facts);
      command != nullptr && told.message.complete && direction == Direction::to_server) {
    if (command->name == "connect") source.app = command->app;
    source.recorder.on_command(command->name, told.message.header.message_stream_id);
  }
  const std::string_view stream_name = as_text(told.stream_name.value_or(Bytes()));
  source.recorder.on_message({told.message, direction, stream_name, source.app, event.packet.number});
}

}  // namespace rtmpscope::plugin
