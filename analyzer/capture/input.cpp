#include "capture/input.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rtmpscope::capture {
namespace {

/// A mapped file is shown in steps of this size; between two steps its size is checked and pages are given
/// back.
constexpr std::size_t mapped_step = 4U << 20U;

/// Pages stay mapped this far behind the window, for those who work on the packets. Pages further behind are
/// given back, which bounds resident memory; a touch brings them back from the page cache, so packets stay
/// valid.
constexpr std::size_t mapped_behind = 32U << 20U;

/// First size of a stream's buffer; it grows to the longest record.
constexpr std::size_t stream_buffer = 256U << 10U;

/// Plain page faults, not MADV_POPULATE_READ ahead: on a file in the page cache the walk took 55 to 60 ms a
/// GiB with faults, 75 to 85 ms with populated windows of 0.5 to 16 MiB, and 110 to 145 ms with read() into a
/// small buffer.
class MappedInput : public Input {
 public:
  MappedInput(Descriptor descriptor, std::uint8_t* base, std::size_t size, std::size_t start)
      : descriptor_(std::move(descriptor)), base_(base), size_(size) {
    begin_ = base + start;
    end_ = begin_;
    raw_size_ = size - start;
    madvise(base_, size_, MADV_SEQUENTIAL);
  }
  MappedInput(const MappedInput&) = delete;
  MappedInput& operator=(const MappedInput&) = delete;
  ~MappedInput() override { munmap(base_, size_); }

  ReadStatus grow(std::size_t wanted, Wait /*wait*/) override {
    struct stat status {};
    if (fstat(descriptor_.get(), &status) != 0) status.st_size = 0;
    const std::size_t present = std::min(size_, static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)));
    const auto shown = static_cast<std::size_t>(end_ - base_);
    if (present < size_) {
      // What was shown already may be gone, too: nothing more may be touched.
      end_ = std::max(std::min(end_, const_cast<const std::uint8_t*>(base_) + present), begin_);
      error_ = "the file was truncated while it was read";
      return ReadStatus::failed;
    }
    if (shown == size_) return ReadStatus::end;
    const std::size_t needed = wanted > size() ? wanted - size() : 0;
    end_ += std::min(std::max(mapped_step, needed), size_ - shown);
    give_back();
    return ReadStatus::data;
  }

  void release() override {
    descriptor_ = Descriptor(-1);
    madvise(base_, size_, MADV_DONTNEED);
  }

  [[nodiscard]] bool stable() const override { return true; }
  [[nodiscard]] std::string error() const override { return error_; }

 private:
  void give_back() {
    const auto position = static_cast<std::size_t>(begin_ - base_);
    if (position < given_back_ + mapped_behind + mapped_step) return;
    const std::size_t until = (position - mapped_behind) / mapped_step * mapped_step;
    madvise(base_ + given_back_, until - given_back_, MADV_DONTNEED);
    given_back_ = until;
  }

  Descriptor descriptor_;
  std::uint8_t* base_;
  std::size_t size_;
  std::size_t given_back_ = 0;
  std::string error_;
};

class MemoryInput : public Input {
 public:
  explicit MemoryInput(Bytes bytes) {
    begin_ = bytes.data();
    end_ = bytes.data() + bytes.size();
    raw_size_ = bytes.size();
  }
  ReadStatus grow(std::size_t /*wanted*/, Wait /*wait*/) override { return ReadStatus::end; }
  [[nodiscard]] bool stable() const override { return true; }
};

class StreamInput : public Input {
 public:
  StreamInput(std::unique_ptr<ByteStream> stream, Compression compression, std::uint64_t raw_size)
      : stream_(make_expander(std::move(stream), compression)) {
    compression_ = compression;
    raw_size_ = raw_size;
    reallocate(stream_buffer);
  }

