// The two endpoints of a TCP connection, in an order that does not depend on who sends.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "base/endpoint.hpp"

namespace rtmpscope::net {

/// The endpoints of a connection. The low one is the smaller by address, then by port, compared as numbers.
struct FlowKey {
  /// Bytes as on the wire; IPv4 uses the first four, the rest is zero.
  std::array<std::uint64_t, 2> low_address{};
  std::array<std::uint64_t, 2> high_address{};
  std::uint16_t low_port = 0;
  std::uint16_t high_port = 0;
  std::uint32_t address_length = 4;  ///< 4 or 16

  [[nodiscard]] Endpoint low() const;
  [[nodiscard]] Endpoint high() const;

  friend bool operator==(const FlowKey& a, const FlowKey& b) {
    // Without branches: a table lookup compares keys that are equal nearly always.
    const std::uint64_t tail =
        static_cast<std::uint64_t>((a.low_port ^ b.low_port) | (a.high_port ^ b.high_port)) |
        (a.address_length ^ b.address_length);
    return ((a.low_address[0] ^ b.low_address[0]) | (a.low_address[1] ^ b.low_address[1]) |
            (a.high_address[0] ^ b.high_address[0]) | (a.high_address[1] ^ b.high_address[1]) | tail) == 0;
  }
};
static_assert(sizeof(FlowKey) == 40 && std::is_trivially_copyable_v<FlowKey>);

struct FlowHashes {
  std::uint32_t flow = 0;
  std::uint32_t host_pair = 0;  ///< of the addresses alone, the same for all connections between two hosts
};

/// Product of two 64-bit numbers, folded: every input bit reaches every output bit.
[[nodiscard]] inline std::uint64_t multiply_fold(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// Hashes for tables and for the choice of a shard. Nothing that is reported depends on them, so that `seed`
/// may be chosen at random where hostile input could aim at collisions.
[[nodiscard]] inline FlowHashes hash_of(const FlowKey& key, std::uint64_t seed = 0) {
  constexpr std::uint64_t k0 = 0x9e3779b97f4a7c15;
  constexpr std::uint64_t k1 = 0xd1b54a32d192ed03;
  constexpr std::uint64_t k2 = 0x8cb92ba72f3d8dd7;
  constexpr std::uint64_t k3 = 0xaef17502108ef2d9;
  std::uint64_t hosts;
  if (key.address_length == 4) {
    hosts = multiply_fold((key.low_address[0] | key.high_address[0] << 32) ^ seed ^ k0, k1 ^ seed);
  } else {
    hosts = multiply_fold(key.low_address[0] ^ seed ^ k0, key.low_address[1] ^ k1) ^
            multiply_fold(key.high_address[0] ^ seed ^ k2, key.high_address[1] ^ k3);
    hosts = multiply_fold(hosts ^ k1, k0);
  }
  const std::uint64_t ports = static_cast<std::uint64_t>(key.low_port) << 16 | key.high_port;
  return {static_cast<std::uint32_t>(multiply_fold(hosts ^ ports ^ k2, k3 ^ seed)),
          static_cast<std::uint32_t>(hosts ^ hosts >> 32)};
}

}  // namespace rtmpscope::net
