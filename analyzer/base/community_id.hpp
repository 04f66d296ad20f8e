// Community ID: one name for a flow in all tools that know it (Zeek, Suricata, Wireshark, …).
#pragma once

#include <string>

#include "base/endpoint.hpp"

namespace rtmpscope {

/// Community ID version 1, seed 0, of a TCP or UDP flow: "1:" and 28 characters. The order of the endpoints
/// does not matter. Source: corelight/community-id-spec.
[[nodiscard]] std::string tcp_community_id(const Endpoint& a, const Endpoint& b);
[[nodiscard]] std::string udp_community_id(const Endpoint& a, const Endpoint& b);

}  // namespace rtmpscope
