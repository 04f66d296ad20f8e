#include "pipeline/tunnels.hpp"

#include <tuple>

namespace rtmpscope::pipeline {
namespace {

/// All sessions of the table were made here.
TunnelledSession& shown(carrier::TunnelSession& session) {
  return static_cast<TunnelledSession&>(session.sink());
}

}  // namespace

Tunnels::Tunnels(ConnectionContext& context)
    : table_([&context](const carrier::TunnelEnds& ends, const TunnelOpening& opening) {
        return std::make_unique<TunnelledSession>(ends, opening, context);
      }) {}

StreamSink* Tunnels::begin(const Connection* connection, const carrier::Decision& decision,
                           std::function<void()> give_up, std::function<void()> on_session) {
  carrier::TunnelEnds ends;
  ends.client = decision.context.client;
  ends.server = decision.context.server;
  ends.in_tls = decision.context.carriers.tls;
  ends.proxy_headers = decision.context.proxy_headers;
  const auto [entry, added] = connections_.try_emplace(connection, table_, ends, decision.syn_seen,
                                                       std::move(give_up), std::move(on_session));
  return &entry->second;
}

TunnelledSession* Tunnels::last_session(const Connection* connection) const {
  const auto entry = connections_.find(connection);
  carrier::TunnelSession* const last = entry == connections_.end() ? nullptr : entry->second.last_session();
  return last == nullptr ? nullptr : &shown(*last);
}

bool Tunnels::close(const Connection* connection, EndCause cause, PacketRef packet,
                    const std::array<rtmp::DirectionTotals, 2>& totals) {
  const auto entry = connections_.find(connection);
  if (entry == connections_.end()) return false;
  carrier::TunnelConnection& tunnel = entry->second;
  const auto before = [&](carrier::TunnelSession& session) {
    shown(session).add(totals, tunnel.sessions() > 1);
  };
  tunnel.close(cause, packet, before);
  const bool carried = tunnel.is_tunnel();
  connections_.erase(entry);
  return carried;
}

}  // namespace rtmpscope::pipeline
