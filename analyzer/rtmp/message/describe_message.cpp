#include "rtmp/message/describe_message.hpp"

#include "media/media.hpp"

namespace rtmpscope::rtmp {
namespace {

void describe_unknown(const Message& message, FieldSink& sink) {
  sink.begin(FieldId::unknown, 0);
  sink.finding(FindingId::message_type_unknown, {0, message.header.length}, message.header.type_id);
  sink.blob(FieldId::unknown_data, {0, message.header.length}, message.body);
  sink.end(FieldId::unknown, message.header.length);
}

}  // namespace

void describe_message(const Message& message, FieldSink& sink) {
  const std::uint32_t length = message.header.length;
  switch (message.header.type_id) {
    case set_chunk_size:
    case abort_message:
    case acknowledgement:
    case window_acknowledgement_size:
    case set_peer_bandwidth: describe_control(message, sink); break;
    case user_control: describe_user_control(message, sink); break;
    case audio: media::describe_audio(message.body, length, sink); break;
    case video: media::describe_video(message.body, length, sink, message.contents); break;
    case command_amf3:
    case command_amf0: describe_command(message, sink); break;
    case data_amf3:
    case data_amf0: describe_data(message, sink); break;
    case shared_object_amf3:
    case shared_object_amf0: describe_shared_object(message, sink); break;
    case aggregate: describe_aggregate(message, sink); break;
    default: describe_unknown(message, sink); break;
  }
}

void describe_trailing(FieldId field, Bytes body, std::uint32_t position, FieldSink& sink) {
  const auto rest = static_cast<std::uint32_t>(body.size()) - position;
  if (rest == 0) return;
  const Range range{position, rest};
  sink.finding(FindingId::message_body_trailing, range, rest);
  sink.blob(field, range, body.subspan(position));
}

}  // namespace rtmpscope::rtmp
