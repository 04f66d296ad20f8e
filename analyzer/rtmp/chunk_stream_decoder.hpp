// One direction's chunk stream, from bytes to messages: framing (chunk_parser.hpp) and bodies
// (message_assembler.hpp) together, with the two messages that change framing itself applied.
#pragma once

#include "rtmp/chunk_parser.hpp"
#include "rtmp/message_assembler.hpp"

namespace rtmpscope::rtmp {

/// Takes what a ChunkStreamDecoder finds, in stream order. `packet` is the packet that completed it.
class ChunkStreamListener {
 public:
  virtual ~ChunkStreamListener() = default;
  /// Every chunk header, before its payload.
  virtual void on_chunk(const ChunkHeader& header, std::uint32_t payload_length, PacketRef packet) = 0;
  /// Something odd about the chunk header that on_chunk has just told.
  virtual void on_chunk_finding(const ChunkHeader& header, const ChunkFinding& finding, PacketRef packet) = 0;
  /// Something odd about how a message came; its bytes are not to blame.
  virtual void on_framing_finding(const MessageHeader& message, FindingId id, std::uint64_t a, std::uint64_t b,
                                  PacketRef packet) = 0;
  /// A message, as complete as it will be.
  virtual void on_message(const Message& message, PacketRef packet) = 0;
  /// No chunk border is known from `offset` on. `reason`: values.def, sync_lost_reason.
  virtual void on_sync_lost(std::uint64_t offset, std::uint8_t reason, PacketRef packet) = 0;
};

/// Call order: any number of on_data and on_gap in stream order, then on_end once.
class ChunkStreamDecoder {
 public:
  void on_data(StreamData data, ChunkStreamListener& listener);
  void on_gap(const StreamGap& gap, ChunkStreamListener& listener);
  /// Hands out the messages in progress as incomplete ones.
  void on_end(PacketRef packet, ChunkStreamListener& listener);
  /// Nothing can be decoded from here on, for a reason outside of the chunk stream.
  void lose_sync(std::uint64_t offset, std::uint8_t reason, PacketRef packet, ChunkStreamListener& listener);

  [[nodiscard]] std::uint64_t skipped_bytes() const { return parser_.skipped_bytes(); }
  /// A chunk header that the end of the stream cut off: how many bytes of it came.
  [[nodiscard]] std::size_t held_header_bytes() const { return parser_.held_header_bytes(); }

 private:
  void begin_chunk(const ChunkItem& item, PacketRef packet, ChunkStreamListener& listener);
  void finish_message(std::size_t stream, Bytes payload, PacketRef packet, ChunkStreamListener& listener);
  void emit_partial(std::size_t stream, PacketRef packet, ChunkStreamListener& listener);
  void apply(const Message& message, PacketRef packet, ChunkStreamListener& listener);

  ChunkParser parser_;
  MessageAssembler assembler_;
};

}  // namespace rtmpscope::rtmp
