#include "media/enhanced.hpp"

namespace rtmpscope::media {
namespace {

/// A block with type 0 has its offset first; what is longer or of another type is data.
void describe_block(Window& window, const ModExBlock& block, const HeaderFields& fields, FieldSink& sink,
                    Range& offset_range, std::uint32_t& offset) {
  const std::uint32_t begin = window.position;
  sink.begin(fields.modex_block, begin);
  sink.number(fields.modex_length, window.next(block.size_length), block.data_length);
  window.position += block.size_length;
  Range data = window.next(block.data_length);
  if (block.type == modex_nanosecond_offset && block.data_length >= 3) {
    offset_range = window.next(3);
    offset = load_be24(window.data());
    sink.number(fields.modex_nanosecond_offset, offset_range, offset);
    if (offset > max_nanosecond_offset)
      sink.finding(FindingId::modex_nanoseconds_range, offset_range, offset);
    data = {data.offset + 3, data.length - 3};
  }
  if (data.length > 0) sink.blob(fields.modex_data, data, window.view(data));
  if (block.type == modex_nanosecond_offset && block.data_length < 3) {
    sink.finding(FindingId::modex_data_short, data, block.data_length);
  }
  window.position = begin + block.needed;
  const Range last{window.position - 1, 1};
  sink.number(fields.modex_type, last, block.type);
  if (block.type != modex_nanosecond_offset) sink.finding(FindingId::modex_type_unknown, last, block.type);
  sink.end(fields.modex_block, window.position);
}

}  // namespace

bool describe_modex(Window& window, std::uint8_t& packet_type, Range& type_range, const HeaderFields& fields,
                    FieldSink& sink) {
  if (packet_type != packet_type_modex) return true;
  Range offset_range;
  std::uint32_t offset = 0;
  sink.begin(fields.modex, window.position);
  for (std::uint32_t count = 0; packet_type == packet_type_modex; ++count) {
    if (count == max_modex_blocks) break;
    const ModExBlock block = read_modex_block(window);
    if (block.have != Have::yes) break;
    describe_block(window, block, fields, sink, offset_range, offset);
    packet_type = block.packet_type;
    type_range = {window.position - 1, 1};
  }
  sink.end(fields.modex, window.position);
  if (packet_type == packet_type_modex) {  // about bytes behind the list
    const ModExBlock block = read_modex_block(window);
    if (need_header(window, block.needed, sink)) {
      sink.finding(FindingId::modex_limit, window.rest(), max_modex_blocks);
    }
  }
  if (offset_range.length > 0) sink.number(fields.nanosecond_offset, offset_range, offset);
  return packet_type != packet_type_modex;
}

}  // namespace rtmpscope::media
