// A part of a file as the page cache has it: looked at without a copy.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace rtmpscope::capture {

/// Another program may shorten the file, and a disk may fail. What cannot be read then is zeros from there
/// on, where the process would otherwise end (SIGBUS), and `lost` tells.
class Mapping {
 public:
  /// That of the largest pages that a page cache has.
  static constexpr std::size_t alignment = std::size_t{2} << 20;

  /// `offset` is a multiple of `alignment`, `size` is not 0. `any_lost` is set once somebody has looked at
  /// what could not be read. Null where the file cannot be mapped, and has to be read: memory or the number
  /// of mappings may be limited.
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
  /// Where somebody has looked and nothing could be read; end() if that has not been. May be asked by any
  /// thread.
  [[nodiscard]] const std::uint8_t* lost() const;

  /// What the signal handler knows of a mapping.
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
