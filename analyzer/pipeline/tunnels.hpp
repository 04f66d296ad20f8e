// What a shard's connections with HTTP share: the RTMPT sessions, which may go over several of them.
#pragma once

#include <unordered_map>

#include "carrier/http_tunnel/tunnel_connection.hpp"
#include "pipeline/tunnelled_session.hpp"

namespace rtmpscope::pipeline {

class Tunnels {
 public:
  /// `context` outlives the object.
  explicit Tunnels(ConnectionContext& context);

  /// Who takes the connection's streams. `give_up` is called when it carries no RTMPT, `on_session` when
  /// it begins to carry another session.
  [[nodiscard]] StreamSink* begin(const Connection* connection, const carrier::Decision& decision,
                                  std::function<void()> give_up, std::function<void()> on_session);
  /// The session whose request or response the connection carried last; null: none so far.
  [[nodiscard]] TunnelledSession* last_session(const Connection* connection) const;
  [[nodiscard]] bool has(const Connection* connection) const { return connections_.contains(connection); }
  /// The connection has ended. False: it carried no session, or is not known.
  bool close(const Connection* connection, EndCause cause, PacketRef packet,
             const std::array<rtmp::DirectionTotals, 2>& totals);
  /// A second of capture time has passed.
  void on_tick(PacketRef packet) { table_.on_tick(packet); }
  /// The capture is over, and all connections have ended: ends all sessions.
  void finish(PacketRef last) { table_.finish(last); }

 private:
  carrier::TunnelTable table_;
  std::unordered_map<const Connection*, carrier::TunnelConnection> connections_;
};

}  // namespace rtmpscope::pipeline