  ReadStatus grow(std::size_t wanted, Wait wait) override {
    const auto used = static_cast<std::size_t>(end_ - buffer_.get());
    if (wanted > capacity_) {
      reallocate(std::max(wanted, capacity_ * 2));
    } else if (begin_ + wanted > buffer_.get() + capacity_ || used == capacity_) {
      std::memmove(buffer_.get(), begin_, size());
      end_ = buffer_.get() + size();
      begin_ = buffer_.get();
    }
    const auto filled = static_cast<std::size_t>(end_ - buffer_.get());
    const ReadResult result = stream_->read(buffer_.get() + filled, capacity_ - filled, wait);
    end_ += result.bytes;
    return result.status;
  }

  void release() override {
    raw_position_ = raw_position();
    stream_.reset();
    buffer_.reset();
    begin_ = end_ = nullptr;
    capacity_ = 0;
  }

  [[nodiscard]] bool stable() const override { return false; }
  [[nodiscard]] std::string error() const override { return stream_ == nullptr ? "" : stream_->error(); }
  [[nodiscard]] std::uint64_t raw_position() const override {
    return stream_ == nullptr ? raw_position_ : stream_->raw_position();
  }

 private:
  void reallocate(std::size_t capacity) {
    auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(capacity);
    const std::size_t kept = size();
    if (kept > 0) std::memcpy(larger.get(), begin_, kept);
    buffer_ = std::move(larger);
    capacity_ = capacity;
    begin_ = buffer_.get();
    end_ = begin_ + kept;
  }

  std::unique_ptr<ByteStream> stream_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t capacity_ = 0;
  std::uint64_t raw_position_ = 0;  ///< after release()
};

tl::unexpected<Error> cannot_open(const std::string& path, int error) {
  return tl::unexpected(
      Error{ErrorKind::open_input, fmt::format("cannot open {}: {}", path, std::strerror(error))});
}

}  // namespace

Expected<std::unique_ptr<Input>> open_input(const std::string& path) {
  const bool standard_input = path == "-";
  const std::string name = standard_input ? "standard input" : path;
  Descriptor descriptor(standard_input ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.get() < 0) return cannot_open(name, errno);
  struct stat status {};
  if (fstat(descriptor.get(), &status) != 0) return cannot_open(name, errno);
  if (S_ISDIR(status.st_mode)) return cannot_open(name, EISDIR);
  const bool regular = S_ISREG(status.st_mode);
  const auto file_size = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0));
  // A shell may have read a part of the file that is standard input.
  const off_t position = regular ? std::max<off_t>(lseek(descriptor.get(), 0, SEEK_CUR), 0) : 0;
  const std::size_t start = std::min(static_cast<std::size_t>(position), file_size);

  std::vector<std::uint8_t> head;
  while (head.size() < 4) {
    std::uint8_t byte = 0;
    const ssize_t count = read(descriptor.get(), &byte, 1);
    if (count < 0 && errno == EAGAIN) {
      pollfd ready{descriptor.get(), POLLIN, 0};
      poll(&ready, 1, -1);
      continue;
    }
    if (count < 0) return cannot_open(name, errno);
    if (count == 0) break;
    head.push_back(byte);
  }
  if (head.empty()) return tl::unexpected(Error{ErrorKind::open_input, name + " is empty"});
  const Compression compression = recognise_compression(head);

  if (regular && compression == Compression::none && file_size > start) {
    void* base = mmap(nullptr, file_size, PROT_READ, MAP_PRIVATE, descriptor.get(), 0);
    if (base != MAP_FAILED) {
      return std::make_unique<MappedInput>(std::move(descriptor), static_cast<std::uint8_t*>(base), file_size,
                                           start);
    }
  }
  const std::uint64_t raw_size = regular ? file_size - start : 0;
  auto stream = make_descriptor_stream(std::move(descriptor), std::move(head), !regular);
  return std::make_unique<StreamInput>(std::move(stream), compression, raw_size);
}

std::unique_ptr<Input> open_memory_input(Bytes bytes) {
  const Compression compression = recognise_compression(bytes);
  if (compression == Compression::none) return std::make_unique<MemoryInput>(bytes);
  return std::make_unique<StreamInput>(make_memory_stream(bytes), compression, bytes.size());
}

}  // namespace rtmpscope::capture
