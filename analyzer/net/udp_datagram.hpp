// A UDP datagram as the packet decoder hands it on.
#pragma once

#include "net/flow_key.hpp"

namespace rtmpscope::net {

struct UdpDatagram {
  FlowKey key;
  PacketRef packet;
  /// Points into the packet, or into the decoder's buffers if the datagram came in fragments.
  const std::uint8_t* payload = nullptr;
  std::uint32_t payload_length = 0;  ///< captured bytes
  std::uint32_t wire_length = 0;  ///< bytes on the wire; more than payload_length if the capture cut them off
  std::uint32_t hash = 0;         ///< of `key`
  bool from_low = false;          ///< the sender is the key's low endpoint

  [[nodiscard]] Bytes bytes() const { return {payload, payload_length}; }
  [[nodiscard]] bool cut() const { return payload_length < wire_length; }
  [[nodiscard]] Endpoint source() const { return from_low ? key.low() : key.high(); }
  [[nodiscard]] Endpoint destination() const { return from_low ? key.high() : key.low(); }
};
static_assert(sizeof(UdpDatagram) <= 96 && std::is_trivially_copyable_v<UdpDatagram>);

}  // namespace rtmpscope::net
