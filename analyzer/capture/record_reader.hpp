// What the parsers of the capture formats have in common.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "base/byte_order.hpp"
#include "capture/source.hpp"

namespace rtmpscope::capture {

/// Room for packets in a batch: `next` moves up to `end`.
struct PacketSlots {
  Packet* next = nullptr;
  Packet* end = nullptr;
};

enum class Stop : std::uint8_t {
  batch_full,  ///< a packet is next, and there is no slot for it
  need_more,   ///< the window ends within a record
  skip,        ///< the record here is of no interest and longer than the window
  corrupt,     ///< no packet can be found from here on
};

/// Where and why a walk stopped.
struct WalkEnd {
  const std::uint8_t* position = nullptr;  ///< start of the first record that was not consumed
  Stop stop = Stop::batch_full;
  std::uint64_t bytes = 0;  ///< need_more: bytes needed from `position`; skip: bytes to leave out
  std::string text;         ///< corrupt: what is wrong
};

/// Packets that contradict themselves within records that are whole: they are lost, what follows is not.
struct LeftOut {
  std::uint64_t count = 0;
  const std::uint8_t* first = nullptr;  ///< record of the first one, in the window of the walk that met it
  std::string text;                     ///< what is wrong with that one
};

/// Walks over the records of one capture format. It keeps no pointer into the window, so that a window may be
/// anywhere the next time.
class RecordReader {
 public:
  virtual ~RecordReader() = default;

  /// Consumes records from [begin, end) and writes packets into `slots`, whose `data` point into the window.
  virtual WalkEnd walk(const std::uint8_t* begin, const std::uint8_t* end, PacketSlots& slots) = 0;

  [[nodiscard]] virtual std::string_view format() const = 0;

  /// Number of the last packet.
  [[nodiscard]] std::uint64_t last_number() const { return number_; }

  /// Of all walks so far.
  [[nodiscard]] const LeftOut& left_out() const { return left_out_; }

 protected:
  std::uint64_t number_ = 0;
  LeftOut left_out_;
};

/// Bytes at the start of the input that make_record_reader() wants to see (fewer if the input is shorter).
inline constexpr std::size_t file_header_length = 24;

/// The reader for the format that `head` begins with, or null. `position` becomes the number of bytes to
/// consume before the first walk. `statistics` must outlive the reader, which notes interfaces, comments and
/// secrets there.
[[nodiscard]] std::unique_ptr<RecordReader> make_record_reader(Bytes head, SourceStatistics& statistics,
                                                               std::size_t& position);

/// Brings cache lines in before the walk gets there. A walk is a chain of loads (a record's length says
/// where the next one is), which costs a memory latency a record if nobody asks for the lines in advance;
/// asking for all lines ahead was measured at four times the speed of asking for one line a record.
class Prefetcher {
 public:
  explicit Prefetcher(const std::uint8_t* position) : fetched_(position) {}

  /// `position`: the record that is being parsed. The address need not be readable.
  void advance(const std::uint8_t* position) {
    const auto target = reinterpret_cast<std::uintptr_t>(position) + distance;
    auto line = reinterpret_cast<std::uintptr_t>(fetched_);
    // After a record longer than the distance: only what is ahead of it, nobody may ever want its payload.
    line = std::max(line, reinterpret_cast<std::uintptr_t>(position));
    // NOLINTBEGIN(performance-no-int-to-ptr)
    for (; line < target; line += line_length) __builtin_prefetch(reinterpret_cast<const void*>(line));
    fetched_ = reinterpret_cast<const std::uint8_t*>(line);
    // NOLINTEND(performance-no-int-to-ptr)
  }

 private:
  static constexpr std::uintptr_t distance = 2048;
  static constexpr std::uintptr_t line_length = 64;
  const std::uint8_t* fetched_;
};

template <bool swapped>
[[nodiscard]] inline std::uint16_t load16(const std::uint8_t* p) {
  return swapped ? load_be16(p) : load_le16(p);
}
template <bool swapped>
[[nodiscard]] inline std::uint32_t load32(const std::uint8_t* p) {
  return swapped ? load_be32(p) : load_le32(p);
}
template <bool swapped>
[[nodiscard]] inline std::uint64_t load64(const std::uint8_t* p) {
  return swapped ? load_be64(p) : load_le64(p);
}

}  // namespace rtmpscope::capture
