// The bytes of a capture file as a window that moves forward.
#pragma once

#include "base/error.hpp"
#include "capture/byte_stream.hpp"

namespace rtmpscope::capture {

/// A window over the input. Parsers walk over [begin, end), consume what they have read, and grow the window
/// when it ends within a record.
class Input {
 public:
  virtual ~Input() = default;

  [[nodiscard]] const std::uint8_t* begin() const { return begin_; }
  [[nodiscard]] const std::uint8_t* end() const { return end_; }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(end_ - begin_); }
  [[nodiscard]] Bytes window() const { return {begin_, size()}; }

  /// Position of begin() in the (expanded) input.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }

  void consume(std::size_t count) {
    begin_ += count;
    offset_ += count;
  }

  /// Adds bytes to the end of the window. `wanted` is the size that would help; it may take several calls to
  /// get there. The window may be elsewhere afterwards; what it showed before lives on as long as its
  /// owner().
  virtual ReadStatus grow(std::size_t wanted, Wait wait) = 0;

  /// Keeps the memory of the window alive. Null: it belongs to somebody who outlives the input.
  [[nodiscard]] virtual std::shared_ptr<const void> owner() const { return nullptr; }

  /// Reading is over: gives back descriptors and memory that has no other owner.
  virtual void release() {}

  /// One line on what went wrong; set after grow() returned `failed`.
  [[nodiscard]] virtual std::string error() const { return {}; }

  /// Up to where the window is what the file holds. Before end() where a file that is mapped has become
  /// shorter, or could not be read: zeros follow.
  [[nodiscard]] virtual const std::uint8_t* intact_end() const { return end_; }
  /// Whether such zeros were read.
  [[nodiscard]] virtual bool lost() const { return false; }

  /// Bytes read of the underlying file, before expansion.
  [[nodiscard]] virtual std::uint64_t raw_position() const { return offset_; }

  /// Size of the underlying file; 0: not known.
  [[nodiscard]] std::uint64_t raw_size() const { return raw_size_; }

  [[nodiscard]] Compression compression() const { return compression_; }

 protected:
  const std::uint8_t* begin_ = nullptr;
  const std::uint8_t* end_ = nullptr;
  std::uint64_t offset_ = 0;
  std::uint64_t raw_size_ = 0;
  Compression compression_ = Compression::none;
};

/// Bytes read or shown at once: see max_batch_bytes (limits.hpp).
inline constexpr std::size_t default_block_size = std::size_t{512} << 10;

/// Opens a file, "-" for standard input. Regular files that are not compressed are mapped, a piece after the
/// other, all others read into blocks. `block_size` is by how much the window grows.
[[nodiscard]] Expected<std::unique_ptr<Input>> open_input(const std::string& path,
                                                          std::size_t block_size = default_block_size);

/// `bytes` must outlive the input. Uncompressed bytes are used in place.
[[nodiscard]] std::unique_ptr<Input> open_memory_input(Bytes bytes);

}  // namespace rtmpscope::capture
