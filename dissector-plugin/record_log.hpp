// The records of one connection, found again by packet.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "growing_list.hpp"
#include "units.hpp"

namespace rtmpscope::plugin {

/// Records are kept as bytes, each in one piece: a few for what the record says of itself, then its units
/// (unit_codec.hpp). What has been added never moves and stays as long as the log.
class RecordLog {
 public:
  /// Copies `record.units`. Frames come in order; places within a frame in any.
  FrameRecord add(const FrameRecord& record);
  [[nodiscard]] std::optional<FrameRecord> find(std::uint32_t frame, std::uint32_t place) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

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
  [[nodiscard]] FrameRecord read(const Entry& entry) const;

  GrowingList<Entry> entries_;
  std::vector<Block> blocks_;
  std::size_t total_ = 0;  ///< bytes in all blocks
};

}  // namespace rtmpscope::plugin
