#include "pipeline/shard.hpp"

namespace rtmpscope::pipeline {
namespace {

net::FlowLimits shard_limits(const ShardOptions& options) {
  net::FlowLimits limits;
  limits.flows = flows_per_shard;
  limits.measure = options.analysis;
  limits.held_bytes_total = held_bytes_per_shard;
  return limits;
}

}  // namespace

Shard::Shard(const ShardOptions& options, std::unique_ptr<output::Observer> observer)
    : rtmp_ports_(options.rtmp_ports),
      observer_(std::move(observer)),
      output_(observer_->output()),
      context_{.sink = *observer_,
               .session = options.session,
               .rtmp_ports = rtmp_ports_,
               .keys = keys::KeyView(options.keys)},
      flows_(shard_limits(options), *this) {
  context_.session.memory = &memory_;
}

std::unique_ptr<net::FlowHandler> Shard::on_open(const net::FlowInfo& info, PacketRef) {
  return std::make_unique<Connection>(info, context_);
}

void Shard::on_datagram(const net::UdpDatagram& datagram) {
  if (rtmfp_ == nullptr) {
    rtmfp_ = std::make_unique<rtmfp::SessionTable>(
        *observer_,
        rtmfp::SessionOptions{.message_events = context_.session.message_events,
                              .walk_frames = context_.session.walk_frames,
                              .keep_media = context_.session.keep_media},
        context_.keys, context_.opened, clock_);
  }
  rtmfp_->on_datagram(datagram);
  mark_spans(datagram.packet.number);
}

void Shard::on_tick(const net::Tick& tick) {
  clock_ = tick.clock;
  flows_.on_tick(tick);
  if (rtmfp_ != nullptr) rtmfp_->on_tick(tick);
  context_.on_tick(tick.packet);
  observer_->on_tick(tick.packet);
  mark_spans(tick.packet.number);
}

void Shard::finish(PacketRef last) {
  flows_.finish(last);
  if (rtmfp_ != nullptr) rtmfp_->finish(last);
  context_.finish(last);
  observer_->on_finish(last);
  mark_spans(last.number);
}

void Shard::hand_over(output::Output& to) {
  to.clear();
  std::swap(to, output_);
  marked_ = 0;
}

void Shard::add_counts(ConnectionCounts& counts) const {
  const net::FlowCounters& seen = flows_.counters();
  counts.not_rtmp += context_.opaque;
  counts.other += context_.others + (seen.flows - seen.flows_opened) - context_.unopened;
  counts.unopened += context_.unopened;
  counts.unopened_left_out += context_.unopened_left_out;
  counts.late_segments += seen.late_segments;
  counts.late_bytes += seen.late_bytes;
  counts.half_open_pushed_out += seen.half_open_pushed_out;
  if (rtmfp_ == nullptr) return;
  counts.rtmfp_datagrams += rtmfp_->counters().datagrams;
  counts.rtmfp_left_out += rtmfp_->counters().left_out;
}

}  // namespace rtmpscope::pipeline
