#include "base/community_id.hpp"

#include <array>
#include <utility>
#include <vector>

#include "base/crypto.hpp"

namespace rtmpscope {
namespace {

std::string community_id(std::uint8_t protocol, const Endpoint& a, const Endpoint& b) {
  const auto [low, high] = b < a ? std::pair(b, a) : std::pair(a, b);
  std::vector<std::uint8_t> hashed = {0, 0};  // the seed
  for (const Endpoint* endpoint : {&low, &high}) {
    const auto& bytes = endpoint->address.bytes;
    hashed.insert(hashed.end(), bytes.begin(), bytes.begin() + endpoint->address.length);
  }
  hashed.insert(hashed.end(), {protocol, 0});
  for (const Endpoint* endpoint : {&low, &high}) {
    hashed.push_back(static_cast<std::uint8_t>(endpoint->port >> 8));
    hashed.push_back(static_cast<std::uint8_t>(endpoint->port));
  }
  const auto digest = sha1(hashed);
  return "1:" + base64(digest);
}

}  // namespace

std::string tcp_community_id(const Endpoint& a, const Endpoint& b) {
  constexpr std::uint8_t tcp = 6;
  return community_id(tcp, a, b);
}

std::string udp_community_id(const Endpoint& a, const Endpoint& b) {
  constexpr std::uint8_t udp = 17;
  return community_id(udp, a, b);
}

}  // namespace rtmpscope
