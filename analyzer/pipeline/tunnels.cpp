#include "pipeline/tunnels.hpp"

#include <tuple>

namespace rtmpscope::pipeline {

Tunnels::Tunnels(ConnectionContext& context)
    : table_([&context](const carrier::TunnelEnds& ends, const TunnelOpening& opening) {
        return std::make_unique<TunnelledSession>(ends, opening, context);
      }) {}

StreamSink* Tunnels::begin(const Connection* connection, const carrier::Decision& decision,
                           std::function<void()> give_up) {
  carrier::TunnelEnds ends;
  ends.client = decision.context.client;
  ends.server = decision.context.server;
  ends.in_tls = decision.context.carriers.tls;
  ends.proxy_headers = decision.context.proxy_headers;
  const auto [entry, added] =
      connections_.try_emplace(connection, table_, ends, decision.syn_seen, std::move(give_up));
  return &entry->second;
}

bool Tunnels::close(const Connection* connection, EndCause cause, PacketRef packet,
                    const std::array<rtmp::DirectionTotals, 2>& totals) {
  const auto entry = connections_.find(connection);
  if (entry == connections_.end()) return false;
  carrier::TunnelConnection& tunnel = entry->second;
  const auto before = [&](carrier::TunnelSession& session) {
    static_cast<TunnelledSession&>(session.sink()).add(totals, tunnel.sessions() > 1);
  };
  tunnel.close(cause, packet, before);
  const bool carried = tunnel.is_tunnel();
  connections_.erase(entry);
  return carried;
}

}  // namespace rtmpscope::pipeline
