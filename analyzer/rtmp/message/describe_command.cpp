// Command messages (RTMP 7.1.1, 7.2) and data messages (RTMP 7.1.2).
#include "amf/amf.hpp"
#include "rtmp/message/describe_message.hpp"

namespace rtmpscope::rtmp {
namespace {

constexpr std::uint8_t amf0_number = 0x00;
constexpr std::uint8_t amf0_string = 0x02;
constexpr std::uint8_t amf0_null = 0x05;

/// Types 15 and 17 begin with a format byte, mostly 0. Some senders leave it out: a string marker is none.
void describe_format(ByteReader& reader, FieldId field, FieldSink& sink) {
  if (reader.at_end() || reader.peek() == amf0_string) return;
  const std::uint32_t at = reader.position();
  sink.number(field, {at, 1}, reader.u8());
}

/// A string with its marker as the field `field`. Nothing is consumed if there is none.
bool describe_name(ByteReader& reader, FieldId field, FieldSink& sink) {
  const Bytes rest = reader.rest();
  if (rest.size() < 3 || rest[0] != amf0_string) return false;
  const std::size_t length = load_be16(rest.data() + 1);
  if (rest.size() - 3 < length) return false;
  const std::uint32_t at = reader.position();
  sink.text(field, {at, static_cast<std::uint32_t>(3 + length)}, rest.subspan(3, length));
  reader.take(3 + length);
  return true;
}

/// Whether a command that begins with a name is called on something: such commands want no answer. `body` may
/// begin with a format byte.
bool is_notification(Bytes body) {
  const std::size_t name = body[0] == amf0_string ? 3 : 4;
  return body.size() > name + 2 && body[name] == 'o' && body[name + 1] == 'n' && body[name + 2] >= 'A' &&
         body[name + 2] <= 'Z';
}

void describe_arguments(ByteReader& reader, FieldId list, FieldSink& sink) {
  amf::References references;
  sink.begin(list, reader.position());
  amf::describe_amf0_values(reader, references, sink);
  sink.end(list, reader.position());
}

}  // namespace

void describe_command(const Message& message, FieldSink& sink) {
  ByteReader reader(message.body);
  sink.begin(FieldId::command, 0);
  if (message.header.type_id == command_amf3) describe_format(reader, FieldId::command_format, sink);
  const Range rest{reader.position(), static_cast<std::uint32_t>(reader.remaining())};
  if (describe_name(reader, FieldId::command_name, sink)) {
    if (reader.remaining() >= 9 && reader.peek() == amf0_number) {
      const std::uint32_t at = reader.position();
      reader.u8();
      sink.real(FieldId::command_transaction_id, {at, 9}, reader.real());
    } else {
      const bool alone = reader.at_end() && is_notification(message.body);
      sink.finding(alone ? FindingId::command_name_alone : FindingId::transaction_id_missing,
                   {reader.position(), 0});
    }
  } else if (reader.peek() != amf0_null || reader.at_end()) {  // Flex remoting has null for a name
    sink.finding(FindingId::command_name_missing, rest);
  }
  describe_arguments(reader, FieldId::command_arguments, sink);
  sink.end(FieldId::command, message.header.length);
}

void describe_data(const Message& message, FieldSink& sink) {
  ByteReader reader(message.body);
  sink.begin(FieldId::data, 0);
  if (message.header.type_id == data_amf3) describe_format(reader, FieldId::data_format, sink);
  if (message.header.length == 0) {
    sink.finding(FindingId::data_message_empty, {0, 0});
  } else if (!describe_name(reader, FieldId::data_name, sink)) {
    sink.finding(FindingId::data_name_missing,
                 {reader.position(), static_cast<std::uint32_t>(reader.remaining())});
  }
  describe_arguments(reader, FieldId::data_arguments, sink);
  sink.end(FieldId::data, message.header.length);
}

}  // namespace rtmpscope::rtmp
