// Records as bytes: a capture has many of them, and most of their numbers are small.
//
// The records of one RecordBatch are written one after the other and read in the same order. An integer takes
// a byte for each 7 bits, the low ones first; offsets count from where the chunk before has ended.
#pragma once

#include <vector>

#include "recording/records.hpp"

namespace rtmpscope::recording {

inline constexpr std::size_t longest_varint = 10;

/// Writes `value` in as many bytes as it needs, 1 to `longest_varint`, and answers where they end.
inline std::uint8_t* write_varint(std::uint8_t* to, std::uint64_t value) {
  constexpr unsigned bits = 7;
  constexpr std::uint8_t more = 0x80;
  for (; value >= more; value >>= bits) *to++ = static_cast<std::uint8_t>(value | more);
  *to++ = static_cast<std::uint8_t>(value);
  return to;
}
/// Appends it.
void write_varint(std::vector<std::uint8_t>& out, std::uint64_t value);
/// Takes what write_varint has written from the front of `in`, which must hold it whole.
[[nodiscard]] std::uint64_t read_varint(Bytes& in);

class RecordWriter {
 public:
  /// Forgets what was written, and begins a batch at `stream_offset` of packet `frame`.
  void begin(std::uint64_t stream_offset, std::uint32_t frame);
  void chunk(Direction direction, const ChunkRecord& record);
  /// Bytes of the body that `record.body.copy` points to are copied; `record.frame` is the batch's.
  void message(Direction direction, const MessageRecord& record);
  void event(Direction direction, std::uint32_t index);

  /// Valid until the next call.
  [[nodiscard]] Bytes bytes() const { return out_; }

 private:
  void frame_contents(const media::FrameContents& contents);

  std::vector<std::uint8_t> out_;
  std::uint64_t near_ = 0;
  std::uint32_t frame_ = 0;
};

/// Reads what a RecordWriter wrote. Has no destructor, so that Wireshark may leave its owner with longjmp.
class RecordReader {
 public:
  explicit RecordReader(const RecordBatch& batch)
      : in_(batch.records), near_(batch.stream_offset), frame_(batch.frame) {}

  /// False if there is none left. Of `record` what belongs to its kind is set; a message's body may view the
  /// batch's bytes.
  bool next(Record& record);

 private:
  void read_chunk(std::uint8_t tag, ChunkRecord& record);
  void read_message(std::uint8_t tag, MessageRecord& record);
  void read_contents(media::FrameContents& contents);
  std::uint64_t offset();
  std::uint32_t number() { return static_cast<std::uint32_t>(read_varint(in_)); }

  Bytes in_;
  std::uint64_t near_;
  std::uint32_t frame_;
};

}  // namespace rtmpscope::recording
