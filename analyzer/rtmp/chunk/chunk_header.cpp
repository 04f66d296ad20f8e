#include "rtmp/chunk/chunk_header.hpp"

namespace rtmpscope::rtmp {

bool is_known_message_type(std::uint8_t type_id) {
  constexpr std::uint32_t known = 1U << 1 | 1U << 2 | 1U << 3 | 1U << 4 | 1U << 5 | 1U << 6 | 1U << 8 |
                                  1U << 9 | 1U << 15 | 1U << 16 | 1U << 17 | 1U << 18 | 1U << 19 | 1U << 20 |
                                  1U << 22;
  return type_id < 32 && (known >> type_id & 1U) != 0;
}

void describe_chunk(const ChunkHeader& h, std::uint32_t payload_length, FieldSink& sink) {
  sink.number(FieldId::chunk_stream_offset, {}, h.stream_offset);
  sink.number(FieldId::chunk_format, {0, 1}, h.format);
  sink.number(FieldId::chunk_chunk_stream_id, {0, h.basic_size}, h.chunk_stream_id);
  std::uint32_t at = h.basic_size;
  if (h.format == 0) sink.number(FieldId::chunk_timestamp, {at, 3}, h.timestamp_field);
  if (h.format == 1 || h.format == 2) sink.number(FieldId::chunk_timestamp_delta, {at, 3}, h.timestamp_field);
  if (h.format <= 1) {
    sink.number(FieldId::chunk_length, {at + 3, 3}, h.length);
    sink.number(FieldId::chunk_type_id, {at + 6, 1}, h.type_id);
  }
  if (h.format == 0) sink.number(FieldId::chunk_message_stream_id, {at + 7, 4}, h.message_stream_id);
  at += message_header_size[h.format];
  if (h.has_extended_timestamp) sink.number(FieldId::chunk_extended_timestamp, {at, 4}, h.extended_timestamp);
  sink.number(FieldId::chunk_payload_length, {}, payload_length);
}

}  // namespace rtmpscope::rtmp
