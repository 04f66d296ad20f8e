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

void Shard::process(const Window& window, std::span<const std::uint32_t> part) {
  const auto segment = [&](std::size_t i) -> const net::TcpSegment& { return window.segments[part[i]]; };
  // Calls `load` with the segments of the group that is `groups` ahead of the one at `begin`.
  const auto ahead = [&](std::size_t begin, std::size_t groups, auto&& load) {
    const std::size_t from = std::min(begin + groups * group_size, part.size());
    const std::size_t to = std::min(from + group_size, part.size());
    for (std::size_t i = from; i < to; ++i) load(segment(i));
  };
  for (std::size_t begin = 0; begin < part.size(); begin += group_size) {
    // Each stage loads what the next one, a group later, looks at.
    ahead(begin, 3, [](const net::TcpSegment& next) {
      __builtin_prefetch(&next);
      __builtin_prefetch(reinterpret_cast<const char*>(&next + 1) - 1);
    });
    ahead(begin, 2, [&](const net::TcpSegment& next) {
      flows_.prefetch(next.hash);
      if (next.wire_length > 0) __builtin_prefetch(next.payload);
    });
    ahead(begin, 1, [&](const net::TcpSegment& next) { flows_.prefetch_flow(next.hash); });
    ahead(begin, 0, [&](const net::TcpSegment& next) {
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
