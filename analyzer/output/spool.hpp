// Output that has to wait for something that comes later.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "output/buffer.hpp"

namespace rtmpscope::output {

/// A place of bytes in a Spool.
struct SpoolPlace {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// Bytes in the order in which they were appended: in memory up to a limit, beyond it in a temporary file
/// without a name (TMPDIR, or /tmp), which is gone with the object.
class Spool {
 public:
  static constexpr std::size_t default_memory_limit = std::size_t{16} << 20;

  explicit Spool(std::size_t memory_limit = default_memory_limit) : memory_limit_(memory_limit) {}
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;
  ~Spool();

  SpoolPlace append(std::string_view bytes);
  /// Appends the bytes at `place` to `to`. False if the file cannot be read.
  [[nodiscard]] bool copy(SpoolPlace place, Buffer& to) const;
  /// Whether the limit was reached and there is no file to go on in. What was appended is still there, and
  /// more can be, in memory.
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  void move_to_file();

  std::size_t memory_limit_;
  std::string memory_;  ///< behind what is in the file
  std::uint64_t file_length_ = 0;
  int file_ = -1;
  bool failed_ = false;
};

}  // namespace rtmpscope::output
