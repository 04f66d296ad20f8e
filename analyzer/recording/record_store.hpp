// The batches of one connection, found again by packet.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "recording/growing_list.hpp"
#include "recording/records.hpp"

namespace rtmpscope::recording {

/// A batch is kept as bytes without a break: a few for what the batch says of itself, then its records
/// (record_codec.hpp). What has been added never moves, and stays as long as the store.
class RecordStore {
 public:
  /// Copies `batch.records`. Frames come in order; places within a frame in any.
  RecordBatch add(const RecordBatch& batch);
  [[nodiscard]] std::optional<RecordBatch> find(std::uint32_t frame, std::uint32_t place) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// Index of the first batch of packet `frame` or a later one, for `at`; size() if there is none.
  [[nodiscard]] std::size_t lower_bound(std::uint32_t frame) const;
  [[nodiscard]] RecordBatch at(std::size_t index) const { return read(entries_[index]); }

 private:
  struct Entry {
    std::uint32_t frame = 0;
    std::uint32_t block = 0;
    std::uint16_t offset = 0;  ///< within the block
  };
  struct Block {
    std::unique_ptr<std::uint8_t[]> bytes;
    std::uint32_t size = 0;
    std::uint32_t used = 0;
  };

  [[nodiscard]] std::uint8_t* room_for(std::size_t size);
  [[nodiscard]] RecordBatch read(const Entry& entry) const;

  GrowingList<Entry> entries_;
  std::vector<Block> blocks_;
  std::size_t total_ = 0;  ///< bytes in all blocks
};

}  // namespace rtmpscope::recording
