// What a proxy or load balancer has put in front of a connection's first byte.
#pragma once

#include <cstdint>
#include <optional>

#include "base/endpoint.hpp"

namespace rtmpscope {

/// Numbers as in values.def, table proxy_protocol.
enum class ProxyProtocol : std::uint8_t {
  version_1,  ///< a line of text
  version_2,
  srs,
};

struct ProxyHeader {
  ProxyProtocol protocol{};
  std::uint32_t length = 0;  ///< bytes
  /// The client as the header names it, if it names one. The port is 0 if the header has none.
  std::optional<Endpoint> client;
};

}  // namespace rtmpscope
