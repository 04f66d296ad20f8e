// One RTMPT session: first undecided, then an RTMP session inside the requests and responses of HTTP.
#pragma once

#include <memory>

#include "carrier/http_tunnel/tunnel_table.hpp"
#include "carrier/layer_stack.hpp"
#include "pipeline/connection.hpp"

namespace rtmpscope::pipeline {

/// Shows the session as a connection of its own, whatever it carries. Its totals are those of the TCP
/// connections that carried it, each of which counts whole. How TCP ended is told of a session that one
/// connection carried, and that carried nothing else.
///
/// What layers outside of HTTP tell, TLS above all, is told of the session as well: it comes to the listener.
class TunnelledSession final : public carrier::TunnelSink, public carrier::LayerListener {
 public:
  TunnelledSession(const carrier::TunnelEnds& ends, const TunnelOpening& opening, ConnectionContext& context);

  void on_data(Direction direction, const StreamData& data) override;
  void on_gap(Direction direction, const StreamGap& gap) override;
  void on_end(Direction direction, const StreamEnd& end) override;
  void on_exchange(const TunnelExchange& exchange, const PacketRef& packet) override;
  void on_finding(const carrier::LayerFinding& finding) override { on_layer_finding(finding); }
  void on_close(EndCause cause, const PacketRef& packet, const TunnelTotals& totals) override;
  void on_layer_event(std::unique_ptr<carrier::LayerEvent> event) override;
  void on_layer_finding(const carrier::LayerFinding& finding) override;

  /// A TCP connection that carried the session has ended. `shared`: it carried others, too.
  void add(const std::array<rtmp::DirectionTotals, 2>& totals, bool shared);

 private:
  StreamSink* on_decided(const carrier::Decision& decision);
  [[nodiscard]] rtmp::ConnectionInfo info() const;
  void tell_opening();
  void open_opaque();
  void add_event(rtmp::Event& event, const PacketRef& packet);

  ConnectionContext& context_;
  carrier::TunnelEnds ends_;
  TunnelOpening opening_;
  std::array<rtmp::DirectionTotals, 2> totals_{};
  Timestamp last_time_ = 0;  ///< of the last exchange
  bool shared_ = false;
  bool ended_connection_ = false;  ///< a TCP connection that carried it has ended
  bool closed_ = false;
  carrier::EarlyNews early_news_;  ///< before it is decided
  std::unique_ptr<rtmp::Session> session_;
  std::unique_ptr<rtmp::OpaqueConnection> opaque_;
  carrier::LayerStack layers_;
};

}  // namespace rtmpscope::pipeline
