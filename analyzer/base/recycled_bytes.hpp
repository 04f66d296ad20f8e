// A buffer of bytes for short uses that come one after the other: its memory is that of the last one that is
// gone, which is still in a cache, not the heap's.
#pragma once

#include <sanitizer/asan_interface.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <utility>

#include "base/bytes.hpp"

namespace rtmpscope {

inline constexpr std::size_t largest_recycled = std::size_t{4} << 20;

/// Freed blocks of one thread: a stack of some that have `usual_size`, and one that is larger, up to
/// `largest_kept`.
template <std::size_t usual_size, std::size_t largest_kept = largest_recycled>
class RecycledBlocks {
 public:
  struct Block {
    std::uint8_t* data = nullptr;
    std::size_t size = 0;
  };

  /// Of `size` bytes at least.
  [[nodiscard]] static Block take(std::size_t size) {
    Freed& freed = freed_blocks();
    if (size <= usual_size) {
      if (freed.count > 0) return usable({freed.usual[--freed.count], usual_size});
      size = usual_size;
    } else if (freed.large.size >= size) {
      return usable(std::exchange(freed.large, {}));
    }
    return {static_cast<std::uint8_t*>(::operator new(size)), size};
  }

  static void give_back(Block block) {
    if (block.data == nullptr) return;
    thread_local const Emptier emptier;
    static_cast<void>(emptier);
    ASAN_POISON_MEMORY_REGION(block.data,
                              block.size);  // as if it were free; nothing without AddressSanitizer
    Freed& freed = freed_blocks();
    if (block.size == usual_size && !freed.closed && freed.count < freed.usual.size()) {
      freed.usual[freed.count++] = block.data;
      return;
    }
    if (!freed.closed && block.size <= largest_kept && block.size > freed.large.size)
      std::swap(freed.large, block);
    ::operator delete(usable(block).data);
  }

 private:
  static Block usable(Block block) {
    if (block.data != nullptr) ASAN_UNPOISON_MEMORY_REGION(block.data, block.size);
    return block;
  }

  /// Needs no destructor: blocks may be given back after those of the thread have run.
  struct Freed {
    std::array<std::uint8_t*, 64> usual{};
    std::size_t count = 0;
    Block large;
    bool closed = false;  ///< nothing is kept any more
  };
  /// Frees the blocks at the end of the thread.
  struct Emptier {
    Emptier() = default;
    Emptier(const Emptier&) = delete;
    Emptier& operator=(const Emptier&) = delete;
    ~Emptier() {
      Freed& freed = freed_blocks();
      while (freed.count > 0) ::operator delete(usable({freed.usual[--freed.count], usual_size}).data);
      ::operator delete(usable(std::exchange(freed.large, {})).data);
      freed.closed = true;
    }
  };

  static Freed& freed_blocks() {
    thread_local constinit Freed freed;
    return freed;
  }
};

/// Allocates from such blocks.
template <typename Value, std::size_t usual_size>
struct RecycledAllocator {
  using value_type = Value;
  template <typename Other>
  struct rebind {
    using other = RecycledAllocator<Other, usual_size>;
  };

  RecycledAllocator() = default;
  template <typename Other>
  explicit RecycledAllocator(const RecycledAllocator<Other, usual_size>& /*other*/) {}

  Value* allocate(std::size_t count) {
    return reinterpret_cast<Value*>(RecycledBlocks<usual_size>::take(count * sizeof(Value)).data);
  }
  void deallocate(Value* values, std::size_t count) {
    const std::size_t size = std::max(count * sizeof(Value), usual_size);
    RecycledBlocks<usual_size>::give_back({reinterpret_cast<std::uint8_t*>(values), size});
  }
  friend bool operator==(const RecycledAllocator&, const RecycledAllocator&) { return true; }
};

/// Objects of a class that is derived from this lie in such blocks.
template <std::size_t usual_size>
struct Recycled {
  static void* operator new(std::size_t size) { return RecycledBlocks<usual_size>::take(size).data; }
  static void operator delete(void* object, std::size_t size) {
    RecycledBlocks<usual_size>::give_back({static_cast<std::uint8_t*>(object), std::max(size, usual_size)});
  }
};

/// Grows as std::vector does, up to `usual_size` bytes at once. `largest_kept`: see RecycledBlocks.
template <std::size_t usual_size, std::size_t largest_kept = largest_recycled>
class RecycledBytes {
 public:
  RecycledBytes() = default;
  RecycledBytes(RecycledBytes&& other) noexcept
      : block_(std::exchange(other.block_, {})), size_(std::exchange(other.size_, 0)) {}
  RecycledBytes& operator=(RecycledBytes&& other) noexcept {
    std::swap(block_, other.block_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~RecycledBytes() { Blocks::give_back(block_); }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t capacity() const { return block_.size; }
  [[nodiscard]] Bytes view() const { return {block_.data, size_}; }

  void reserve(std::size_t wanted) {
    if (wanted <= block_.size) return;
    const auto grown = Blocks::take(wanted);
    if (size_ > 0) std::memcpy(grown.data, block_.data, size_);
    Blocks::give_back(std::exchange(block_, grown));
  }

  void append(Bytes bytes) {
    if (bytes.empty()) return;
    if (block_.size - size_ < bytes.size()) reserve(std::max(size_ + bytes.size(), 2 * block_.size));
    std::memcpy(block_.data + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }

  void erase_front(std::size_t count) {
    size_ -= count;
    if (size_ > 0) std::memmove(block_.data, block_.data + count, size_);
  }

 private:
  using Blocks = RecycledBlocks<usual_size, largest_kept>;

  typename Blocks::Block block_;
  std::size_t size_ = 0;
};

}  // namespace rtmpscope
