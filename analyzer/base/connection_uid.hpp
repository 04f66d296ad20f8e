// A connection's name that is the same wherever the same packets are read.
#pragma once

#include <array>
#include <string_view>

#include "base/endpoint.hpp"

namespace rtmpscope {

/// "C" and 17 of the characters 0-9, A-Z, a-z: the form of Zeek's connection uid. All zero bytes: none.
using ConnectionUid = std::array<char, 18>;

/// Made of both endpoints and of the time of the connection's first packet (nanoseconds since 1970), which no
/// two connections share in practice: 101 bits of a SHA-1. Client and server are not interchangeable.
[[nodiscard]] ConnectionUid connection_uid(const Endpoint& client, const Endpoint& server,
                                           Timestamp first_packet);

[[nodiscard]] constexpr std::string_view as_text(const ConnectionUid& uid) {
  return {uid.data(), uid.front() == '\0' ? 0 : uid.size()};
}

}  // namespace rtmpscope
