// What the two sides have agreed on: requests that wait for their response, message streams and their names.
#pragma once

#include <optional>
#include <vector>

#include "rtmp/message/command_facts.hpp"
#include "rtmp/session/summary.hpp"

namespace rtmpscope::rtmp {

/// Requests of one direction that are remembered while their response has not come. Many requests are never
/// answered (FCPublish and the like), so the oldest are forgotten.
inline constexpr std::size_t maximum_pending_requests = 64;
/// Message streams of a connection that are listed in the summary; media of further ones is only counted.
inline constexpr std::size_t maximum_streams = 256;

/// Requests that are remembered while their status has not come.
inline constexpr std::size_t maximum_asking = 64;

/// A request and the packet that completed it.
struct PendingRequest {
  /// Stream command: publish, play and the like. Other: applications work without an answer to it.
  enum class Kind : std::uint8_t { other, connect, create_stream, stream_command };
  double transaction_id = 0;
  PacketRef packet;
  Direction direction{};
  Kind kind{};
};

/// Follows the commands of one connection, in the order of the capture.
class Conversation {
 public:
  explicit Conversation(ConnectionSummary& summary) : summary_(summary) {}

  /// A command was completed in `packet`. Answers the request that it responds to, if it is a response and
  /// the request was seen.
  std::optional<PendingRequest> on_command(Direction direction, std::uint32_t message_stream_id,
                                           const CommandFacts& facts, PacketRef packet);

  /// The message stream that media with this id belongs to: its own, or for id 0 the only open one
  /// (node-media-server sends media on message stream 0). Media whose id is not known belongs to the only
  /// open one, too, or else to the first whose id is told later. Null if there is none and none can be added.
  StreamSummary* media_stream(std::optional<std::uint32_t> message_stream_id) {
    const bool has_first = !summary_.streams.empty() && summary_.streams.front().id_known;
    if (has_first && message_stream_id == summary_.streams.front().message_stream_id) [[likely]]
      return &summary_.streams.front();
    return other_media_stream(message_stream_id);
  }

  /// A limit that was reached: its finding, and its size. Each is answered once.
  struct Limit {
    FindingId id{};
    std::size_t size = 0;
  };
  [[nodiscard]] std::optional<Limit> take_reached_limit();
  [[nodiscard]] bool has_reached_limit() const {
    return requests_ == Reached::now || streams_ == Reached::now;
  }

  /// The message stream with this id, or for id 0 the only one. Null if there is none.
  [[nodiscard]] const StreamSummary* find(std::uint32_t message_stream_id) const;

 private:
  enum class Reached : std::uint8_t { no, now, reported };

  static void reach(Reached& limit) {
    if (limit == Reached::no) limit = Reached::now;
  }
  void remember(const PendingRequest& request);
  void on_request(std::uint32_t message_stream_id, const CommandFacts& facts);
  void on_response(const PendingRequest& request, const CommandFacts& facts);
  void on_status(std::uint32_t message_stream_id, const CommandFacts& facts);
  StreamSummary* other_media_stream(std::optional<std::uint32_t> message_stream_id);
  StreamSummary* find_or_add(std::uint32_t message_stream_id);
  void ask(std::uint32_t message_stream_id);
  StreamSummary* asking_stream(std::string_view code);

  ConnectionSummary& summary_;
  std::vector<PendingRequest> pending_;  ///< of both directions, oldest first
  Reached requests_ = Reached::no;       ///< maximum_pending_requests
  Reached streams_ = Reached::no;        ///< maximum_streams
  std::vector<std::uint32_t> asking_;    ///< message streams whose request waits for a status, oldest first
};

}  // namespace rtmpscope::rtmp
