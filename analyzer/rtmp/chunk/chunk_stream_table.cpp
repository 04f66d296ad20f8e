#include "rtmp/chunk/chunk_stream_table.hpp"

namespace rtmpscope::rtmp {

std::size_t ChunkStreamTable::index_of_other(std::uint32_t chunk_stream_id) const {
  const auto found = others_->find(chunk_stream_id);
  return found == others_->end() ? not_seen : found->second;
}

std::size_t ChunkStreamTable::find_or_add(std::uint32_t chunk_stream_id) {
  if (const std::size_t found = index_of(chunk_stream_id); found != not_seen) return found;
  // At most 65,598 chunk streams exist (RTMP 5.3.1.1). ChunkStreamDecoder forgets them when memory is scarce.
  const std::size_t index = streams_.size();
  if (index < first_count) streams_.reserve(index + 1);  // room for more would mostly stay empty
  streams_.emplace_back().message.chunk_stream_id = chunk_stream_id;
  enter(index);
  return index;
}

void ChunkStreamTable::keep_only(std::size_t index) {
  std::vector<ChunkStream>(1, streams_[index]).swap(streams_);  // an assignment would keep the memory
  first_ = {};
  others_.reset();
  enter(0);
}

void ChunkStreamTable::enter(std::size_t index) {
  const std::uint32_t chunk_stream_id = streams_[index].message.chunk_stream_id;
  if (index < first_count && chunk_stream_id < first_ids) {
    first_[index] = static_cast<std::uint8_t>(chunk_stream_id);
  } else {
    if (others_ == nullptr) others_ = std::make_unique<std::unordered_map<std::uint32_t, std::uint32_t>>();
    others_->emplace(chunk_stream_id, static_cast<std::uint32_t>(index));
  }
}

}  // namespace rtmpscope::rtmp
