#include "base/crypto.hpp"

#include <nettle/base64.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include <bit>
#include <cstring>

namespace rtmpscope {
namespace {

using Block = std::array<std::uint8_t, SHA256_BLOCK_SIZE>;

/// A hash that has taken `key` with each byte combined with `pad` (RFC 2104, section 2).
sha256_ctx begin(Block key, std::uint8_t pad) {
  for (std::uint8_t& byte : key) byte ^= pad;
  sha256_ctx state{};
  sha256_init(&state);
  sha256_update(&state, key.size(), key.data());
  return state;
}

Sha256Digest digest_of(sha256_ctx& state) {
  Sha256Digest digest;
  sha256_digest(&state, digest.size(), digest.data());
  return digest;
}

}  // namespace

HmacSha256::HmacSha256(Bytes key) {
  static_assert(sizeof(sha256_ctx) == state_size);
  Block block{};
  if (key.size() > block.size()) {
    sha256_ctx state{};
    sha256_init(&state);
    sha256_update(&state, key.size(), key.data());
    const Sha256Digest digest = digest_of(state);
    std::memcpy(block.data(), digest.data(), digest.size());
  } else if (!key.empty()) {
    std::memcpy(block.data(), key.data(), key.size());
  }
  inner_ = std::bit_cast<decltype(inner_)>(begin(block, 0x36));
  outer_ = std::bit_cast<decltype(outer_)>(begin(block, 0x5c));
}

Sha256Digest HmacSha256::operator()(Bytes first, Bytes second) const {
  auto state = std::bit_cast<sha256_ctx>(inner_);
  sha256_update(&state, first.size(), first.data());
  sha256_update(&state, second.size(), second.data());
  const Sha256Digest digest = digest_of(state);
  state = std::bit_cast<sha256_ctx>(outer_);
  sha256_update(&state, digest.size(), digest.data());
  return digest_of(state);
}

std::array<std::uint8_t, 20> sha1(Bytes data) {
  sha1_ctx state{};
  sha1_init(&state);
  sha1_update(&state, data.size(), data.data());
  std::array<std::uint8_t, 20> digest{};
  sha1_digest(&state, digest.size(), digest.data());
  return digest;
}

std::string base64(Bytes data) {
  std::string text(BASE64_ENCODE_RAW_LENGTH(data.size()), '\0');
  base64_encode_raw(text.data(), data.size(), data.data());
  return text;
}

}  // namespace rtmpscope
