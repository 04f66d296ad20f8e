// One connection of byte streams as the plugin sees it: which bytes of which packet were decoded, and what
// came out.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "carrier/layer_stack.hpp"
#include "carrier/news/layer_news.hpp"
#include "clear_streams.hpp"
#include "recorded_connection.hpp"
#include "rtmp/session/session.hpp"

namespace rtmpscope::plugin {

/// How sure Wireshark is that the bytes are RTMP.
enum class Claim : std::uint8_t {
  heuristic,  ///< asked whether the bytes are RTMP: the content alone decides, and must be certain
  port,       ///< the port, or the user, says so
};

/// Bytes that Wireshark shows for the first time.
struct PacketBytes {
  std::uint32_t frame = 0;
  std::uint32_t place = 0;
  Timestamp time = 0;
  Direction direction{};
  Claim claim{};
  std::optional<std::uint32_t>
      sequence;  ///< TCP sequence number of the first byte; none: follows the one before
  std::optional<std::uint32_t> first_sequence;  ///< of the direction's first byte, if TCP knows it
  bool syn_seen = false;
  Bytes bytes;            ///< what was captured
  std::uint32_t cut = 0;  ///< bytes after them that were not
};

/// A packet that ends a stream of TCP, with or without bytes.
struct PacketEnd {
  std::uint32_t frame = 0;
  Timestamp time = 0;
  Direction direction{};
  EndCause cause = EndCause::fin;  ///< reset: of both streams
};

class Connection final : public RecordedConnection, private carrier::LayerListener {
 public:
  Connection(Capture& capture, const rtmp::ConnectionInfo& info);

  /// Whether media payload is kept, too, which takes as much memory as there is media. To be said before
  /// `decode`.
  void keep_media(bool whole) { media_whole_ = whole; }

  /// To be called once for each PacketBytes, in the order of the capture. Nothing if it is not RTMP, or may
  /// not be.
  std::optional<recording::RecordBatch> decode(const PacketBytes& packet);
  /// To be called once for each packet that ends a stream, after its bytes. What comes out when nothing more
  /// is to come, if anything does; `find` has it at end_place.
  std::optional<recording::RecordBatch> end(const PacketEnd& packet);
  /// Nothing more is decoded.
  [[nodiscard]] bool is_closed() const { return closed_; }
  /// Whether the stream has not ended, and all of its bytes in front of TCP's `sequence` are decoded.
  /// `first`: number of the first byte, if TCP knows it.
  [[nodiscard]] bool may_end(Direction direction, std::uint32_t sequence,
                             std::optional<std::uint32_t> first) const;

  /// The content has proven that it is not RTMP; nothing is to be expected of further bytes.
  [[nodiscard]] bool is_other() const { return layers_ != nullptr && !layers_->wants_data(); }

  [[nodiscard]] rtmp::Transport transport() const override;
  [[nodiscard]] std::uint64_t missing_bytes() const override { return missing_bytes_; }
  [[nodiscard]] const rtmp::ConnectionSummary* summary() const override {
    if (session_ == nullptr) return closed_summary_.get();
    return &session_->summary();
  }
  [[nodiscard]] Bytes content(const recording::RecordBatch& batch, Bytes frame) const override;

 private:
  /// Of one direction of TCP.
  struct DirectionState {
    std::uint64_t expected = 0;  ///< offset behind the last byte seen
    std::uint32_t expected_sequence = 0;
    bool begun = false;
    bool ended = false;
  };
  /// Where the bytes of a packet lie in TCP's stream.
  struct Place {
    std::uint64_t offset = 0;    ///< of the first byte
    std::uint64_t missing = 0;   ///< bytes before it that never came
    std::uint32_t repeated = 0;  ///< bytes that were there before, from the first one on
  };
  Place locate(DirectionState& state, const PacketBytes& packet);
  void feed(const PacketBytes& packet, const Place& place);
  void create_layers(const PacketBytes& packet);
  StreamSink* on_decided(const carrier::Decision& decision);
  void stop_keeping_held();
  void close(const PacketEnd& packet);
  void on_layer_event(std::unique_ptr<carrier::LayerEvent> event) override;
  void on_layer_finding(const carrier::LayerFinding& finding) override;

  KeysPointer keys_;  ///< as long as the layers
  rtmp::ConnectionInfo info_;
  bool media_whole_ = false;
  std::unique_ptr<rtmp::Session> session_;  ///< null before it is decided, and again when it is closed
  std::unique_ptr<const rtmp::ConnectionSummary> closed_summary_;  ///< what is left of the session then
  std::unique_ptr<ClearStreams> clear_;                            ///< into the session; of RTMPE alone
  carrier::EarlyNews early_news_;                                  ///< before it is decided
  std::unique_ptr<carrier::LayerStack> layers_;                    ///< null before the first bytes
  std::array<DirectionState, 2> directions_;
  PacketRef current_;  ///< the packet being decoded
  bool closed_ = false;
  std::uint64_t missing_bytes_ = 0;
};

}  // namespace rtmpscope::plugin
