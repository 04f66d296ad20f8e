// One RTMP connection, both directions, from whole messages on: what they say of each other and of the
// connection. How they were cut out of byte streams is not its business.
#pragma once

#include "media/configuration.hpp"
#include "rtmp/chunk/message.hpp"
#include "rtmp/session/conversation.hpp"
#include "rtmp/session/event_emitter.hpp"
#include "rtmp/session/media_counter.hpp"
#include "rtmp/session/software_identity.hpp"

namespace rtmpscope::rtmp {

/// Reads the facts of messages, follows commands and their responses, counts media, and emits the events
/// `message` and what is odd about a message's body.
///
/// Call order: open, then messages of both directions in the order of the capture, then close once. Events
/// that are no messages (gaps, handshakes) go through events() in between.
class MessageSession {
 public:
  /// `connection` is the number that the events carry; `sink` must outlive the session. `message_events`
  /// false: messages are counted, and looked into for findings, but have no events.
  MessageSession(const ConnectionInfo& info, std::uint32_t connection, bool message_events, EventSink& sink)
      : events_(info, connection, sink), message_events_(message_events) {}

  void open(PacketRef packet) { events_.open(packet); }
  /// `packet` is the one that completed the message, or that showed that no more of it is to come.
  void on_message(Direction direction, const Message& message, PacketRef packet);
  /// Between messages of that direction: see MediaCounter.
  void on_missing_bytes(Direction direction, std::uint64_t bytes) {
    media_.on_missing_bytes(direction, bytes);
  }
  void on_sync_lost(Direction direction) { media_.on_sync_lost(direction); }
  void close(EndCause cause, PacketRef packet, const std::array<DirectionTotals, 2>& totals) {
    events_.close(cause, packet, totals);
  }

  [[nodiscard]] EventEmitter& events() { return events_; }
  /// C1 or S1 suggests this software, of the table handshake_software.
  void on_handshake_software(Direction sender, std::uint64_t software);

  /// What is known so far; of use at any time.
  [[nodiscard]] ConnectionSummary& summary() { return events_.summary(); }
  [[nodiscard]] const ConnectionSummary& summary() const { return events_.summary(); }

  /// A message comes soon: loads what it will need into the cache. Step 0 looks at the session's address
  /// alone, step 1 at what step 0 has loaded.
  void prefetch(unsigned step) const;

 private:
  class Inspector;

  void on_video(Direction direction, const Message& message, PacketRef packet);
  void on_audio(Direction direction, const Message& message, PacketRef packet);
  media::VideoFacts count_video(Direction direction, const Message& message, PacketRef packet);
  media::AudioFacts count_audio(Direction direction, const Message& message, PacketRef packet);
  void count_aggregate(Direction direction, const Message& aggregate, PacketRef packet);
  /// Any other type.
  void on_other(Direction direction, const Message& message, PacketRef packet);
  void emit_size_change(Direction direction, const Message& message, media::FrameSize size, PacketRef packet);
  void report_limits(Direction direction, const Message& message, PacketRef packet);
  void emit_finding(Direction direction, const Message& message, FindingId id, std::uint64_t a,
                    std::uint64_t b, PacketRef packet);
  void emit_message(Direction direction, const Message& message, const MessageFacts& facts, PacketRef packet,
                    const std::optional<PendingRequest>& request = {});

  EventEmitter events_;
  void tell_identity();

  Conversation conversation_{events_.summary()};
  MediaCounter media_{events_.summary()};
  SoftwareIdentity identity_;
  bool message_events_;
  std::array<bool, 2> last_back_pointer_told_{};  ///< by direction
};

}  // namespace rtmpscope::rtmp
