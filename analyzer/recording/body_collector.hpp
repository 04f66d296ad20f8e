// Whole bodies of one direction's messages, from the packets' own bytes.
//
// A Recorder does not keep media payload. Whoever wants it goes over the packets once more and hands their
// bytes and chunk headers to a BodyCollector.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "recording/records.hpp"

namespace rtmpscope::recording {

class BodyCollector {
 public:
  /// Captured bytes of the stream from `offset` on, in order. What was there before is ignored, and a step
  /// forward is a gap.
  void add(std::uint64_t offset, Bytes bytes);
  /// A chunk header. Its payload may be there already, or come later.
  void begin_chunk(const ChunkRecord& chunk);
  /// Chunk borders are not known. From now on chunks may be reported long after their bytes came.
  void lose_borders() { borders_known_ = false; }
  /// The message's body, all of its bytes in order; valid until the next call. Empty if a part is not there.
  /// To be called for every message, complete or not: the chunks of its chunk stream so far are done with.
  Bytes end_message(const rtmp::MessageHeader& header);

 private:
  struct Piece {
    std::uint64_t offset;
    std::vector<std::uint8_t> bytes;
    [[nodiscard]] std::uint64_t end() const { return offset + bytes.size(); }
  };
  /// Payload of one chunk.
  struct Span {
    std::uint64_t header;  ///< offset of the chunk
    std::uint64_t begin;
    std::uint32_t length;
  };
  struct ChunkStream {
    std::uint32_t id;
    std::vector<Span> spans;  ///< of the message in progress
  };

  ChunkStream& stream(std::uint32_t id);
  bool copy(const Span& span);
  void trim();

  std::deque<Piece> pieces_;
  std::uint64_t end_ = 0;         ///< of what was added
  std::uint64_t chunks_end_ = 0;  ///< where the chunk after the last known one begins
  std::size_t held_ = 0;          ///< bytes in pieces_
  bool borders_known_ = true;
  std::vector<ChunkStream> streams_;
  std::vector<std::uint8_t> body_;
};

}  // namespace rtmpscope::recording
