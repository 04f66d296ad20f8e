#include "pipeline/connection.hpp"

#include <algorithm>

namespace rtmpscope::pipeline {
namespace {

rtmp::DirectionTotals to_rtmp(const net::FlowDirectionTotals& totals) {
  return {.packets = totals.packets,
          .bytes = totals.bytes,
          .retransmitted_bytes = totals.retransmitted_bytes,
          .out_of_order_segments = totals.out_of_order_segments,
          .missing_bytes = totals.missing_bytes,
          .last_time = totals.last_time};
}

bool on_rtmp_port(const net::FlowInfo& info, std::span<const std::uint16_t> ports) {
  const auto known = [&](std::uint16_t port) { return std::ranges::find(ports, port) != ports.end(); };
  return known(info.server.port) || (!info.syn_seen && known(info.client.port));
}

}  // namespace

Connection::Connection(const net::FlowInfo& info, ConnectionContext& context) : context_(context) {
  const carrier::Detector::Hints hints{.known_port = on_rtmp_port(info, context.rtmp_ports),
                                       .syn_seen = info.syn_seen,
                                       .searched_bytes = &context_.searched_bytes};
  beginning_ = std::make_unique<Beginning>(info, !info.syn_seen, nullptr, carrier::Detector(hints));
}

void Connection::on_data(Direction direction, const StreamData& data) {
  if (state_ == State::decoding) [[likely]] {
    session_->on_data(way(direction), data);
  } else if (state_ == State::shifted) {
    session_->on_data(way(direction), shifted(direction, data));
  } else if (state_ == State::undecided) {
    on_beginning(direction, data);
  }
}

void Connection::on_beginning(Direction direction, const StreamData& data) {
  Beginning& beginning = *beginning_;
  if (direction == Direction::to_client || beginning.began) {
    return act_on(beginning.detector.add(direction, shifted(direction, data)));
  }
  if (beginning.proxy_finder == nullptr) {
    if (!carrier::ProxyHeaderFinder::is_promising(data.bytes.front())) {
      beginning.began = true;
      return act_on(beginning.detector.add(direction, data));
    }
    beginning.proxy_finder = std::make_unique<carrier::ProxyHeaderFinder>();
  }
  const std::uint32_t before = beginning.proxy_finder->seen();
  const std::optional<std::uint32_t> length = beginning.proxy_finder->add(data.bytes);
  if (!length) return;
  beginning.began = true;
  const std::unique_ptr<carrier::ProxyHeaderFinder> finder = std::move(beginning.proxy_finder);
  proxy_header_ = *length;
  if (proxy_header_ == 0) {
    if (!finder->kept().empty()) act_on(beginning.detector.add(direction, {0, finder->kept(), data.packet}));
    return on_data(direction, data);
  }
  const std::size_t taken = proxy_header_ - before;
  if (taken < data.bytes.size()) on_data(direction, {proxy_header_, data.bytes.subspan(taken), data.packet});
}

void Connection::on_gap(Direction direction, const StreamGap& gap) {
  if (direction == Direction::to_server && beginning_ != nullptr) {
    beginning_->began = true;
    if (const auto finder = std::move(beginning_->proxy_finder)) {  // what was held goes with the gap
      StreamGap from_begin = gap;
      from_begin.offset = 0;
      if (gap.length) *from_begin.length += finder->seen();
      return on_gap(direction, from_begin);
    }
  }
  if (is_decoding()) {
    context_.gaps = true;
    if (state_ == State::decoding) {
      session_->on_gap(way(direction), gap);
    } else {
      session_->on_gap(way(direction), shifted(direction, gap));
    }
  } else if (state_ == State::undecided && gap.cause != GapCause::start_not_captured) {
    // Without a SYN the stream begins with its first captured byte; the detector knows from its hints that
    // something may be missing before, and looks whether a handshake begins there all the same.
    act_on(beginning_->detector.add(direction, shifted(direction, gap)));
  }
}

void Connection::on_end(Direction direction, const StreamEnd& end) {
  if (state_ == State::undecided) act_on(beginning_->detector.at_end());
  if (is_decoding()) session_->on_end(way(direction), shifted(direction, end));
}

void Connection::on_overlap_conflict(Direction direction, std::uint64_t offset, std::uint32_t length,
                                     PacketRef packet) {
  if (!is_decoding()) return;
  const std::uint64_t header = direction == Direction::to_server ? proxy_header_ : 0;
  if (offset >= header) session_->on_overlap_conflict(way(direction), offset - header, length, packet);
}

void Connection::on_close(EndCause cause, PacketRef packet, const net::FlowTotals& totals) {
  if (state_ == State::undecided) act_on(beginning_->detector.at_end());
  if (session_ == nullptr) return;
  const std::array<rtmp::DirectionTotals, 2> by_way = {to_rtmp(totals[index_of(way(Direction::to_server))]),
                                                       to_rtmp(totals[index_of(way(Direction::to_client))])};
  session_->close(cause, packet, by_way);
}

void Connection::act_on(const carrier::Verdict& verdict) {
  using carrier::Protocol;
  switch (verdict.protocol) {
    case Protocol::undecided: return;
    case Protocol::rtmp: open_session(verdict, rtmp::Transport::rtmp); break;
    case Protocol::rtmpe: open_session(verdict, rtmp::Transport::rtmpe); break;
    case Protocol::tls:
    case Protocol::http:
    case Protocol::other:
      state_ = State::other;
      if (on_rtmp_port(beginning_->info, context_.rtmp_ports)) {
        // Whoever looks at an RTMP port wants to know what is there instead.
        open_session(verdict, verdict.protocol == Protocol::tls    ? rtmp::Transport::tls
                              : verdict.protocol == Protocol::http ? rtmp::Transport::http
                                                                   : rtmp::Transport::unknown);
        state_ = State::opaque;
        ++context_.opaque;
      } else {
        ++context_.others;
      }
      break;
  }
  beginning_.reset();
}

void Connection::open_session(const carrier::Verdict& verdict, rtmp::Transport transport) {
  const net::FlowInfo& info = beginning_->info;
  swapped_ = verdict.swapped;
  state_ = proxy_header_ == 0 ? State::decoding : State::shifted;
  rtmp::ConnectionInfo about;
  about.client = swapped_ ? info.server : info.client;
  about.server = swapped_ ? info.client : info.server;
  about.transport = transport;
  about.start = verdict.midstream ? rtmp::Start::midstream : rtmp::Start::syn;
  about.start_lost = verdict.start_lost;
  about.proxy_header = proxy_header_;
  session_ = std::make_unique<rtmp::Session>(about, ++context_.opened, context_.session, context_.sink);
  session_->open(info.first_packet);
  beginning_->detector.replay(*session_);
}

}  // namespace rtmpscope::pipeline
