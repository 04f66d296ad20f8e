// What packets of a session are found by.
#pragma once

#include <string>

#include "net/udp_datagram.hpp"

namespace rtmpscope::rtmfp {

/// One direction of packets: their addresses, and the session id that their receiver has chosen.
struct Path {
  net::FlowKey key;
  std::uint32_t session_id = 0;
  bool from_low = false;

  friend bool operator==(const Path& a, const Path& b) {
    return a.key == b.key && a.session_id == b.session_id && a.from_low == b.from_low;
  }
};

/// The receiver of packets, or their sender, and their session id: what is left of a path when the other side
/// has moved.
struct HalfPath {
  enum class End : std::uint8_t { receiver, sender };
  Endpoint endpoint;
  std::uint32_t session_id = 0;
  End end{};

  friend bool operator==(const HalfPath&, const HalfPath&) = default;
};

struct PathHash {
  std::size_t operator()(const Path& path) const {
    const std::uint64_t flow = net::hash_of(path.key).flow;
    return net::multiply_fold(flow << 32 | path.session_id, path.from_low ? odd : other_odd);
  }
  std::size_t operator()(const HalfPath& path) const {
    std::uint64_t hash = odd;
    for (std::size_t i = 0; i < path.endpoint.address.length; i += 4)
      hash = net::multiply_fold(hash ^ load(path.endpoint.address.bytes.data() + i), other_odd);
    const std::uint64_t rest = std::uint64_t{path.session_id} << 17 | std::uint64_t{path.endpoint.port} << 1;
    return net::multiply_fold(hash ^ rest ^ static_cast<std::uint64_t>(path.end), odd);
  }

 private:
  static constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
  static constexpr std::uint64_t other_odd = 0xd1b54a32d192ed03;
  static std::uint64_t load(const std::uint8_t* p) {
    return std::uint64_t{p[0]} | std::uint64_t{p[1]} << 8 | std::uint64_t{p[2]} << 16 |
           std::uint64_t{p[3]} << 24;
  }
};

/// The path from `from` to `to`.
[[nodiscard]] Path path_of(const Endpoint& from, const Endpoint& to, std::uint32_t session_id);
[[nodiscard]] inline Path path_of(const net::UdpDatagram& datagram, std::uint32_t session_id) {
  return {datagram.key, session_id, datagram.from_low};
}

}  // namespace rtmpscope::rtmfp
