// The chunk streams of one direction, found by their ids.
#pragma once

#include <array>
#include <bit>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/byte_order.hpp"
#include "base/prefetch.hpp"
#include "rtmp/chunk/chunk_header.hpp"
#include "rtmp/chunk/chunk_stream.hpp"

namespace rtmpscope::rtmp {

/// In the order of their first headers. References are valid until the next chunk stream is added.
class ChunkStreamTable {
 public:
  static constexpr std::size_t not_seen = static_cast<std::size_t>(-1);

  /// Index of a chunk stream; not_seen if it was not added.
  [[nodiscard]] std::size_t index_of(std::uint32_t chunk_stream_id) const {
    if (chunk_stream_id != 0 && chunk_stream_id < first_ids) {
      // Equal bytes become 0. The lowest of these sets its own highest bit, whatever is above it.
      constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
      const std::uint64_t unlike = load_le64(first_.data()) ^ ones * chunk_stream_id;
      const std::uint64_t alike = (unlike - ones) & ~unlike & ones << 7;
      if (alike != 0) return static_cast<std::size_t>(std::countr_zero(alike)) / 8;
    }
    return others_ == nullptr ? not_seen : index_of_other(chunk_stream_id);
  }
  /// Index of a chunk stream, which is added if it was not.
  std::size_t find_or_add(std::uint32_t chunk_stream_id);

  /// Forgets all others; the chunk stream at `index` gets index 0.
  void keep_only(std::size_t index);

  [[nodiscard]] ChunkStream& operator[](std::size_t index) { return streams_[index]; }
  [[nodiscard]] const ChunkStream& operator[](std::size_t index) const { return streams_[index]; }
  [[nodiscard]] std::size_t size() const { return streams_.size(); }
  [[nodiscard]] bool empty() const { return streams_.empty(); }
  [[nodiscard]] auto begin() { return streams_.begin(); }
  [[nodiscard]] auto end() { return streams_.end(); }

  /// Loads that chunk stream and the next two into the cache.
  void prefetch(std::size_t index) const {
    rtmpscope::prefetch(streams_.data() + index, 3 * sizeof(ChunkStream));
  }

 private:
  static constexpr std::size_t first_count = usual_chunk_streams;
  static_assert(first_count == sizeof(std::uint64_t));
  static constexpr std::uint32_t first_ids = 256;  ///< for ids below

  void enter(std::size_t index);
  [[nodiscard]] std::size_t index_of_other(std::uint32_t chunk_stream_id) const;

  std::vector<ChunkStream> streams_;
  // The first ones are found by comparing all of them at once, the others in a map.
  std::array<std::uint8_t, first_count> first_{};  ///< ids, by index; 0: another one, or none
  std::unique_ptr<std::unordered_map<std::uint32_t, std::uint32_t>> others_;
};

}  // namespace rtmpscope::rtmp
