#include "base/community_id.hpp"

#include <openssl/evp.h>

#include <array>
#include <utility>
#include <vector>

#include "base/crypto.hpp"

namespace rtmpscope {

std::string tcp_community_id(const Endpoint& a, const Endpoint& b) {
  constexpr std::uint8_t tcp = 6;
  const auto [low, high] = b < a ? std::pair(b, a) : std::pair(a, b);
  std::vector<std::uint8_t> hashed = {0, 0};  // the seed
  for (const Endpoint* endpoint : {&low, &high}) {
    const auto& bytes = endpoint->address.bytes;
    hashed.insert(hashed.end(), bytes.begin(), bytes.begin() + endpoint->address.length);
  }
  hashed.insert(hashed.end(), {tcp, 0});
  for (const Endpoint* endpoint : {&low, &high}) {
    hashed.push_back(static_cast<std::uint8_t>(endpoint->port >> 8));
    hashed.push_back(static_cast<std::uint8_t>(endpoint->port));
  }
  const auto digest = sha1(hashed);
  std::array<unsigned char, 32> base64{};
  const int length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(digest.size()));
  return "1:" + std::string(reinterpret_cast<const char*>(base64.data()), static_cast<std::size_t>(length));
}

}  // namespace rtmpscope
