// The RTMFP sessions of a capture as the plugin sees them: which datagram is of which session, and what came
// out.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "recorded_connection.hpp"
#include "rtmfp/session_feed.hpp"

namespace rtmpscope::plugin {

/// One session, also when the decoder has forgotten it.
class RtmfpConnection final : public RecordedConnection {
 public:
  explicit RtmfpConnection(Capture& capture) : RecordedConnection(capture, records_) { give_number(); }

  [[nodiscard]] rtmp::Transport transport() const override { return rtmp::Transport::rtmfp; }
  [[nodiscard]] const rtmp::ConnectionSummary* summary() const override {
    return closed_ ? &*closed_ : live_;
  }
  /// Flows count fragments; how many bytes of a stream are missing nobody knows.
  [[nodiscard]] std::uint64_t missing_bytes() const override { return 0; }
  /// There is no byte stream.
  [[nodiscard]] Bytes content(const recording::RecordBatch&, Bytes) const override { return {}; }

  /// A datagram of the session in clear, from its flags on; valid until the next call. Empty: it cannot be
  /// opened.
  [[nodiscard]] Bytes open(Direction direction, Bytes datagram, bool cut) const;

 private:
  friend class RtmfpSessions;

  void begin(std::uint32_t frame);
  void add(const rtmp::Event& event);
  recording::RecordBatch end(std::uint32_t frame, std::uint32_t place, Direction direction,
                             std::uint32_t length);
  void learn(const rtmfp::Session& session);

  recording::RecordWriter records_;                              ///< of the packet being decoded
  bool recording_ = false;                                       ///< since `begin`
  std::array<std::shared_ptr<rtmfp::PacketCipher>, 2> ciphers_;  ///< by index_of(Direction)
  const rtmp::ConnectionSummary* live_ = nullptr;                ///< the decoder's, until the session ends
  std::optional<rtmp::ConnectionSummary> closed_;
};

/// What a datagram is. Plain data, since Wireshark keeps it with the packet.
struct RtmfpDatagram {
  const RtmfpConnection* connection = nullptr;
  Direction direction{};
  rtmfp::Taken::As as{};
};

/// The sessions of one capture.
class RtmfpSessions final : private rtmp::EventSink {
 public:
  /// `keep_media`: whole, as Connection::keep_media.
  RtmfpSessions(Capture& capture, bool keep_media);

  /// For every packet, at its first visit.
  void on_packet(PacketRef packet);
  /// At its first visit. `place` tells datagrams of one packet apart: the connection's `find` has the batch
  /// there. Nothing: it belongs to no session.
  std::optional<RtmfpDatagram> on_datagram(const rtmfp::Datagram& datagram, std::uint32_t place);

  /// Connections that have something to tell of a packet that is not theirs, at `end_place`: time has passed,
  /// or another session has taken their place.
  struct Bystander {
    std::uint32_t frame = 0;
    const RtmfpConnection* connection = nullptr;
  };
  [[nodiscard]] std::span<const Bystander> bystanders(std::uint32_t frame) const;

  [[nodiscard]] const KeysPointer& keys() const { return keys_; }
  /// By the number that the decoder has given it, from 1; null: there is none.
  [[nodiscard]] const RtmfpConnection* connection(std::uint32_t number) const {
    return number == 0 || number > connections_.size() ? nullptr : connections_[number - 1].get();
  }

 private:
  void on_event(const rtmp::Event& event) override;
  void end_bystanders();

  Capture& capture_;
  KeysPointer keys_;
  std::uint32_t frame_ = 0;   ///< of the packet at hand
  std::uint32_t opened_ = 0;  ///< connections, by the decoder's count
  std::vector<std::unique_ptr<RtmfpConnection>> connections_;
  std::vector<RtmfpConnection*> touched_;  ///< those that the packet at hand has events of
  std::vector<Bystander> bystanders_;      ///< by frame
  rtmfp::SessionFeed feed_;
};

}  // namespace rtmpscope::plugin
