// Units as bytes: a capture has many of them, and most of their numbers are small.
//
// The units of one FrameRecord are written one after the other and read in the same order. An integer takes a
// byte for each 7 bits, the low ones first; offsets count from where the chunk before has ended.
#pragma once

#include <vector>

#include "units.hpp"

namespace rtmpscope::plugin {

/// Appends `value` in as many bytes as it needs: 1 to 10.
void write_varint(std::vector<std::uint8_t>& out, std::uint64_t value);
/// Takes what write_varint has written from the front of `in`, which must hold it whole.
[[nodiscard]] std::uint64_t read_varint(Bytes& in);

class UnitWriter {
 public:
  /// Forgets what was written, and begins a record at `stream_offset` of packet `frame`.
  void begin(std::uint64_t stream_offset, std::uint32_t frame);
  void chunk(Direction direction, const ChunkUnit& unit);
  /// Bytes of the body that `unit.body.copy` points to are copied; `unit.frame` is the record's.
  void message(Direction direction, const MessageUnit& unit);
  void event(Direction direction, std::uint32_t index);

  /// Valid until the next call.
  [[nodiscard]] Bytes bytes() const { return out_; }

 private:
  void offset(std::uint64_t stream_offset);

  std::vector<std::uint8_t> out_;
  std::uint64_t near_ = 0;
  std::uint32_t frame_ = 0;
};

/// Reads what a UnitWriter wrote. Has no destructor, so that Wireshark may leave its owner with longjmp.
class UnitReader {
 public:
  explicit UnitReader(const FrameRecord& record)
      : in_(record.units), near_(record.stream_offset), frame_(record.frame) {}

  /// False if there is none left. Of `unit` what belongs to its kind is set; a message's body may view the
  /// record's bytes.
  bool next(Unit& unit);

 private:
  void read_chunk(std::uint8_t tag, ChunkUnit& unit);
  void read_message(std::uint8_t tag, MessageUnit& unit);
  std::uint64_t offset();
  std::uint32_t number() { return static_cast<std::uint32_t>(read_varint(in_)); }

  Bytes in_;
  std::uint64_t near_;
  std::uint32_t frame_;
};

}  // namespace rtmpscope::plugin
