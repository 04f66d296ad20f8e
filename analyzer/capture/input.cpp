#include "capture/input.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/block.hpp"
#include "capture/mapping.hpp"

namespace rtmpscope::capture {
namespace {

class MemoryInput : public Input {
 public:
  explicit MemoryInput(Bytes bytes) {
    begin_ = bytes.data();
    end_ = bytes.data() + bytes.size();
    raw_size_ = bytes.size();
  }
  ReadStatus grow(std::size_t /*wanted*/, Wait /*wait*/) override { return ReadStatus::end; }
};

std::uint64_t size_of(const Descriptor& file) {
  struct stat status {};
  return fstat(file.get(), &status) == 0 ? static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0)) : 0;
}

/// Shows a piece of the file after the other, each mapped or, where that cannot be done, read.
class MappedInput : public Input {
 public:
  /// Null where the file cannot be mapped; `file` is left alone then.
  static std::unique_ptr<Input> open(Descriptor& file, std::uint64_t start, std::size_t block_size) {
    std::unique_ptr<MappedInput> input(new MappedInput(start, block_size));
    const std::uint64_t file_size = size_of(file);
    if (file_size <= start || !input->map(file, start, file_size, 1)) return nullptr;
    input->file_.emplace(std::move(file));
    return input;
  }
  MappedInput(const MappedInput&) = delete;
  MappedInput& operator=(const MappedInput&) = delete;
  ~MappedInput() override { MappedInput::release(); }

  ReadStatus grow(std::size_t wanted, Wait /*wait*/) override {
    if (end_ == piece_.end || wanted > static_cast<std::size_t>(piece_.end - begin_)) {
      const ReadStatus status = move_on(wanted);
      if (status != ReadStatus::data) return status;
    }
    const std::uint8_t* const there = end_of_file();
    if (there <= end_) return ReadStatus::end;
    const std::size_t shown = std::max({block_size_, wanted, size() + 1});
    end_ = begin_ + std::min(shown, static_cast<std::size_t>(there - begin_));
    return ReadStatus::data;
  }

  [[nodiscard]] const std::uint8_t* intact_end() const override {
    if (piece_.mapping == nullptr) return end_;
    return std::min({end_, piece_.mapping->lost(), end_of_file()});
  }

  [[nodiscard]] bool lost() const override { return *any_lost_; }

  void release() override {
    // Another process that shares the descriptor continues behind what was read.
    if (file_) lseek(file_->get(), static_cast<off_t>(start_ + offset_), SEEK_SET);
    file_.reset();
    piece_ = {};
    begin_ = end_ = nullptr;
  }

  [[nodiscard]] std::shared_ptr<const void> owner() const override { return piece_.owner; }
  [[nodiscard]] std::string error() const override { return error_; }

 private:
  static constexpr std::size_t piece_size = std::size_t{64} << 20;

  struct Piece {
    const std::uint8_t* begin = nullptr;
    const std::uint8_t* end = nullptr;
    std::uint64_t offset = 0;  ///< of `begin` in the file
    std::shared_ptr<const void> owner{};
    const Mapping* mapping = nullptr;  ///< null: it was read
  };

  MappedInput(std::uint64_t start, std::size_t block_size) : start_(start), block_size_(block_size) {}

  /// The end of the piece, or of what the file has of it by now.
  [[nodiscard]] const std::uint8_t* end_of_file() const {
    if (piece_.mapping == nullptr) return piece_.end;
    const std::uint64_t file_size = size_of(*file_);
    const std::uint64_t behind = file_size - std::min(file_size, piece_.offset);
    return piece_.begin + std::min(behind, static_cast<std::uint64_t>(piece_.end - piece_.begin));
  }

  /// To a piece that has what is left of the window, `wanted` bytes if the file has them, and more than
  /// before.
  ReadStatus move_on(std::size_t wanted) {
    const std::uint64_t at = start_ + offset_;
    const std::uint64_t file_size = size_of(*file_);  // it may be growing
    if (file_size <= at + size()) return ReadStatus::end;
    return map(*file_, at, file_size, wanted) ? ReadStatus::data : read(at, file_size, wanted);
  }

  bool map(const Descriptor& file, std::uint64_t at, std::uint64_t file_size, std::size_t wanted) {
    const std::uint64_t offset = at / Mapping::alignment * Mapping::alignment;
    const std::uint64_t end = std::min(file_size, std::max(offset + piece_size, at + wanted));
    auto next = Mapping::of(file.get(), offset, end - offset, any_lost_);
    if (next == nullptr) return false;
    const Mapping* const mapping = next.get();
    show({mapping->begin(), mapping->end(), offset, std::move(next), mapping}, at, file_size);
    return true;
  }

