#include "rtmfp/session_feed.hpp"

namespace rtmpscope::rtmfp {
namespace {

net::UdpDatagram to_net(const Datagram& datagram) {
  const Path path = path_of(datagram.source, datagram.destination, 0);
  net::UdpDatagram result;
  result.key = path.key;
  result.from_low = path.from_low;
  result.hash = net::hash_of(path.key).flow;
  result.packet = datagram.packet;
  result.payload = datagram.bytes.data();
  result.payload_length = static_cast<std::uint32_t>(datagram.bytes.size());
  result.wire_length = result.payload_length + datagram.cut;
  return result;
}

}  // namespace

void SessionFeed::on_packet(PacketRef packet) {
  if (!clock_.leaves_second(packet.time)) return;
  if (const auto tick = clock_.on_other_second(packet)) table_.on_tick(*tick);
}

std::optional<Taken> SessionFeed::on_datagram(const Datagram& datagram) {
  on_packet(datagram.packet);
  const net::UdpDatagram udp = to_net(datagram);
  return filter_.wants(udp) ? table_.on_datagram(udp) : std::nullopt;
}

}  // namespace rtmpscope::rtmfp
