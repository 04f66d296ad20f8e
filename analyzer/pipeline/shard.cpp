#include "pipeline/shard.hpp"

#include <algorithm>

namespace rtmpscope::pipeline {
namespace {

/// Segments between two stages of prefetching.
constexpr std::size_t prefetch_distance = 6;

net::FlowLimits shard_limits() {
  net::FlowLimits limits;
  limits.flows = flows_per_shard;
  limits.held_bytes_total = held_bytes_per_shard;
  return limits;
}

}  // namespace

Shard::Shard(const ShardOptions& options)
    : rtmp_ports_(options.rtmp_ports),
      renderer_(sinks::make_renderer(options.format, options.render)),
      selecting_(std::make_unique<sinks::SelectingSink>(options.selection, *renderer_)),
      context_{.sink = *selecting_, .session = options.session, .rtmp_ports = rtmp_ports_},
      flows_(shard_limits(), *this) {}

std::unique_ptr<net::FlowHandler> Shard::on_open(const net::FlowInfo& info, PacketRef) {
  return std::make_unique<Connection>(info, context_);
}

void Shard::process(const Window& window, std::size_t own_index) {
  for (const Section& section : window.sections) {
    if (section.tick) {
      flows_.on_tick(*section.tick);
      mark_pieces(section.tick->number);
    }
    process(window, window.part(section, own_index));
  }
  if (window.last) {
    flows_.finish(window.last_packet);
    mark_pieces(window.last_packet.number);
  }
}

void Shard::process(const Window& window, std::span<const std::uint32_t> part) {
  // Each stage loads what the next one, some segments later, looks at.
  const auto ahead = [&](std::size_t i) { return &window.segments[part[std::min(i, part.size() - 1)]]; };
  for (std::size_t i = 0; i < part.size(); ++i) {
    const auto* far = reinterpret_cast<const char*>(ahead(i + 3 * prefetch_distance));
    __builtin_prefetch(far);
    __builtin_prefetch(far + sizeof(net::TcpSegment) - 1);
    const net::TcpSegment* near = ahead(i + 2 * prefetch_distance);
    flows_.prefetch(near->hash);
    __builtin_prefetch(near->payload);
    __builtin_prefetch(near->payload + 64);
    flows_.prefetch_flow(ahead(i + prefetch_distance)->hash);
    const net::TcpSegment& segment = window.segments[part[i]];
    flows_.on_segment(segment);
    mark_pieces(segment.packet.number);
  }
}

const sinks::Output& Shard::take_output() {
  taken_.clear();
  std::swap(taken_, renderer_->output());
  marked_ = 0;
  return taken_;
}

void Shard::add_counts(ConnectionCounts& counts) const {
  const net::FlowCounters& seen = flows_.counters();
  counts.not_rtmp += context_.opaque;
  counts.other += context_.others + (seen.flows - seen.flows_opened);
  counts.late_segments += seen.late_segments;
  counts.late_bytes += seen.late_bytes;
}

/// An event may be about an earlier packet (a handshake part that was held until the protocol was decided). The
/// merger orders by the packet that made it come out.
void Shard::mark_pieces(std::uint64_t frame) {
  auto& pieces = renderer_->output().pieces;
  for (; marked_ < pieces.size(); ++marked_) pieces[marked_].frame = frame;
}

}  // namespace rtmpscope::pipeline
