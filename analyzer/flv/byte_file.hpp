// What an FLV file is written to: a file on disk, or memory.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.hpp"

namespace rtmpscope::flv {

/// Errors are the implementation's: it keeps the first one and takes no further bytes.
class ByteFile {
 public:
  virtual ~ByteFile() = default;
  virtual void append(Bytes bytes) = 0;
  /// Replaces bytes that were appended; `offset + bytes.size()` is within the file.
  virtual void write_at(std::uint64_t offset, Bytes bytes) = 0;
  /// Reads bytes that were appended. Answers how many; fewer than `bytes.size()` at the end, or on an error.
  virtual std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> bytes) = 0;
};

}  // namespace rtmpscope::flv
