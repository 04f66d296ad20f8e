#include "media/enhanced.hpp"

namespace rtmpscope::media {
namespace {

/// A block with type 0 has its offset first; what is longer or of another type is data.
void describe_block(BodyCursor& cursor, const ModExBlock& block, const HeaderFields& fields, FieldSink& sink,
                    Range& offset_range, std::uint32_t& offset) {
  const std::uint32_t begin = cursor.position;
  sink.begin(fields.modex_block, begin);
  sink.number(fields.modex_length, cursor.next(block.size_length), block.data_length);
  cursor.position += block.size_length;
  Range data = cursor.next(block.data_length);
  if (block.type == modex_nanosecond_offset && block.data_length >= 3) {
    offset_range = cursor.next(3);
    offset = load_be24(cursor.data());
    sink.number(fields.modex_nanosecond_offset, offset_range, offset);
    if (offset > max_nanosecond_offset)
      sink.finding(FindingId::modex_nanoseconds_range, offset_range, offset);
    data = {data.offset + 3, data.length - 3};
  }
  if (data.length > 0) sink.blob(fields.modex_data, data, cursor.view(data));
  if (block.type == modex_nanosecond_offset && block.data_length < 3) {
    sink.finding(FindingId::modex_data_short, data, block.data_length);
  }
  cursor.position = begin + block.needed;
  const Range last{cursor.position - 1, 1};
  sink.number(fields.modex_type, last, block.type);
  if (block.type != modex_nanosecond_offset) sink.finding(FindingId::modex_type_unknown, last, block.type);
  sink.end(fields.modex_block, cursor.position);
}

}  // namespace

bool describe_modex(BodyCursor& cursor, std::uint8_t& packet_type, Range& type_range,
                    const HeaderFields& fields, FieldSink& sink) {
  if (packet_type != packet_type_modex) return true;
  Range offset_range;
  std::uint32_t offset = 0;
  sink.begin(fields.modex, cursor.position);
  for (std::uint32_t count = 0; packet_type == packet_type_modex; ++count) {
    if (count == max_modex_blocks) break;
    const ModExBlock block = read_modex_block(cursor);
    if (block.have != Have::yes) break;
    describe_block(cursor, block, fields, sink, offset_range, offset);
    packet_type = block.packet_type;
    type_range = {cursor.position - 1, 1};
  }
  sink.end(fields.modex, cursor.position);
  if (packet_type == packet_type_modex) {  // about bytes behind the list
    const ModExBlock block = read_modex_block(cursor);
    if (need_header(cursor, block.needed, sink)) {
      sink.finding(FindingId::modex_limit, cursor.rest(), max_modex_blocks);
    }
  }
  if (offset_range.length > 0) sink.number(fields.nanosecond_offset, offset_range, offset);
  return packet_type != packet_type_modex;
}

}  // namespace rtmpscope::media
