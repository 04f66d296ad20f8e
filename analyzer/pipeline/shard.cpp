#include "pipeline/shard.hpp"

#include <algorithm>

namespace rtmpscope::pipeline {
namespace {

/// Segments that are served together, each stage of prefetching one group ahead of the next.
constexpr std::size_t group_size = 6;
static_assert(group_size <= 8, "Shard::process keeps a byte for each group");

net::FlowLimits shard_limits() {
  net::FlowLimits limits;
  limits.flows = flows_per_shard;
  limits.held_bytes_total = held_bytes_per_shard;
  return limits;
}

}  // namespace

Shard::Shard(const ShardOptions& options, std::unique_ptr<output::Observer> observer)
    : rtmp_ports_(options.rtmp_ports),
      observer_(std::move(observer)),
      output_(observer_->output()),
      context_{.sink = *observer_, .session = options.session, .rtmp_ports = rtmp_ports_},
      flows_(shard_limits(), *this) {}

std::unique_ptr<net::FlowHandler> Shard::on_open(const net::FlowInfo& info, PacketRef) {
  return std::make_unique<Connection>(info, context_);
}

void Shard::process(Window& window, std::size_t own_index) {
  for (const Section& section : window.sections) {
    if (section.tick) {
      flows_.on_tick(*section.tick);
      observer_->on_tick(*section.tick);
      mark_spans(section.tick->number);
    }
    process_part(window, window.part(section, own_index));
  }
  if (window.last) {
    flows_.finish(window.last_packet);
    mark_spans(window.last_packet.number);
  }
  output::Output& taken = window.outputs[own_index];
  taken.clear();
  std::swap(taken, output_);
  marked_ = 0;
}

/// A connection's state is spread over memory, reached by pointer after pointer, and no longer in a cache
/// among thousands of connections. So segments pass through stages, group after group: each stage asks for
/// what the next one looks at.
void Shard::process_part(const Window& window, std::span<const std::uint32_t> part) {
  if (part.empty()) return;
  constexpr std::size_t stages = 7;
  constexpr std::size_t handler_stage = 3;
  // A byte for each group that has come to that stage, the last one lowest, with a bit for each segment that
  // brings the handler something.
  std::uint64_t bringing = 0;
  const std::size_t groups = (part.size() + group_size - 1) / group_size;
  for (std::size_t turn = 0; turn < groups + stages; ++turn) {
    // Calls `load` with the segments that have come to a stage, and their places in the group.
    const auto at = [&](std::size_t stage, auto&& load) {
      if (turn < stage || turn - stage >= groups) return;
      const std::size_t from = (turn - stage) * group_size;
      const std::size_t to = std::min(from + group_size, part.size());
      for (std::size_t i = from; i < to; ++i) load(window.segments[part[i]], i - from);
    };
    const auto at_handler = [&](std::size_t stage, unsigned step) {
      at(stage, [&](const net::TcpSegment& next, std::size_t place) {
        if ((bringing >> (8 * (stage - handler_stage) + place) & 1U) != 0)
          flows_.prefetch_handler(next, step);
      });
    };
    at(0, [](const net::TcpSegment& next, std::size_t) {
      __builtin_prefetch(&next);
      __builtin_prefetch(reinterpret_cast<const char*>(&next + 1) - 1);
    });
    at(1, [&](const net::TcpSegment& next, std::size_t) {
      flows_.prefetch(next.hash);
      if (next.wire_length > 0) __builtin_prefetch(next.payload);
    });
    at(2, [&](const net::TcpSegment& next, std::size_t) { flows_.prefetch_flow(next.hash); });
    bringing <<= 8;
    at(handler_stage, [&](const net::TcpSegment& next, std::size_t place) {
      // Without holes, an acknowledgement brings nothing.
      if (next.wire_length == 0 && !context_.gaps) return;
      if (flows_.prefetch_handler(next)) bringing |= std::uint64_t{1} << place;
    });
    at_handler(handler_stage + 1, 0);
    at_handler(handler_stage + 2, 1);
    if (context_.gaps) at_handler(handler_stage + 3, 2);
    at(stages, [&](const net::TcpSegment& next, std::size_t) {
      flows_.on_segment(next);
      mark_spans(next.packet.number);
    });
  }
}

void Shard::add_counts(ConnectionCounts& counts) const {
  const net::FlowCounters& seen = flows_.counters();
  counts.not_rtmp += context_.opaque;
  counts.other += context_.others + (seen.flows - seen.flows_opened);
  counts.late_segments += seen.late_segments;
  counts.late_bytes += seen.late_bytes;
}

/// An event may be about an earlier packet (a handshake part that was held until the protocol was decided).
/// The merger orders by the packet that made it come out.
void Shard::mark_spans(std::uint64_t frame) {
  auto& spans = output_.spans;
  for (; marked_ < spans.size(); ++marked_) spans[marked_].frame = frame;
}

}  // namespace rtmpscope::pipeline
