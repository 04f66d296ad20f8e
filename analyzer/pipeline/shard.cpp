#include "pipeline/shard.hpp"

namespace rtmpscope::pipeline {
namespace {

/// How many segments ahead their flow and payload are brought into the cache.
constexpr std::size_t prefetch_distance = 4;

net::FlowLimits shard_limits() {
  net::FlowLimits limits;
  limits.flows = flows_per_shard;
  limits.held_bytes_total = held_bytes_per_shard;
  return limits;
}

}  // namespace

Shard::Shard(const ShardOptions& options)
    : renderer_(sinks::make_renderer(options.format, options.render)),
      selecting_(std::make_unique<sinks::SelectingSink>(options.selection, *renderer_)),
      context_{.sink = *selecting_, .session = options.session, .rtmp_ports = options.rtmp_ports},
      flows_(shard_limits(), *this) {}

std::unique_ptr<net::FlowHandler> Shard::on_open(const net::FlowInfo& info, PacketRef) {
  return std::make_unique<Connection>(info, context_);
}

void Shard::process(const Window& window, std::size_t own_index) {
  const auto& segments = window.segments[own_index];
  auto tick = window.ticks.begin();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const net::TcpSegment& segment = segments[i];
    if (i + prefetch_distance < segments.size()) {
      const net::TcpSegment& ahead = segments[i + prefetch_distance];
      flows_.prefetch(ahead.hash);
      __builtin_prefetch(ahead.payload);
    }
    while (tick != window.ticks.end() && tick->number <= segment.packet.number) {
      flows_.on_tick(*tick);
      mark_pieces(tick->number);
      ++tick;
    }
    flows_.on_segment(segment);
    mark_pieces(segment.packet.number);
  }
  for (; tick != window.ticks.end(); ++tick) {
    flows_.on_tick(*tick);
    mark_pieces(tick->number);
  }
  if (window.last) {
    flows_.finish(window.last_packet);
    mark_pieces(window.last_packet.number);
  }
}

const sinks::Output& Shard::take_output() {
  taken_.clear();
  std::swap(taken_, renderer_->output());
  marked_ = 0;
  return taken_;
}

std::uint64_t Shard::other_connections() const { 
  const net::FlowCounters& seen = flows_.counters();
  return context_.others + (seen.flows - seen.flows_opened);
 }

/// An event may be about an earlier packet (a handshake part that was held until the protocol was decided). The
/// merger orders by the packet that made it come out.
void Shard::mark_pieces(std::uint64_t frame) {
  auto& pieces = renderer_->output().pieces;
  for (; marked_ < pieces.size(); ++marked_) pieces[marked_].frame = frame;
}

}  // namespace rtmpscope::pipeline
