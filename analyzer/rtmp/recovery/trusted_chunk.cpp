#include "rtmp/recovery/trusted_chunk.hpp"

#include "rtmp/evidence/shown_length.hpp"

namespace rtmpscope::rtmp {

bool TrustedChunk::is(const ChunkParser& parser, std::uint32_t longest_unsplit, const StreamData& data) {
  if (parser.stream_count() == 0) return false;
  const ChunkParser::TakenChunk& chunk = parser.taken();
  const MessageHeader& message = parser.stream(chunk.stream).message;
  const bool split_as_known = message.length > parser.chunk_size() ? split_size_ == parser.chunk_size()
                                                                   : message.length <= longest_unsplit;
  if (!split_as_known) return false;
  const std::uint64_t end = data.offset + data.bytes.size();
  if (message.chunks == 1 && chunk.payload >= data.offset && chunk.payload < end) {
    const Bytes head = data.bytes.subspan(static_cast<std::size_t>(chunk.payload - data.offset));
    if (shows_its_length(message.type_id, head, message.length)) shown_ = message.stream_offset;
  }
  return message.stream_offset == shown_;
}

}  // namespace rtmpscope::rtmp
