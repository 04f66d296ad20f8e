#include "carrier/http_tunnel/tunnel_session.hpp"

#include <algorithm>

namespace rtmpscope::carrier {
namespace {

constexpr auto both_ways = {Direction::to_server, Direction::to_client};

/// Numbers that go back by more than this begin anew; by less they come again.
constexpr std::uint64_t longest_repetition = 1024;

/// Seconds for which later numbers wait for one that another connection may bring.
constexpr std::uint32_t longest_wait = 10;

}  // namespace

void TunnelSession::attach() {
  ++attached_;
  ++totals_.connections;
}

void TunnelSession::start(std::uint64_t sequence) {
  for (SequencedStream& stream : streams_) {
    if (!stream.is_started()) stream.start(std::max(sequence, stream.expected()));
  }
}

void TunnelSession::begin_request(TunnelExchange& exchange, const LostBefore& lost, const PacketRef& packet) {
  if (closed_) return;
  SequencedStream& stream = streams_[index_of(Direction::to_server)];
  const std::uint64_t sequence = exchange.sequence;
  start(sequence);
  const std::uint64_t expected = stream.expected();
  if (sequence + longest_repetition < expected) {
    find({FindingId::tunnel_sequence_missing, packet, Direction::to_server, exchange.request_offset, expected,
          sequence, lost.any});
    for (SequencedStream& each : streams_) each.start_again(sequence, packet);
  } else if (sequence < expected) {
    exchange.repeated = true;
    ++totals_.repeated;
    find({FindingId::tunnel_request_repeated, packet, Direction::to_server, exchange.request_offset, sequence,
          0, lost.any});
  } else if (sequence > expected && is_alone()) {
    // The body whose rest has come is that of the expected number.
    const bool explained = lost.has_rest && sequence == expected + 1;
    if (!explained) {
      totals_.missing += lost.any ? 0 : sequence - expected;
      find({FindingId::tunnel_sequence_missing, packet, Direction::to_server, exchange.request_offset,
            expected, sequence, lost.any});
    }
    stream.skip_to(sequence, lost.any && lost.at_most != 0U && !explained, packet, lost.at_most);
  }
  const auto command = static_cast<TunnelCommand>(exchange.command);
  if (command == TunnelCommand::send) ++totals_.sends;
  if (command == TunnelCommand::idle) ++totals_.idles;
  if (command != TunnelCommand::close) return;
  close_requested_ = true;
  if (!totals_.close_asked) totals_.close_asked = packet;
}

void TunnelSession::begin_response(const TunnelExchange& exchange, const LostBefore& lost,
                                   const PacketRef& packet) {
  if (closed_) return;
  SequencedStream& stream = streams_[index_of(Direction::to_client)];
  if (exchange.sequence > stream.expected() && is_alone())
    stream.skip_to(exchange.sequence, lost.any && lost.at_most != 0U, packet, lost.at_most);
}

void TunnelSession::data(Direction direction, std::uint64_t sequence, std::uint64_t position, Bytes bytes,
                         const PacketRef& packet) {
  if (closed_) return;
  streams_[index_of(direction)].data(sequence, position, bytes, packet);
  limit_held(direction, packet);
}

void TunnelSession::gap(Direction direction, std::uint64_t sequence, std::uint64_t position,
                        std::optional<std::uint64_t> length, GapCause cause, const PacketRef& packet) {
  if (closed_) return;
  streams_[index_of(direction)].gap(sequence, position, length, cause, packet);
  limit_held(direction, packet);
}

void TunnelSession::end(Direction direction, std::uint64_t sequence, const PacketRef& packet) {
  if (closed_) return;
  streams_[index_of(direction)].end(sequence, packet);
  limit_held(direction, packet);
}

void TunnelSession::limit_held(Direction direction, const PacketRef& packet) {
  SequencedStream& stream = streams_[index_of(direction)];
  while (stream.held() > SequencedStream::held_limit) stream.give_up(packet);
}

void TunnelSession::unnumbered(Direction direction, Bytes bytes, const PacketRef& packet) {
  if (!closed_) streams_[index_of(direction)].unnumbered(bytes, packet);
}

void TunnelSession::lose(Direction direction, GapCause cause, const PacketRef& packet,
                         std::optional<std::uint64_t> at_most) {
  if (!closed_) streams_[index_of(direction)].lose(cause, packet, at_most);
}

void TunnelSession::end_exchange(const TunnelExchange& exchange, const PacketRef& packet) {
  if (closed_) return;
  if (exchange.status == 0 && exchange.response_bytes == 0) ++totals_.unanswered;
  if (exchange.response_time) totals_.add_time(*exchange.response_time);
  if (exchange.polling) totals_.polling = exchange.polling;
  sink_->on_exchange(exchange, packet);
}

void TunnelSession::find(const LayerFinding& finding) {
  if (!closed_) sink_->on_finding(finding);
}

void TunnelSession::stop_waiting(const PacketRef& packet) {
  for (const Direction direction : both_ways) {
    while (streams_[index_of(direction)].is_waiting()) streams_[index_of(direction)].give_up(packet);
  }
}

void TunnelSession::on_tick(const PacketRef& packet) {
  const bool waits = std::ranges::any_of(streams_, [](const auto& stream) { return stream.is_waiting(); });
  if (!waits) {
    waiting_ticks_ = 0;
  } else if (++waiting_ticks_ > longest_wait) {
    waiting_ticks_ = 0;
    for (SequencedStream& stream : streams_) stream.give_up(packet);
  }
}

void TunnelSession::close(EndCause cause, const PacketRef& packet) {
  if (closed_) return;
  stop_waiting(packet);
  for (const Direction direction : both_ways) {
    streams_[index_of(direction)].finish(packet);
    sink_->on_end(direction, {streams_[index_of(direction)].offset(), cause, packet});
  }
  closed_ = true;
  sink_->on_close(cause, packet, totals_);
}

}  // namespace rtmpscope::carrier
