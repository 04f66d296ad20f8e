// Memory that capture bytes are read into: large blocks that live as long as packets in them are in use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace rtmpscope::capture {

/// One stretch of memory, not zeroed.
class Block {
 public:
  /// `capacity` is rounded up. Large blocks ask for huge pages.
  explicit Block(std::size_t capacity);
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block();

  [[nodiscard]] std::uint8_t* data() const { return data_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

 private:
  std::uint8_t* data_;
  std::size_t capacity_;
};

/// Reuses blocks that nobody else holds any more. Not thread-safe: a block is released on the thread that
/// asks the pool for the next one, or before it asks.
class BlockPool {
 public:
  explicit BlockPool(std::size_t block_size) : block_size_(block_size) {}

  /// A block of at least `capacity` bytes, the pool's size if that is enough.
  [[nodiscard]] std::shared_ptr<Block> take(std::size_t capacity);

 private:
  std::size_t block_size_;
  std::vector<std::shared_ptr<Block>> blocks_;
};

}  // namespace rtmpscope::capture
