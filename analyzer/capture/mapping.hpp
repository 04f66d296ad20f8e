// A part of a file as the page cache has it, read without a copy.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace rtmpscope::capture {

/// Another program may shorten the file, and a disk may fail. Without this class the process would end
/// (SIGBUS). With it, everything from the first unreadable page on reads as zeros, and `lost` reports that
/// place.
class Mapping {
 public:
  /// That of the largest pages that a page cache has.
  static constexpr std::size_t alignment = std::size_t{2} << 20;

  /// `offset` is a multiple of `alignment`, `size` is not 0. `any_lost` is set once an
  /// unreadable page was accessed. Null if the file cannot be mapped (memory or the number of mappings may be
  /// limited): the caller reads it instead.
  [[nodiscard]] static std::shared_ptr<const Mapping> of(int descriptor, std::uint64_t offset,
                                                         std::size_t size,
                                                         std::shared_ptr<std::atomic<bool>> any_lost);
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping();

  [[nodiscard]] const std::uint8_t* begin() const { return begin_; }
  [[nodiscard]] const std::uint8_t* end() const { return end_; }
  /// Offset of begin() in the file.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  /// The first unreadable place that was accessed; end() if there was none. Any thread may call this.
  [[nodiscard]] const std::uint8_t* lost() const;

  /// What the signal handler needs of a mapping.
  struct Guard;

 private:
  Mapping(const std::uint8_t* begin, std::size_t size, std::uint64_t offset,
          std::shared_ptr<std::atomic<bool>> any_lost, Guard& guard)
      : begin_(begin), end_(begin + size), offset_(offset), any_lost_(std::move(any_lost)), guard_(guard) {}

  const std::uint8_t* begin_;
  const std::uint8_t* end_;
  std::uint64_t offset_;
  std::shared_ptr<std::atomic<bool>> any_lost_;
  Guard& guard_;
};

}  // namespace rtmpscope::capture
