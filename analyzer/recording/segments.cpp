#include "recording/segments.hpp"

#include <algorithm>

#include "recording/record_codec.hpp"

namespace rtmpscope::recording {
namespace {

/// Offsets in the direction's stream.
struct Span {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// Packets that are gone through for a message. More come between its beginning and its end only if other
/// chunk streams, or the other side, had much to say; a sender could make each of many messages such a one.
std::size_t most_batches(const MessageRecord& message) {
  constexpr std::size_t always = 1000, bytes_a_batch = 100;
  return always + message.header.length / bytes_a_batch;
}

/// Where the payload of the message's chunks lies.
std::vector<Span> payload_of(const RecordStore& batches, const MessageRecord& message, Direction direction) {
  std::vector<Span> spans;
  const auto first = static_cast<std::uint32_t>(message.header.first_frame);
  for (std::size_t i = batches.lower_bound(first); i < batches.size(); ++i) {
    const RecordBatch batch = batches.at(i);
    if (batch.frame > message.frame) break;
    Record record;
    for (RecordReader records(batch); records.next(record);) {
      if (record.kind != Record::Kind::chunk || record.direction != direction) continue;
      const rtmp::ChunkHeader& header = record.chunk.header;
      if (header.chunk_stream_id != message.header.chunk_stream_id ||
          header.stream_offset < message.header.stream_offset)
        continue;
      const std::uint64_t begin = header.stream_offset + header.size;
      spans.push_back({begin, begin + record.chunk.payload_length});
    }
  }
  return spans;
}

}  // namespace

void list_segments(const RecordStore& batches, const MessageRecord& message, Direction direction,
                   std::vector<Segment>& segments) {
  segments.clear();
  const std::size_t count = batches.lower_bound(message.frame) -
                            batches.lower_bound(static_cast<std::uint32_t>(message.header.first_frame));
  if (count > most_batches(message)) return;
  const std::vector<Span> spans = payload_of(batches, message, direction);
  std::uint32_t left = message.header.length;  // the packet that ends it may have the next one of its stream
  const auto first = static_cast<std::uint32_t>(message.header.first_frame);
  auto next = spans.begin();
  for (std::size_t i = batches.lower_bound(first); i < batches.size() && left > 0; ++i) {
    const RecordBatch batch = batches.at(i);
    if (batch.frame > message.frame) break;
    if (batch.direction != direction) continue;
    const std::uint64_t begin = batch.stream_offset + batch.repeated;
    const std::uint64_t end = batch.stream_offset + batch.length;
    std::uint64_t bytes = 0;
    while (next != spans.end() && next->end <= begin) ++next;
    for (auto span = next; span != spans.end() && span->begin < end; ++span)
      bytes += std::min(span->end, end) - std::max(span->begin, begin);
    const auto counted = static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, left));
    if (counted == 0) continue;
    left -= counted;
    if (!segments.empty() && segments.back().frame == batch.frame) {
      segments.back().bytes += counted;
    } else {
      segments.push_back({batch.frame, counted});
    }
  }
}

}  // namespace rtmpscope::recording
