#include "analysis/record/message_members.hpp"

namespace rtmpscope::analysis {
namespace {

std::uint32_t small(Value value) {
  return static_cast<std::uint32_t>(value.whole().value_or(0));
}

void take(MessageMembers& to, std::string_view name, Value value) {
  if (name == "type_id") {
    to.type_id = value.whole().value_or(0);
  } else if (name == "stream_offset") {
    to.stream_offset = value.whole().value_or(0);
  } else if (name == "length") {
    to.length = value.whole();
  } else if (name == "header_type") {
    to.header_type = value.whole();
  } else if (name == "request_frame") {
    to.request_frame = value.whole();
  } else if (name == "response_time_ms") {
    to.response_time_ms = value.number();
  } else if (name == "message_stream_id") {
    to.message_stream_id = small(value);
  } else if (name == "chunk_stream_id") {
    to.chunk_stream_id = small(value);
  } else if (name == "complete") {
    to.complete = value.flag();
  } else if (name == "command") {
    to.command = value;
  } else if (name == "data") {
    to.data = value;
  } else if (name == "control") {
    to.control = value;
  } else if (name == "user_control") {
    to.user_control = value;
  } else if (name == "audio") {
    to.audio = value;
  } else if (name == "video") {
    to.video = value;
  } else if (name == "aggregate") {
    to.aggregate = value;
  }
}

}  // namespace

MessageMembers::MessageMembers(Value members) {
  for (const auto& [member, value] : members.members()) take(*this, member, value);
  const Value body = command ? command : data;
  name = body.member("name").text();
  arguments = body.member("arguments");
  if (!arguments) arguments = data.member("arguments");
  if (command) {
    command_name = name;
    transaction_id = command.member("transaction_id").number();
  }
  control_event = user_control.member("event_type").text();
}

}  // namespace rtmpscope::analysis
