// One RTMPT session: what its requests and responses carry, in the order of their numbers, over one or
// several TCP connections.
#pragma once

#include <array>
#include <memory>

#include "base/tunnel_facts.hpp"
#include "carrier/http_tunnel/sequenced_stream.hpp"
#include "carrier/http_tunnel/tunnel_request.hpp"
#include "carrier/layer_event.hpp"

namespace rtmpscope::carrier {

/// Takes what is inside a session: its two byte streams, and what its requests say. on_close is the last
/// call.
class TunnelSink : public StreamSink {
 public:
  virtual void on_exchange(const TunnelExchange& exchange, const PacketRef& packet) = 0;
  virtual void on_finding(const LayerFinding& finding) = 0;
  virtual void on_close(EndCause cause, const PacketRef& packet, const TunnelTotals& totals) = 0;
};

/// What is missing of a connection in front of a head.
struct LostBefore {
  bool any = false;
  bool whole = false;                      ///< it begins with a message: that one is missing
  bool has_rest = false;                   ///< bytes of a body were handed on whose head is missing
  std::optional<std::uint64_t> at_most{};  ///< bytes that are missing since, if there is a bound
};

class TunnelSession {
 public:
  /// `number` is the place in the order in which the sessions of a table began. `held_together` as in
  /// SequencedStream.
  TunnelSession(std::uint64_t number, std::unique_ptr<TunnelSink> sink, std::size_t& held_together)
      : sink_(std::move(sink)),
        streams_{SequencedStream(Direction::to_server, *sink_, held_together),
                 SequencedStream(Direction::to_client, *sink_, held_together)},
        number_(number) {}

  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] TunnelSink& sink() { return *sink_; }
  [[nodiscard]] bool is_closed() const { return closed_; }
  /// The client has asked for its end.
  [[nodiscard]] bool is_close_requested() const { return close_requested_; }
  /// TCP connections that carry it now.
  [[nodiscard]] std::size_t attached() const { return attached_; }
  [[nodiscard]] const SequencedStream& stream(Direction direction) const {
    return streams_[index_of(direction)];
  }

  /// The number before `sequence` comes next, on the one connection there is.
  [[nodiscard]] bool lacks_one_before(Direction direction, std::uint64_t sequence) const {
    const SequencedStream& stream = streams_[index_of(direction)];
    return !closed_ && is_alone() && (stream.is_started() || open_captured_) && !stream.is_waiting() &&
           stream.expected() + 1 == sequence;
  }
  /// The session was opened in the capture: its requests are numbered from 0 on.
  void on_open_captured() { open_captured_ = true; }

  void attach();
  void detach() { --attached_; }

  /// Its first request has that number, if nothing has come before.
  void start(std::uint64_t sequence);
  /// A request's head. Sets Exchange::repeated.
  void begin_request(TunnelExchange& exchange, const LostBefore& lost, const PacketRef& packet);
  /// The head of the response to `exchange`.
  void begin_response(const TunnelExchange& exchange, const LostBefore& lost, const PacketRef& packet);
  /// What comes in the body of a request (to_server) or response with that number.
  void data(Direction direction, std::uint64_t sequence, std::uint64_t position, Bytes bytes,
            const PacketRef& packet);
  void gap(Direction direction, std::uint64_t sequence, std::uint64_t position,
           std::optional<std::uint64_t> length, GapCause cause, const PacketRef& packet);
  void end(Direction direction, std::uint64_t sequence, const PacketRef& packet);
  /// Bytes of a body whose head is missing, and the loss before them.
  void unnumbered(Direction direction, Bytes bytes, const PacketRef& packet);
  void lose(Direction direction, GapCause cause, const PacketRef& packet,
            std::optional<std::uint64_t> at_most = std::nullopt);
  /// A request with its response, or without.
  void end_exchange(const TunnelExchange& exchange, const PacketRef& packet);
  void find(const LayerFinding& finding);

  /// A second of capture time has passed.
  void on_tick(const PacketRef& packet);
  /// Hands on what waits for numbers that do not come.
  void stop_waiting(const PacketRef& packet);
  void close(EndCause cause, const PacketRef& packet);

 private:
  /// Nobody else can bring what is missing.
  [[nodiscard]] bool is_alone() const { return attached_ <= 1; }
  void limit_held(Direction direction, const PacketRef& packet);

  std::unique_ptr<TunnelSink> sink_;
  std::array<SequencedStream, 2> streams_;
  std::uint64_t number_;
  std::size_t attached_ = 0;
  std::uint32_t waiting_ticks_ = 0;
  TunnelTotals totals_;
  bool open_captured_ = false;
  bool close_requested_ = false;
  bool closed_ = false;
};

}  // namespace rtmpscope::carrier
