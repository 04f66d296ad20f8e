#include "rtmp/message/aggregate.hpp"

#include <algorithm>

#include "rtmp/message/describe_message.hpp"
#include "schema/offset_sink.hpp"

namespace rtmpscope::rtmp {
namespace {

constexpr std::uint32_t tag_header_size = 11;  // FLV E.4.1

void describe_sub_message(const Message& outer, const SubMessage& sub, std::uint32_t end, FieldSink& sink) {
  const std::uint32_t at = sub.offset;
  sink.begin(FieldId::aggregate_message, at);
  const ValueInfo* type = find_value(ValueTable::message_type, sub.type_id);
  sink.text(FieldId::aggregate_type, {at, 1}, as_bytes(type == nullptr ? "unknown" : type->name));
  sink.number(FieldId::aggregate_type_id, {at, 1}, sub.type_id);
  sink.number(FieldId::aggregate_length, {at + 1, 3}, sub.length);
  sink.number(FieldId::aggregate_timestamp, {at + 4, 4}, sub.timestamp);
  sink.number(FieldId::aggregate_absolute_timestamp, {at + 4, 0}, sub.absolute_timestamp);
  sink.number(FieldId::aggregate_stream_id, {at + 8, 3}, sub.message_stream_id);
  const std::uint32_t body_at = at + tag_header_size;
  if (sub.length > sub.body.size()) {
    sink.finding(FindingId::aggregate_length, {at + 1, 3}, sub.length, sub.body.size());
  }
  Message inner{.header = outer.header, .body = sub.body, .complete = sub.length == sub.body.size()};
  inner.header.type_id = sub.type_id;
  inner.header.length = static_cast<std::uint32_t>(sub.body.size());
  inner.header.timestamp = sub.absolute_timestamp;
  if (sub.type_id == aggregate) {
    sink.finding(FindingId::aggregate_nested, {body_at, inner.header.length});
  } else {
    OffsetSink moved(sink, body_at);
    describe_message(inner, moved);
  }
  const std::uint32_t back_pointer_at = body_at + inner.header.length;
  if (sub.back_pointer) {
    sink.number(FieldId::aggregate_back_pointer, {back_pointer_at, 4}, *sub.back_pointer);
    if (*sub.back_pointer != tag_header_size + sub.length) {
      const bool last = end == outer.header.length;
      sink.finding(last ? FindingId::aggregate_last_back_pointer : FindingId::aggregate_back_pointer,
                   {back_pointer_at, 4}, *sub.back_pointer, tag_header_size + sub.length);
    }
  } else if (inner.complete) {
    sink.finding(FindingId::aggregate_back_pointer_missing, {back_pointer_at, 0});
  }
  sink.end(FieldId::aggregate_message, end);
}

}  // namespace

std::optional<SubMessage> AggregateReader::next() {
  if (reader_.remaining() < tag_header_size) return std::nullopt;
  SubMessage sub;
  sub.offset = reader_.position();
  sub.type_id = reader_.u8();
  sub.length = reader_.u24();
  sub.timestamp = reader_.u24();
  sub.timestamp |= static_cast<std::uint32_t>(reader_.u8()) << 24;  // FLV order: low 24 bits, then the high 8
  sub.message_stream_id = reader_.u24();
  if (sub.offset == 0) first_timestamp_ = sub.timestamp;
  sub.absolute_timestamp = aggregate_.header.timestamp + (sub.timestamp - first_timestamp_);
  sub.body = reader_.take(std::min<std::size_t>(sub.length, reader_.remaining()));
  if (reader_.remaining() >= 4) sub.back_pointer = reader_.u32();
  return sub;
}

void describe_aggregate(const Message& message, FieldSink& sink) {
  sink.begin(FieldId::aggregate, 0);
  sink.begin(FieldId::aggregate_messages, 0);
  AggregateReader reader(message);
  while (const auto sub = reader.next()) describe_sub_message(message, *sub, reader.position(), sink);
  sink.end(FieldId::aggregate_messages, reader.position());
  const auto size = static_cast<std::uint32_t>(message.body.size());
  if (reader.position() < size && message.complete) {
    const std::uint32_t left = size - reader.position();
    sink.finding(FindingId::aggregate_length, {reader.position(), left}, tag_header_size, left);
  }
  sink.end(FieldId::aggregate, message.header.length);
}

}  // namespace rtmpscope::rtmp
