#include "pipeline/tunnelled_session.hpp"

#include <algorithm>
#include <utility>

namespace rtmpscope::pipeline {
namespace {

carrier::LayerContext layer_context(const carrier::TunnelEnds& ends, const TunnelOpening& opening,
                                    ConnectionContext& shared, carrier::LayerListener& listener) {
  carrier::LayerContext context;
  context.client = ends.client;
  context.server = ends.server;
  context.first_packet = opening.request;
  context.keys = &shared.keys;
  context.listener = &listener;
  context.held_bytes = &shared.held_bytes;
  context.carriers.http = true;
  context.carriers.tls = ends.in_tls;
  return context;
}

/// What lies in a tunnel is RTMP: there, each port is one of its own.
carrier::ProtocolDetector::Hints hints(const TunnelOpening& opening, ConnectionContext& context) {
  return {.known_port = true,
          .syn_seen = opening.captured,
          .searched_bytes = &context.searched_bytes,
          .policy = carrier::DecisionPolicy::wait_for_both};
}

void add_totals(rtmp::DirectionTotals& to, const rtmp::DirectionTotals& from) {
  to.packets += from.packets;
  to.bytes += from.bytes;
  to.retransmitted_bytes += from.retransmitted_bytes;
  to.out_of_order_segments += from.out_of_order_segments;
  to.missing_bytes += from.missing_bytes;
  to.last_time = std::max(to.last_time, from.last_time);
  to.retransmitted_segments += from.retransmitted_segments;
  to.closed = from.closed;
  to.closed_first = from.closed_first;
  to.reset = from.reset;
}

}  // namespace

TunnelledSession::TunnelledSession(const carrier::TunnelEnds& ends, const TunnelOpening& opening,
                                   ConnectionContext& context)
    : context_(context),
      ends_(ends),
      opening_(opening),
      layers_(layer_context(ends, opening, context, *this), hints(opening, context),
              [this](const carrier::Decision& decision) { return on_decided(decision); }) {}

void TunnelledSession::on_data(Direction direction, const StreamData& data) {
  layers_.on_data(session_.get(), direction, data);
}

void TunnelledSession::on_gap(Direction direction, const StreamGap& gap) {
  layers_.on_gap(session_.get(), direction, gap);
}

void TunnelledSession::on_end(Direction direction, const StreamEnd& end) {
  layers_.on_end(session_.get(), direction, end);
}

void TunnelledSession::on_exchange(const TunnelExchange& exchange, const PacketRef& packet) {
  last_time_ = std::max(last_time_, packet.time);
  if (!context_.session.chunk_events) return;
  rtmp::TunnelExchangeEvent event(exchange);
  add_event(event, packet);
}

/// Nothing before it is decided.
void TunnelledSession::add_event(rtmp::Event& event, const PacketRef& packet) {
  if (session_ != nullptr) {
    session_->add_event(event, packet);
  } else if (opaque_ != nullptr) {
    opaque_->add_event(event, packet);
  }
}

void TunnelledSession::on_layer_event(std::unique_ptr<carrier::LayerEvent> event) {
  if (closed_) return;
  if (session_ != nullptr) return carrier::tell(*session_, *event);
  if (opaque_ != nullptr) return carrier::tell(*opaque_, *event);
  early_news_.keep(std::move(event));
}

void TunnelledSession::on_layer_finding(const carrier::LayerFinding& finding) {
  if (closed_) return;
  if (session_ != nullptr) return carrier::tell(*session_, finding);
  if (opaque_ != nullptr) return carrier::tell(*opaque_, finding);
  early_news_.keep(finding);
}

rtmp::ConnectionInfo TunnelledSession::info() const {
  rtmp::ConnectionInfo info;
  info.client = ends_.client;
  info.server = ends_.server;
  info.transport = ends_.in_tls ? rtmp::Transport::rtmpts : rtmp::Transport::rtmpt;
  info.uid = connection_uid(info.client, info.server, opening_.request.time);
  info.proxy_headers = ends_.proxy_headers;
  return info;
}

StreamSink* TunnelledSession::on_decided(const carrier::Decision& decision) {
  using carrier::Protocol;
  const Protocol found = decision.detection.protocol;
  if (found != Protocol::rtmp && found != Protocol::rtmpe) return nullptr;
  rtmp::ConnectionInfo known = info();
  if (found == Protocol::rtmpe) known.transport = encrypted(known.transport);
  known.start = decision.detection.midstream ? rtmp::Start::midstream : rtmp::Start::syn;
  known.start_lost = decision.detection.start_lost;
  rtmp::SessionOptions options = context_.session;
  options.deciphered = decision.deciphered;
  session_ = std::make_unique<rtmp::Session>(known, ++context_.opened, options, context_.sink);
  session_->open(decision.context.first_packet);
  tell_opening();
  return session_.get();
}

void TunnelledSession::open_opaque() {
  opaque_ = std::make_unique<rtmp::OpaqueConnection>(info(), ++context_.opened, context_.sink);
  opaque_->open(opening_.request);
  ++context_.opaque;
  tell_opening();
}

void TunnelledSession::tell_opening() {
  rtmp::TunnelOpenEvent event(opening_);
  add_event(event, opening_.request);
  early_news_.tell_all(*this);
}

void TunnelledSession::add(const std::array<rtmp::DirectionTotals, 2>& totals, bool shared) {
  // How one of several connections ended says little of the session, and their offsets are not the session's.
  const bool alone = !ended_connection_ && !shared;
  for (std::size_t i = 0; i < totals.size(); ++i) {
    add_totals(totals_[i], totals[i]);
    totals_[i].end = alone ? totals[i].end : SideEnd{};
  }
  shared_ = shared_ || shared;
  ended_connection_ = true;
}

void TunnelledSession::on_close(EndCause cause, const PacketRef& packet, const TunnelTotals& totals) {
  layers_.finish();
  if (session_ == nullptr) open_opaque();
  rtmp::TunnelCloseEvent event(totals);
  add_event(event, packet);
  if (shared_) {
    for (rtmp::DirectionTotals& each : totals_) each.last_time = last_time_;
  }
  closed_ = true;
  if (session_ != nullptr) return session_->close(cause, packet, totals_);
  opaque_->close(cause, packet, totals_);
}

}  // namespace rtmpscope::pipeline
