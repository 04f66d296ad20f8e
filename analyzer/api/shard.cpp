#include "api/shard.hpp"

#include "pipeline/limits.hpp"

namespace rtmpscope::api {
namespace {

net::FlowLimits limits() {
  net::FlowLimits result;
  result.flows = pipeline::flows_per_shard;
  result.held_bytes_total = pipeline::held_bytes_per_shard;
  return result;
}

}  // namespace

Shard::Shard(const v1::Options& options, const keys::KeyStore& keys, std::uint32_t& opened)
    : events_(opened),
      context_{.sink = events_,
               .session = {.keep_media = options.keep_media, .memory = &memory_},
               .rtmp_ports = options.rtmp_ports,
               .keys = keys::KeyView(&keys)},
      flows_(limits(), *this) {}

void Shard::serve(const net::UdpDatagram& datagram) {
  if (rtmfp_ == nullptr) {
    rtmfp_ = std::make_unique<rtmfp::SessionTable>(
        events_, rtmfp::SessionOptions{.keep_media = context_.session.keep_media}, context_.keys,
        context_.opened, clock_);
  }
  rtmfp_->on_datagram(datagram);
}

void Shard::tick(const net::Tick& tick) {
  clock_ = tick.clock;
  flows_.on_tick(tick);
  context_.on_tick(tick.packet);
  if (rtmfp_ != nullptr) rtmfp_->on_tick(tick);
}

void Shard::finish(PacketRef last) {
  flows_.finish(last);
  context_.finish(last);
  if (rtmfp_ != nullptr) rtmfp_->finish(last);
}

std::unique_ptr<net::FlowHandler> Shard::on_open(const net::FlowInfo& info, PacketRef) {
  return std::make_unique<pipeline::Connection>(info, context_);
}

}  // namespace rtmpscope::api
