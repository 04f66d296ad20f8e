// One RTMP connection, both directions: from its two byte streams to the events of the timeline.
//
// The stages of the byte streams are here: handshake, then chunk streams. Whole messages go to a
// MessageSession.
#pragma once

#include <memory>

#include "rtmp/handshake/handshake.hpp"
#include "rtmp/session/chunk_stream_decoder.hpp"
#include "rtmp/session/message_session.hpp"

namespace rtmpscope::rtmp {

struct SessionOptions {
  bool chunk_events = false;       ///< --chunks
  bool message_events = true;      ///< false: the sink wants no more than connection events and findings
  bool keep_media = false;         ///< whole bodies of audio and video messages, not their heads alone
  bool walk_frames = true;         ///< the NAL units of video frames are followed to their ends
  SharedMemory* memory = nullptr;  ///< that it shares with other connections; null: with none
  /// Of RTMPE: a layer below hands on what follows the handshake in clear if it is true when the handshake
  /// ends. Null: it hands on nothing, or ciphertext. Outlives the session's calls.
  const bool* deciphered = nullptr;
};

/// Call order: open, then the StreamSink calls of both directions in capture order, then close once.
///
/// Events go to the sink during these calls. Nothing here fails: what is odd about the bytes is a finding.
class Session final : public StreamSink, private HandshakeListener, private ChunkStreamListener {
 public:
  /// `connection` is the number that the events carry; `sink` must outlive the session. `info.transport` is
  /// one that carries RTMP; see OpaqueConnection for all others.
  Session(const ConnectionInfo& info, std::uint32_t connection, SessionOptions options, EventSink& sink)
      : messages_(info, connection, options.message_events, sink),
        chunk_events_(options.chunk_events),
        deciphered_(options.deciphered) {
    keep_media_whole(options.keep_media);
    for (ChunkStreamDecoder& decoder : decoders_) {
      decoder.share(options.memory);
      decoder.walk_frames(options.walk_frames);
    }
  }

  void open(PacketRef packet);
  void on_data(Direction direction, const StreamData& data) override;
  void on_gap(Direction direction, const StreamGap& gap) override;
  void on_end(Direction direction, const StreamEnd& end) override;
  void close(EndCause cause, PacketRef packet, const std::array<DirectionTotals, 2>& totals);

  /// What a carrier below has to tell: goes to the sink as it is.
  void add_event(Event& event, PacketRef packet) { emit(event, packet); }
  void add_finding(FindingEvent& event, PacketRef packet) { emit_finding(event, packet); }

  /// Whether bodies of audio and video messages that begin from now on are kept whole, not their heads alone.
  void keep_media_whole(bool whole) {
    for (ChunkStreamDecoder& decoder : decoders_) decoder.keep_media_whole(whole);
  }

  /// The layer below retransmitted `bytes` bytes with other content than the first time.
  void on_overlap_conflict(Direction direction, std::uint64_t offset, std::uint64_t bytes, PacketRef packet);

  /// The layer below saw the connection's beginning again, and cannot tell whether it is over.
  void on_syn_again(Direction direction, PacketRef packet);

  /// Data of `direction` comes soon: loads what it will need into the cache. Step 0 looks at the session's
  /// address alone, each further one, of three, at what the one before it has loaded.
  void prefetch(Direction direction, unsigned step) const;

  /// What is known so far; of use at any time.
  [[nodiscard]] const ConnectionSummary& summary() const { return messages_.summary(); }

 private:
  /// How a direction's bytes are taken.
  enum class Stage : std::uint8_t { handshake, chunks, encrypted };

  void on_part(const HandshakePartFacts& facts, Bytes raw) override;
  void on_done(const HandshakeOutcome& outcome) override;
  void on_chunk(const ChunkHeader& header, std::uint32_t payload_length, PacketRef packet) override;
  void on_chunk_finding(const ChunkHeader& header, const ChunkFinding& finding, PacketRef packet) override;
  void on_framing_finding(const MessageHeader& message, FindingId id, std::uint64_t a, std::uint64_t b,
                          PacketRef packet) override;
  void on_message(const Message& message, PacketRef packet) override {
    messages_.on_message(direction_, message, packet);
  }
  void on_sync_lost(std::uint64_t offset, std::uint8_t reason, PacketRef packet) override;
  void on_sync_found(const SyncFound& found, std::uint32_t chunk_size) override;

  void begin_chunks_midstream(Direction direction, PacketRef packet);
  void begin_chunks_without_reply(Direction direction, const StreamData& rest);
  void end_handshake(Direction direction, const PacketRef& packet, std::uint64_t offset);
  void free_handshake();
  void emit(Event& event, PacketRef packet) { messages_.events().emit(event, packet); }
  void emit_finding(FindingEvent& event, PacketRef packet) { messages_.events().emit_finding(event, packet); }

  [[no_unique_address]] MessageSession messages_;  // its last bytes are free for what follows
  bool chunk_events_;
  const bool* deciphered_;
  Direction direction_ = Direction::to_server;  ///< of the call that is being served
  std::array<Stage, 2> stages_{};
  std::unique_ptr<Handshake> handshake_;
  std::array<ChunkStreamDecoder, 2> decoders_;
};

}  // namespace rtmpscope::rtmp
