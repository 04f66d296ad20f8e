#include "pipeline/shard.hpp"

#include <algorithm>

namespace rtmpscope::pipeline {
namespace {

/// Segments that are served together, each stage of prefetching one group ahead of the next.
constexpr std::size_t group_size = 6;

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

/// A connection's state is spread over memory, reached by pointer after pointer, and no longer in a cache among thousands
/// of connections. So segments pass through stages, group after group: each stage asks for what the next one looks at.
void Shard::process(const Window& window, std::span<const std::uint32_t> part) {
  constexpr std::size_t stages = 7;
  const std::size_t groups = (part.size() + group_size - 1) / group_size;
  for (std::size_t turn = 0; turn < groups + stages; ++turn) {
    // Calls `load` with the segments that have come to a stage.
    const auto at = [&](std::size_t stage, auto&& load) {
      if (turn < stage || turn - stage >= groups) return;
      const std::size_t from = (turn - stage) * group_size;
      const std::size_t to = std::min(from + group_size, part.size());
      for (std::size_t i = from; i < to; ++i) load(window.segments[part[i]]);
    };
    at(0, [](const net::TcpSegment& next) {
      __builtin_prefetch(&next);
      __builtin_prefetch(reinterpret_cast<const char*>(&next + 1) - 1);
    });
    at(1, [&](const net::TcpSegment& next) {
      flows_.prefetch(next.hash);
      if (next.wire_length > 0) __builtin_prefetch(next.payload);
    });
    at(2, [&](const net::TcpSegment& next) { flows_.prefetch_flow(next.hash); });
    // Without holes, an acknowledgement brings nothing.
    const auto at_delivery = [&](std::size_t stage, auto&& load) {
      at(stage, [&](const net::TcpSegment& next) {
        if (next.wire_length > 0 || context_.gaps) load(next);
      });
    };
    at_delivery(3, [&](const net::TcpSegment& next) { flows_.prefetch_handler(next); });
    at_delivery(4, [&](const net::TcpSegment& next) { flows_.prefetch_handler(next, 0); });
    at_delivery(5, [&](const net::TcpSegment& next) { flows_.prefetch_handler(next, 1); });
    if (context_.gaps) at(6, [&](const net::TcpSegment& next) { flows_.prefetch_handler(next, 2); });
    at(stages, [&](const net::TcpSegment& next) {
      flows_.on_segment(next);
      mark_pieces(next.packet.number);
    });
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
