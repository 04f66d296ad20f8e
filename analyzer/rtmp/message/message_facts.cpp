#include "rtmp/message/message_facts.hpp"

#include "base/byte_order.hpp"
#include "rtmp/message/describe_message.hpp"

namespace rtmpscope::rtmp {

MessageFacts read_control_facts(const Message& message) {
  constexpr std::size_t number_size = 4;
  switch (message.header.type_id) {
    case MessageType::set_chunk_size:
    case MessageType::abort_message:
    case MessageType::acknowledgement:
    case MessageType::window_acknowledgement_size:
    case MessageType::set_peer_bandwidth:
      if (message.body.size() < number_size) return {};
      return ControlFacts{load_be32(message.body.data())};
    default: return {};
  }
}

MessageFacts read_message_facts(const Message& message) {
  const std::uint8_t type = message.header.type_id;
  if (type == MessageType::video) return media::read_video_facts(message.body, message.header.length);
  if (type == MessageType::audio) return media::read_audio_facts(message.body, message.header.length);
  if (!is_command(type) && !is_data_message(type)) return read_control_facts(message);
  FactSink sink;
  describe_message(message, sink);
  if (is_command(type) && !message.complete) sink.drop_cut_argument();
  return std::move(sink.facts());
}

}  // namespace rtmpscope::rtmp
