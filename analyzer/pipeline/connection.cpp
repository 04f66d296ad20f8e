#include "pipeline/connection.hpp"

#include <algorithm>

#include "pipeline/limits.hpp"
#include "pipeline/tunnels.hpp"

namespace rtmpscope::pipeline {
namespace {

rtmp::DirectionTotals to_rtmp(const net::FlowDirectionTotals& totals, const SideEnd& end) {
  return {.packets = totals.packets,
          .bytes = totals.bytes,
          .retransmitted_bytes = totals.retransmitted_bytes,
          .out_of_order_segments = totals.out_of_order_segments,
          .missing_bytes = totals.missing_bytes,
          .last_time = totals.last_time,
          .retransmitted_segments = totals.retransmitted_segments,
          .closed = totals.closed != net::Closed::no,
          .closed_first = totals.closed == net::Closed::as_first,
          .reset = totals.reset,
          .end = end};
}

bool is_rtmp_port(std::uint16_t port, std::span<const std::uint16_t> ports) {
  return std::ranges::find(ports, port) != ports.end();
}

carrier::LayerContext layer_context(const net::FlowInfo& info, ConnectionContext& shared,
                                    carrier::LayerListener& listener) {
  carrier::LayerContext context;
  context.client = info.client;
  context.server = info.server;
  context.first_packet = info.first_packet;
  context.repeated = info.repeated;
  context.syns = info.syns;
  context.keys = &shared.keys;
  context.held_bytes = &shared.held_bytes;
  context.listener = &listener;
  return context;
}

carrier::ProtocolDetector::Hints hints(const net::FlowInfo& info, ConnectionContext& context) {
  // Without a SYN either side can be the server.
  const bool known_port = is_rtmp_port(info.server.port, context.rtmp_ports) ||
                          (!info.syn_seen && is_rtmp_port(info.client.port, context.rtmp_ports));
  return {.known_port = known_port,
          .syn_seen = info.syn_seen,
          .searched_bytes = &context.searched_bytes,
          .policy = carrier::DecisionPolicy::wait_for_both};
}

/// The name of the whole stack: what is inside of all layers, and the layers.
rtmp::Transport transport_of(const carrier::Decision& decision) {
  using rtmp::Transport;
  const carrier::Carriers& carriers = decision.context.carriers;
  if (decision.detection.protocol == carrier::Protocol::rtmpe || carriers.rtmpe)
    return carriers.http ? Transport::rtmpte : Transport::rtmpe;
  if (carriers.http) return carriers.tls ? Transport::rtmpts : Transport::rtmpt;
  return carriers.tls ? Transport::rtmps : Transport::rtmp;
}

rtmp::ConnectionInfo info_of(const carrier::Decision& decision, rtmp::Transport transport) {
  rtmp::ConnectionInfo info;
  info.client = decision.context.client;
  info.server = decision.context.server;
  info.transport = transport;
  info.start = decision.detection.midstream ? rtmp::Start::midstream : rtmp::Start::syn;
  info.start_lost = decision.detection.start_lost;
  info.uid = connection_uid(info.client, info.server, decision.context.first_packet.time);
  info.repeated = decision.context.repeated;
  info.proxy_headers = decision.context.proxy_headers;
  info.syns = decision.context.syns;
  return info;
}

}  // namespace

Connection::Connection(const net::FlowInfo& info, ConnectionContext& context)
    : context_(context),
      layers_(layer_context(info, context, *this), hints(info, context),
              [this](const carrier::Decision& decision) { return on_decided(decision); }) {}

void Connection::on_data(Direction direction, const StreamData& data) {
  layers_.on_data(session_.get(), direction, data);
}

void Connection::on_gap(Direction direction, const StreamGap& gap) {
  if (session_ != nullptr) context_.gaps = true;
  layers_.on_gap(session_.get(), direction, gap);
}

void Connection::on_end(Direction direction, const StreamEnd& end) {
  layers_.on_end(session_.get(), direction, end);
}

void Connection::on_overlap_conflict(Direction direction, std::uint64_t offset, std::uint32_t length,
                                     PacketRef packet) {
  if (session_ == nullptr || !layers_.wants_data()) return;
  const std::uint64_t inner = layers_.inner_offset(direction, offset);
  if (layers_.outer_offset(direction, inner) != offset) return;  // within a layer's own bytes
  session_->on_overlap_conflict(layers_.inner_direction(direction), inner, length, packet);
}

void Connection::on_syn_again(Direction direction, PacketRef packet) {
  if (session_ != nullptr) session_->on_syn_again(layers_.inner_direction(direction), packet);
}

void Connection::on_icmp(Direction direction, const IcmpFacts& error) {
  rtmp::IcmpEvent event(error);
  event.direction = layers_.inner_direction(direction);
  if (session_ != nullptr) return session_->add_event(event, error.packet);
  if (rtmp::OpaqueConnection* const other = opaque()) other->add_event(event, error.packet);
}

bool Connection::takes_samples() const {
  return session_ != nullptr || context_.opaque_connections.contains(this);
}

void Connection::on_sample(Direction direction, const TcpSample& sample, PacketRef packet) {
  rtmp::TcpSampleEvent event(sample);
  event.direction = layers_.inner_direction(direction);
  if (session_ != nullptr) return session_->add_event(event, packet);
  if (rtmp::OpaqueConnection* const other = opaque()) other->add_event(event, packet);
}

void Connection::on_close(EndCause cause, PacketRef packet, const net::FlowTotals& totals,
                          const SideEnds& ends) {
  layers_.finish();
  const bool has_http = session_ == nullptr && context_.tunnels != nullptr;
  if (session_ == nullptr && opaque() == nullptr && !has_http) return;
  const auto totals_of = [&](Direction direction) {
    const std::size_t side = index_of(layers_.inner_direction(direction));
    return to_rtmp(totals[side], ends[side]);
  };
  const std::array<rtmp::DirectionTotals, 2> by_role = {totals_of(Direction::to_server),
                                                        totals_of(Direction::to_client)};
  if (session_ != nullptr) return session_->close(cause, packet, by_role);
  if (has_http) context_.tunnels->close(this, cause, packet, by_role);
  rtmp::OpaqueConnection* const other = opaque();
  if (other == nullptr) return;
  other->close(cause, packet, by_role);
  context_.opaque_connections.erase(this);
}

StreamSink* Connection::on_decided(const carrier::Decision& decision) {
  using carrier::Protocol;
  switch (decision.detection.protocol) {
    case Protocol::undecided: return nullptr;
    case Protocol::rtmp:
    case Protocol::rtmpe: return open_session(decision, transport_of(decision));
    case Protocol::http: return begin_tunnel(decision);
    case Protocol::tls:
    case Protocol::other: break;
  }
  if (decision.detection.protocol == Protocol::tls && decision.context.carriers.is_like_rtmp) {
    open_opaque(decision, rtmp::Transport::rtmps);
    return nullptr;
  }
  open_other(decision);
  return nullptr;
}

/// HTTP may be RTMPT; its first requests show whether it is.
StreamSink* Connection::begin_tunnel(const carrier::Decision& decision) {
  if (context_.tunnels == nullptr) context_.tunnels = std::make_shared<Tunnels>(context_);
  const auto give_up = [this, decision] {
    open_other(decision);
    layers_.abandon();
  };
  return context_.tunnels->begin(this, decision, give_up, [this] { tell_early_news(); });
}

TunnelledSession* Connection::tunnelled() const {
  return context_.tunnels == nullptr ? nullptr : context_.tunnels->last_session(this);
}

void Connection::open_other(const carrier::Decision& decision) {
  using carrier::Protocol;
  if (!decision.known_port) {
    ++context_.others;
    return;
  }
  // Whoever looks at an RTMP port wants to know what is there instead.
  const bool tls = decision.detection.protocol == Protocol::tls || decision.context.carriers.tls;
  open_opaque(decision, tls                                             ? rtmp::Transport::tls
                        : decision.detection.protocol == Protocol::http ? rtmp::Transport::http
                                                                        : rtmp::Transport::unknown);
  ++context_.opaque;
}

StreamSink* Connection::open_session(const carrier::Decision& decision, rtmp::Transport transport) {
  rtmp::SessionOptions options = context_.session;
  options.deciphered = decision.deciphered;
  session_ = std::make_unique<rtmp::Session>(info_of(decision, transport), ++context_.opened, options,
                                             context_.sink);
  session_->open(decision.context.first_packet);
  if (context_.servers.size() < servers_remembered) context_.servers.insert(decision.context.server.address);
  tell_early_news();
  return session_.get();
}

void Connection::open_opaque(const carrier::Decision& decision, rtmp::Transport transport) {
  const auto [entry, added] = context_.opaque_connections.try_emplace(this, info_of(decision, transport),
                                                                      ++context_.opened, context_.sink);
  entry->second.open(decision.context.first_packet);
  tell_early_news();
}

rtmp::OpaqueConnection* Connection::opaque() {
  if (session_ != nullptr) return nullptr;
  const auto entry = context_.opaque_connections.find(this);
  return entry == context_.opaque_connections.end() ? nullptr : &entry->second;
}

void Connection::on_layer_event(std::unique_ptr<carrier::LayerEvent> event) {
  if (session_ != nullptr) {
    carrier::tell(*session_, *event);
  } else if (rtmp::OpaqueConnection* const other = opaque()) {
    carrier::tell(*other, *event);
  } else if (TunnelledSession* const inside = tunnelled()) {
    inside->on_layer_event(std::move(event));
  } else if (may_tell_later()) {
    context_.early_news[this].keep(std::move(event));
  }
}

void Connection::on_layer_finding(const carrier::LayerFinding& finding) {
  if (session_ != nullptr) {
    carrier::tell(*session_, finding);
  } else if (rtmp::OpaqueConnection* const other = opaque()) {
    carrier::tell(*other, finding);
  } else if (TunnelledSession* const inside = tunnelled()) {
    inside->on_layer_finding(finding);
  } else if (may_tell_later()) {
    context_.early_news[this].keep(finding);
  }
}

bool Connection::may_tell_later() const {
  return !layers_.is_decided() || (context_.tunnels != nullptr && context_.tunnels->has(this));
}

void Connection::tell_early_news() {
  const auto entry = context_.early_news.find(this);
  if (entry == context_.early_news.end()) return;
  carrier::EarlyNews early = std::move(entry->second);
  context_.early_news.erase(entry);
  early.tell_all(*this);
}

void ConnectionContext::on_unopened(const net::UnopenedFlow& flow) {
  if (!is_rtmp_port(flow.info.server.port, rtmp_ports) && !servers.contains(flow.info.server.address)) return;
  if (unopened >= unopened_shown) {
    ++unopened_left_out;
    return;
  }
  ++unopened;
  rtmp::ConnectionInfo info;
  info.client = flow.info.client;
  info.server = flow.info.server;
  info.transport = rtmp::Transport::unknown;
  info.start = flow.refused ? rtmp::Start::refused : rtmp::Start::unanswered;
  info.uid = connection_uid(info.client, info.server, flow.info.first_packet.time);
  info.repeated = flow.info.repeated;
  info.syns = flow.info.syns;
  rtmp::EventEmitter events(info, ++opened, sink);
  events.open(flow.info.first_packet);
  for (const net::DirectedIcmp& each : flow.icmp) {
    rtmp::IcmpEvent event(each.error);
    event.direction = each.direction;
    events.emit(event, each.error.packet);
  }
  events.close(flow.cause, flow.packet,
               {to_rtmp(flow.totals[0], flow.ends[0]), to_rtmp(flow.totals[1], flow.ends[1])});
}

void ConnectionContext::on_tick(PacketRef packet) {
  if (tunnels != nullptr) tunnels->on_tick(packet);
}

void ConnectionContext::finish(PacketRef last) {
  if (tunnels != nullptr) tunnels->finish(last);
}

}  // namespace rtmpscope::pipeline
