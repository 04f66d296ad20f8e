#include "net/flow_key.hpp"

#include <cstring>

namespace rtmpscope::net {
namespace {

Endpoint endpoint_of(const std::array<std::uint64_t, 2>& address, std::uint32_t length, std::uint16_t port) {
  Endpoint endpoint;
  std::memcpy(endpoint.address.bytes.data(), address.data(), length);
  endpoint.address.length = static_cast<std::uint8_t>(length);
  endpoint.port = port;
  return endpoint;
}

}  // namespace

Endpoint FlowKey::low() const {
  return endpoint_of(low_address, address_length, low_port);
}
Endpoint FlowKey::high() const {
  return endpoint_of(high_address, address_length, high_port);
}

}  // namespace rtmpscope::net