  ReadStatus read(std::uint64_t at, std::uint64_t file_size, std::size_t wanted) {
    const std::size_t most = std::max({block_size_, wanted, size() + 1});
    auto block = std::make_shared<Block>(std::min<std::uint64_t>(most, file_size - at));
    std::size_t count = 0;
    while (count < block->capacity()) {
      const ssize_t more = pread(file_->get(), block->data() + count, block->capacity() - count,
                                 static_cast<off_t>(at + count));
      if (more < 0 && errno == EINTR) continue;
      if (more < 0) {
        error_ = std::strerror(errno);
        return ReadStatus::failed;
      }
      if (more == 0) break;
      count += static_cast<std::size_t>(more);
    }
    if (count <= size()) return ReadStatus::end;
    const std::uint8_t* const begin = block->data();
    show({begin, begin + count, at, std::move(block)}, at, file_size);
    return ReadStatus::data;
  }

  void show(Piece piece, std::uint64_t at, std::uint64_t file_size) {
    const std::size_t shown = size();
    piece_ = std::move(piece);
    begin_ = piece_.begin + (at - piece_.offset);
    end_ = begin_ + shown;
    raw_size_ = file_size - start_;
  }

  std::optional<Descriptor> file_;
  std::uint64_t start_;  ///< in the file, where the input begins
  std::size_t block_size_;
  std::shared_ptr<std::atomic<bool>> any_lost_ = std::make_shared<std::atomic<bool>>(false);
  Piece piece_;
  std::string error_;
};

class StreamInput : public Input {
 public:
  StreamInput(std::unique_ptr<ByteStream> stream, Compression compression, std::uint64_t raw_size,
              std::size_t block_size)
      : stream_(make_expander(std::move(stream), compression)), pool_(block_size) {
    compression_ = compression;
    raw_size_ = raw_size;
  }

  ReadStatus grow(std::size_t wanted, Wait wait) override {
    if (block_ == nullptr || end_ == block_end() || begin_ + wanted > block_end()) move_on(wanted);
    const ReadResult result = stream_->read(block_->data() + (end_ - block_->data()),
                                            static_cast<std::size_t>(block_end() - end_), wait);
    end_ += result.bytes;
    return result.status;
  }

  void release() override {
    raw_position_ = raw_position();
    stream_.reset();
    block_.reset();
    pool_ = BlockPool(0);
    begin_ = end_ = nullptr;
  }

  [[nodiscard]] std::shared_ptr<const void> owner() const override { return block_; }
  [[nodiscard]] std::string error() const override { return stream_ == nullptr ? "" : stream_->error(); }
  [[nodiscard]] std::uint64_t raw_position() const override {
    return stream_ == nullptr ? raw_position_ : stream_->raw_position();
  }

 private:
  [[nodiscard]] const std::uint8_t* block_end() const { return block_->data() + block_->capacity(); }

  /// To another block with room for `wanted` bytes. Of the old one only the record that its end cut comes
  /// along.
  void move_on(std::size_t wanted) {
    const std::size_t kept = size();
    auto next = pool_.take(std::max(wanted, kept + 1));
    if (kept > 0) std::memcpy(next->data(), begin_, kept);
    block_ = std::move(next);
    begin_ = block_->data();
    end_ = begin_ + kept;
  }

  std::unique_ptr<ByteStream> stream_;
  BlockPool pool_;
  std::shared_ptr<Block> block_;
  std::uint64_t raw_position_ = 0;  ///< after release()
};

tl::unexpected<Error> cannot_open(const std::string& path, int error) {
  return tl::unexpected(
      Error{ErrorKind::open_input, fmt::format("cannot open {}: {}", path, std::strerror(error))});
}

}  // namespace

Expected<std::unique_ptr<Input>> open_input(const std::string& path, std::size_t block_size) {
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

  if (regular && compression == Compression::none) {
    if (auto mapped = MappedInput::open(descriptor, start, block_size)) return mapped;
  }
  const std::uint64_t raw_size = regular ? file_size - start : 0;
  auto stream = make_descriptor_stream(std::move(descriptor), std::move(head), !regular);
  if (regular && compression == Compression::none) block_size = std::min(block_size, file_size - start + 1);
  return std::make_unique<StreamInput>(std::move(stream), compression, raw_size, block_size);
}

std::unique_ptr<Input> open_memory_input(Bytes bytes) {
  const Compression compression = recognise_compression(bytes);
  if (compression == Compression::none) return std::make_unique<MemoryInput>(bytes);
  return std::make_unique<StreamInput>(make_memory_stream(bytes), compression, bytes.size(),
                                       default_block_size);
}

}  // namespace rtmpscope::capture
