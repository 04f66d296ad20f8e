#include "rtmp/recovery/next_header.hpp"

#include <algorithm>

namespace rtmpscope::rtmp {

bool confirms_provisional(const ChunkParser& parser, const SenderProfile& profile, Bytes raw, Bytes behind) {
  if (parser.provisional_is_split() && !parser.known_chunk_size().certain)
    return false;  // there is more to tell
  ChunkHeader header = parser.header();
  const ChunkStream* stream = parser.find(header.chunk_stream_id);
  if (stream != nullptr && (stream->in_progress || !stream->has_defaults() || stream->has_extended_timestamp))
    return false;
  if (stream == nullptr && (header.format >= 2 || header.basic_size > 1)) return false;
  header = resolved(header, stream);
  if (header.format >= 2 && has_fixed_length(header.type_id)) return false;
  const auto bits = weigh_header(header, stream);
  if (!bits || *bits >= next_header_alone_bits)
    return bits.has_value();                                   // ffmpeg ends packets with the next header
  if (raw.data() + raw.size() != behind.data()) return false;  // it came in several packets
  const std::size_t weighed = std::min<std::size_t>(weighed_body_bytes, header.length);
  if (behind.size() < weighed) return false;
  const auto shown =
      weighed == 0 ? std::optional(0) : weigh_body(header.type_id, behind, header.length, profile);
  return shown && *bits + *shown >= next_header_bits;
}

}  // namespace rtmpscope::rtmp
