#include "capture/block.hpp"

#include <algorithm>
#include <new>

#include <sys/mman.h>

namespace rtmpscope::capture {
namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t huge_page = std::size_t{2} << 20;

constexpr std::size_t rounded_up(std::size_t size, std::size_t unit) {
  return (size + unit - 1) / unit * unit;
}

std::size_t alignment_of(std::size_t capacity) {
  return capacity >= huge_page ? huge_page : page;
}

}  // namespace

Block::Block(std::size_t capacity) : capacity_(rounded_up(capacity, alignment_of(capacity))) {
  data_ = static_cast<std::uint8_t*>(::operator new (capacity_, std::align_val_t{alignment_of(capacity_)}));
  // A fresh block costs one page fault instead of hundreds; failing is no harm.
  if (capacity_ >= huge_page) madvise(data_, capacity_, MADV_HUGEPAGE);
}

Block::~Block() {
  ::operator delete (data_, std::align_val_t{alignment_of(capacity_)});
}

std::shared_ptr<Block> BlockPool::take(std::size_t capacity) {
  const std::size_t wanted = std::max(capacity, block_size_);
  // One that is longer than usual was made for a single record and goes again.
  const auto is_free = [](const auto& block) { return block.use_count() == 1; };
  std::erase_if(blocks_,
                [&](const auto& block) { return is_free(block) && block->capacity() > wanted + huge_page; });
  const auto free = std::find_if(blocks_.begin(), blocks_.end(), [&](const auto& block) {
    return is_free(block) && block->capacity() >= wanted;
  });
  if (free != blocks_.end()) return *free;
  return blocks_.emplace_back(std::make_shared<Block>(wanted));
}

}  // namespace rtmpscope::capture
