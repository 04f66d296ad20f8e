// SHA256_Init and its like are deprecated in OpenSSL 3 because they pass by its providers. That is what is
// wanted here: a handshake has four digests of 1.5 kB, and a context of the newer interface costs as much as
// the digest itself.
#define OPENSSL_API_COMPAT 0x10100000L

#include "base/crypto.hpp"

#include <openssl/sha.h>

#include <bit>
#include <cstring>

namespace rtmpscope {
namespace {

using Block = std::array<std::uint8_t, SHA256_CBLOCK>;

/// A hash that has taken `key` with each byte combined with `pad` (RFC 2104, section 2).
SHA256_CTX begin(Block key, std::uint8_t pad) {
  for (std::uint8_t& byte : key) byte ^= pad;
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, key.data(), key.size());
  return state;
}

}  // namespace

HmacSha256::HmacSha256(Bytes key) {
  static_assert(sizeof(SHA256_CTX) == state_size);
  Block block{};
  if (key.size() > block.size()) {
    SHA256(key.data(), key.size(), block.data());
  } else if (!key.empty()) {
    std::memcpy(block.data(), key.data(), key.size());
  }
  inner_ = std::bit_cast<decltype(inner_)>(begin(block, 0x36));
  outer_ = std::bit_cast<decltype(outer_)>(begin(block, 0x5c));
}

Sha256Digest HmacSha256::operator()(Bytes first, Bytes second) const {
  Sha256Digest digest;
  auto state = std::bit_cast<SHA256_CTX>(inner_);
  SHA256_Update(&state, first.data(), first.size());
  SHA256_Update(&state, second.data(), second.size());
  SHA256_Final(digest.data(), &state);
  state = std::bit_cast<SHA256_CTX>(outer_);
  SHA256_Update(&state, digest.data(), digest.size());
  SHA256_Final(digest.data(), &state);
  return digest;
}

std::array<std::uint8_t, 20> sha1(Bytes data) {
  std::array<std::uint8_t, 20> digest{};
  SHA1(data.data(), data.size(), digest.data());
  return digest;
}

}  // namespace rtmpscope
