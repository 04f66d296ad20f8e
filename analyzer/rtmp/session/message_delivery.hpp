// The messages of one direction on their way out: bodies are put together, and the two messages that change
// framing itself are applied.
#pragma once

#include <memory>

#include "rtmp/chunk/chunk_parser.hpp"
#include "rtmp/chunk/message_assembler.hpp"
#include "rtmp/recovery/sync_found.hpp"

namespace rtmpscope::rtmp {

/// Takes what a ChunkStreamDecoder finds, in stream order. `packet` is the packet that completed it.
class ChunkStreamListener {
 public:
  virtual ~ChunkStreamListener() = default;
  /// Every chunk header, before its payload.
  virtual void on_chunk(const ChunkHeader& header, std::uint32_t payload_length, PacketRef packet) = 0;
  /// Something odd about the chunk header that on_chunk has just reported.
  virtual void on_chunk_finding(const ChunkHeader& header, const ChunkFinding& finding, PacketRef packet) = 0;
  /// Something odd about how a message came; its bytes are not to blame.
  virtual void on_framing_finding(const MessageHeader& message, FindingId id, std::uint64_t a,
                                  std::uint64_t b, PacketRef packet) = 0;
  /// A message, as complete as it will be.
  virtual void on_message(const Message& message, PacketRef packet) = 0;
  /// No chunk border is known from `offset` on. `reason`: values.def, sync_lost_reason.
  virtual void on_sync_lost(std::uint64_t offset, std::uint8_t reason, PacketRef packet) = 0;
  /// Chunk borders are known again. `chunk_size` is 0 if it is not known.
  virtual void on_sync_found(const SyncFound& found, std::uint32_t chunk_size) = 0;
};

class MessageDelivery {
 public:
  /// Both outlive this.
  MessageDelivery(ChunkParser& parser, SenderProfile& profile) : parser_(parser), profile_(profile) {}
  MessageDelivery(const MessageDelivery&) = delete;
  MessageDelivery& operator=(const MessageDelivery&) = delete;

  [[nodiscard]] MessageAssembler& assembler() { return assembler_; }
  [[nodiscard]] const MessageAssembler& assembler() const { return assembler_; }

  /// Payload of the message in progress on `stream`.
  void append(ChunkStream& stream, Bytes payload) { assembler_.append(stream.body, stream.message, payload); }
  /// The message has ended with `payload`. It is delivered unless it is provisional.
  void finish(std::size_t stream, Bytes payload, PacketRef packet, ChunkStreamListener& listener);
  /// Delivers a message. `payload`: its last bytes, if they are not kept yet.
  void deliver(ChunkStream& stream, Bytes payload, bool complete, PacketRef packet,
               ChunkStreamListener& listener);
  void deliver_incomplete(std::size_t stream, PacketRef packet, ChunkStreamListener& listener);
  void deliver_all_incomplete(PacketRef packet, ChunkStreamListener& listener);
  /// The message that the last begin item has replaced on its chunk stream, `stream`.
  void deliver_abandoned(ChunkStream& stream, PacketRef packet, ChunkStreamListener& listener);
  /// The message in progress on `stream` is none.
  void drop(ChunkStream& stream) { assembler_.release(stream.body); }

  /// The message that has ended with `payload` waits until the header behind it shows that it has no other
  /// chunks.
  void hold(ChunkStream& stream, Bytes payload, PacketRef packet);
  [[nodiscard]] bool holds() const { return held_ != nullptr; }
  /// Nothing has shown that the message that waits has other chunks.
  void deliver_held(ChunkStreamListener& listener);
  /// It has.
  void drop_held() { held_.reset(); }

  /// Length of the longest message that came in one chunk of the chunk size at hand.
  [[nodiscard]] std::uint32_t longest_unsplit() const { return longest_unsplit_; }
  void set_longest_unsplit(std::uint32_t length) { longest_unsplit_ = length; }

 private:
  struct Held {
    ChunkStream stream;
    PacketRef packet;
  };

  void report_limit(MessageAssembler::Number body, const Message& message, PacketRef packet,
                    ChunkStreamListener& listener) const;
  void apply(const Message& message, PacketRef packet, ChunkStreamListener& listener);

  ChunkParser& parser_;
  SenderProfile& profile_;
  MessageAssembler assembler_;
  std::uint32_t longest_unsplit_ = 0;
  std::unique_ptr<Held> held_;
};

}  // namespace rtmpscope::rtmp
