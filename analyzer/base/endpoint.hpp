// Network addresses and ports.
#pragma once

#include <array>
#include <compare>
#include <string>

#include "base/bytes.hpp"

namespace rtmpscope {

/// An IPv4 or IPv6 address. IPv4 uses the first four bytes; the rest is zero.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  std::uint8_t length = 4;  ///< 4 or 16

  [[nodiscard]] bool is_v6() const { return length == 16; }
  /// As inet_ntop prints it: "192.0.2.1", "2001:db8::1".
  [[nodiscard]] std::string to_string() const;
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  /// "192.0.2.1:1935" or "[2001:db8::1]:1935".
  [[nodiscard]] std::string to_string() const;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

}  // namespace rtmpscope
