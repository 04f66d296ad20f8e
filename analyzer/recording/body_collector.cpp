#include "recording/body_collector.hpp"

#include <algorithm>

#include "rtmp/chunk/message_assembler.hpp"
#include "rtmp/recovery/sync_search.hpp"

namespace rtmpscope::recording {
namespace {

/// While chunk borders are searched, chunks are reported late: the decoder holds this much meanwhile.
constexpr std::uint64_t late_chunks = 2 * rtmp::maximum_kept_bytes;
/// What the decoder itself keeps of messages in progress, and a chunk that no message completes.
constexpr std::size_t most_held = 2 * rtmp::maximum_retained_bytes;
/// Chunk streams with a message in progress; more are no sign of a real peer.
constexpr std::size_t most_streams = 1024;
/// Chunks of one message: 16 MiB in chunks of 128 bytes are half of it.
constexpr std::size_t most_spans = std::size_t{1} << 18;

}  // namespace

void BodyCollector::add(std::uint64_t offset, Bytes bytes) {
  if (offset < end_) {
    const std::uint64_t known = std::min<std::uint64_t>(end_ - offset, bytes.size());
    offset += known;
    bytes = bytes.subspan(known);
  }
  if (bytes.empty()) return;
  if (offset > end_) lose_borders();
  pieces_.push_back({offset, {bytes.begin(), bytes.end()}});
  held_ += bytes.size();
  end_ = offset + bytes.size();
  if (held_ > 2 * late_chunks) trim();
}

void BodyCollector::begin_chunk(const ChunkRecord& chunk) {
  const std::uint64_t begin = chunk.header.stream_offset + chunk.header.size;
  chunks_end_ = std::max(chunks_end_, begin + chunk.payload_length);
  std::vector<Span>& spans = stream(chunk.header.chunk_stream_id).spans;
  if (spans.size() < most_spans) spans.push_back({chunk.header.stream_offset, begin, chunk.payload_length});
}

Bytes BodyCollector::end_message(const rtmp::MessageHeader& header) {
  body_.clear();
  std::vector<Span>& spans = stream(header.chunk_stream_id).spans;
  std::uint64_t total = 0;
  for (const Span& span : spans) total += span.length;
  bool whole = total == header.length && !spans.empty() && spans.front().header == header.stream_offset;
  for (const Span& span : spans) whole = whole && copy(span);
  spans.clear();
  trim();
  return whole ? Bytes(body_) : Bytes();
}

BodyCollector::ChunkStream& BodyCollector::stream(std::uint32_t id) {
  const auto found = std::find_if(streams_.begin(), streams_.end(),
                                  [id](const ChunkStream& known) { return known.id == id; });
  if (found != streams_.end()) return *found;
  if (streams_.size() == most_streams) streams_.erase(streams_.begin());
  streams_.push_back({id, {}});
  return streams_.back();
}

/// Appends the span to the body; false if a byte of it is not there.
bool BodyCollector::copy(const Span& span) {
  const std::uint64_t end = span.begin + span.length;
  std::uint64_t at = span.begin;
  auto piece = std::partition_point(pieces_.begin(), pieces_.end(),
                                    [at](const Piece& candidate) { return candidate.end() <= at; });
  for (; at < end; ++piece) {
    if (piece == pieces_.end() || piece->offset > at) return false;
    const auto from = static_cast<std::ptrdiff_t>(at - piece->offset);
    const auto to = static_cast<std::ptrdiff_t>(std::min(end, piece->end()) - piece->offset);
    body_.insert(body_.end(), piece->bytes.begin() + from, piece->bytes.begin() + to);
    at = piece->offset + static_cast<std::uint64_t>(to);
  }
  return true;
}

/// Forgets bytes that no message in progress can need.
void BodyCollector::trim() {
  std::uint64_t needed = end_ - std::min(end_, late_chunks);
  if (borders_known_) needed = std::max(needed, std::min(chunks_end_, end_));
  for (const ChunkStream& stream : streams_) {
    if (!stream.spans.empty()) needed = std::min(needed, stream.spans.front().header);
  }
  while (!pieces_.empty() && (pieces_.front().end() <= needed || held_ > most_held)) {
    held_ -= pieces_.front().bytes.size();
    pieces_.pop_front();
  }
}

}  // namespace rtmpscope::recording
