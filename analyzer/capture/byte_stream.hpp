// Bytes that come one after the other: from a descriptor, from memory, or out of a decompressor.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace rtmpscope::capture {

enum class ReadStatus : std::uint8_t {
  data,     ///< at least one byte came
  end,      ///< there are no more
  not_yet,  ///< nothing within the time that the call may wait
  failed,   ///< see error()
};

struct ReadResult {
  ReadStatus status = ReadStatus::end;
  std::size_t bytes = 0;
};

/// Whether a read may wait for bytes of a pipe: not at all, for about 100 ms, or until they come.
enum class Wait : std::uint8_t { no, short_time, until_data };

class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// Reads between 1 and `room` bytes to `to`; `room` is at least 1.
  virtual ReadResult read(std::uint8_t* to, std::size_t room, Wait wait) = 0;

  /// One line on what went wrong; set after `failed`.
  [[nodiscard]] virtual std::string error() const { return {}; }

  /// Bytes taken from the file or memory at the bottom, that is, before expansion.
  [[nodiscard]] virtual std::uint64_t raw_position() const = 0;
};

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

/// `prefix`: bytes that were already read from the descriptor. With `may_block` (pipes) a read waits as
/// asked; an interrupting signal ends a short wait.
[[nodiscard]] std::unique_ptr<ByteStream> make_descriptor_stream(Descriptor descriptor,
                                                                 std::vector<std::uint8_t> prefix,
                                                                 bool may_block);

/// `bytes` must outlive the stream.
[[nodiscard]] std::unique_ptr<ByteStream> make_memory_stream(Bytes bytes);

enum class Compression : std::uint8_t { none, gzip, zstd };

/// By the magic number that `head` begins with (4 bytes are enough).
[[nodiscard]] Compression recognise_compression(Bytes head);

/// "", "+gz" or "+zst".
[[nodiscard]] std::string_view compression_suffix(Compression compression);

/// Expands `inner` (Compression::none: returns it). Concatenated gzip members and zstd frames are one stream;
/// zeros after the last gzip member are ignored. A stream that ends early or is damaged fails after its last
/// good byte.
[[nodiscard]] std::unique_ptr<ByteStream> make_expander(std::unique_ptr<ByteStream> inner,
                                                        Compression compression);

}  // namespace rtmpscope::capture
