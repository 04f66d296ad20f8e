// Protocol control messages (RTMP 5.4) and user control messages (RTMP 6.2, 7.1.7).
#include "base/byte_reader.hpp"
#include "rtmp/message/describe_message.hpp"

namespace rtmpscope::rtmp {
namespace {

std::uint32_t end_of(const ByteReader& reader) {
  return reader.position() + static_cast<std::uint32_t>(reader.remaining());
}

/// A body of fewer than `needed` bytes: says so, and shows what is left of it as bytes.
void describe_short(ByteReader& reader, std::uint32_t needed, FieldId rest_field, FieldSink& sink) {
  const Range rest{reader.position(), static_cast<std::uint32_t>(reader.remaining())};
  sink.finding(FindingId::message_body_short, rest, end_of(reader), needed);
  if (rest.length > 0) sink.blob(rest_field, rest, reader.take(rest.length));
}

FieldId rest_field(FieldId field) {
  return info(field).filter.starts_with("user_control.") ? FieldId::user_control_data : FieldId::control_rest;
}

/// A 32-bit field, or a finding that the body is too short for it.
bool describe_u32(ByteReader& reader, FieldId field, std::uint32_t needed, FieldSink& sink) {
  const std::uint32_t at = reader.position();
  if (reader.remaining() < 4) {
    describe_short(reader, needed, rest_field(field), sink);
    return false;
  }
  sink.number(field, {at, 4}, reader.u32());
  return true;
}

void describe_swf_response(ByteReader& reader, FieldSink& sink) {
  // Version twice, size twice, digest: librtmp, handshake.h
  if (reader.remaining() < 42) return describe_short(reader, 44, FieldId::user_control_data, sink);
  const std::uint32_t at = reader.position();
  sink.number(FieldId::user_control_swf_version, {at, 2}, reader.u16() & 0xFFU);
  sink.number(FieldId::user_control_swf_size, {at + 2, 4}, reader.u32());
  sink.number(FieldId::user_control_swf_size2, {at + 6, 4}, reader.u32());
  sink.blob(FieldId::user_control_swf_digest, {at + 10, 32}, reader.take(32));
}

}  // namespace

void describe_control(const Message& message, FieldSink& sink) {
  ByteReader reader(message.body);
  sink.begin(FieldId::control, 0);
  switch (message.header.type_id) {
    case set_chunk_size: {
      if (!describe_u32(reader, FieldId::control_chunk_size, 4, sink)) break;
      const auto size = ByteReader(message.body).u32();
      const Range range{0, 4};
      if (size == 0) {
        sink.finding(FindingId::chunk_size_zero, range);
      } else if (size > 0x7FFFFFFF) {
        sink.finding(FindingId::chunk_size_top_bit, range, size, size & 0x7FFFFFFFU);
      } else if (size > 0xFFFFFF) {
        sink.finding(FindingId::chunk_size_beyond_messages, range, size);
      } else if (size < 128) {
        sink.finding(FindingId::chunk_size_small, range, size);
      }
      break;
    }
    case abort_message: describe_u32(reader, FieldId::control_chunk_stream_id, 4, sink); break;
    case acknowledgement: describe_u32(reader, FieldId::control_sequence_number, 4, sink); break;
    case window_acknowledgement_size: describe_u32(reader, FieldId::control_window_size, 4, sink); break;
    default:  // Set Peer Bandwidth; four bytes without a limit type occur
      if (describe_u32(reader, FieldId::control_window_size, 5, sink) && !reader.at_end()) {
        sink.number(FieldId::control_limit_type, {4, 1}, reader.u8());
      }
      break;
  }
  if (message.header.chunk_stream_id != 2 || message.header.message_stream_id != 0) {
    sink.finding(FindingId::control_on_wrong_stream, {0, 0}, message.header.chunk_stream_id,
                 message.header.message_stream_id);
  }
  if (!reader.failed()) describe_trailing(FieldId::control_rest, message.body, reader.position(), sink);
  sink.end(FieldId::control, message.header.length);
}

void describe_user_control(const Message& message, FieldSink& sink) {
  ByteReader reader(message.body);
  sink.begin(FieldId::user_control, 0);
  if (reader.remaining() < 2) {
    describe_short(reader, 2, FieldId::user_control_data, sink);
  } else {
    const std::uint16_t event = reader.u16();
    sink.number(FieldId::user_control_event_type, {0, 2}, event);
    switch (event) {
      case 0:   // Stream Begin
      case 1:   // Stream EOF
      case 2:   // Stream Dry
      case 4:   // Stream Is Recorded
      case 31:  // Buffer Empty
      case 32:  // Buffer Ready
        describe_u32(reader, FieldId::user_control_stream_id, 6, sink);
        break;
      case 3:  // Set Buffer Length
        if (describe_u32(reader, FieldId::user_control_stream_id, 10, sink)) {
          describe_u32(reader, FieldId::user_control_buffer_length, 10, sink);
        }
        break;
      case 6:  // Ping Request
      case 7:  // Ping Response
        describe_u32(reader, FieldId::user_control_timestamp, 6, sink);
        break;
      case 26:  // SWF Verification Request: one byte, not four
        if (!reader.at_end()) {
          sink.number(FieldId::user_control_swf_version, {2, 1}, reader.u8());
        } else {
          describe_short(reader, 3, FieldId::user_control_data, sink);
        }
        break;
      case 27: describe_swf_response(reader, sink); break;
      default: {
        const std::uint32_t at = reader.position();
        const Bytes rest = reader.take(reader.remaining());
        if (!rest.empty()) {
          sink.blob(FieldId::user_control_data, {at, static_cast<std::uint32_t>(rest.size())}, rest);
        }
        break;
      }
    }
    describe_trailing(FieldId::user_control_data, message.body, reader.position(), sink);
  }
  sink.end(FieldId::user_control, message.header.length);
}

}  // namespace rtmpscope::rtmp
