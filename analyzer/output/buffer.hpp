// A growing buffer of characters for output that is written a few bytes at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace rtmpscope::output {

/// Output bytes in one piece of memory. Unlike std::string it hands out uninitialised room, so that a field
/// costs one capacity check and plain stores: `p = room(n); … write at most n bytes at p …; commit(p)`.
class Buffer {
 public:
  /// By default there is one for each shard and window. Most outputs of a window are smaller.
  static constexpr std::size_t usually_kept = std::size_t{512} << 10;

  /// `kept`: how much memory stays for the next use at most.
  explicit Buffer(std::size_t kept = usually_kept) : kept_capacity_(kept) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] const char* data() const { return data_.get(); }
  [[nodiscard]] std::string_view view() const { return {data_.get(), size_}; }
  [[nodiscard]] std::string_view view(std::size_t begin, std::size_t end) const {
    return {data_.get() + begin, end - begin};
  }

  /// Keeps the memory for the next use, unless that is unusually much.
  void clear() {
    size_ = 0;
    if (capacity_ <= kept_capacity_) [[likely]]
      return;
    data_.reset();
    capacity_ = 0;
  }
  /// Drops everything from `size` on; `size` is at most size().
  void truncate(std::size_t size) { size_ = size; }

  /// A place for at least `count` bytes after the end. Valid until the next call of a non-const member.
  [[nodiscard]] char* room(std::size_t count) {
    if (capacity_ - size_ < count) [[unlikely]]
      grow(count);
    return data_.get() + size_;
  }
  /// Everything before `end`, a pointer into the room, now belongs to the buffer.
  void commit(const char* end) { size_ = static_cast<std::size_t>(end - data_.get()); }

  void append(std::string_view text) {
    if (text.empty()) return;
    char* p = room(text.size());
    std::memcpy(p, text.data(), text.size());
    size_ += text.size();
  }
  void append(char c) {
    *room(1) = c;
    ++size_;
  }
  /// The last byte; the buffer is not empty.
  [[nodiscard]] char& back() { return data_[size_ - 1]; }
  [[nodiscard]] char& operator[](std::size_t index) { return data_[index]; }

 private:
  void grow(std::size_t count) {
    const std::size_t wanted = std::max(size_ + count, std::max<std::size_t>(capacity_ * 2, 4096));
    std::unique_ptr<char[]> bigger(new char[wanted]);
    if (size_ != 0) std::memcpy(bigger.get(), data_.get(), size_);
    data_ = std::move(bigger);
    capacity_ = wanted;
  }

  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::size_t kept_capacity_;
};

}  // namespace rtmpscope::output
