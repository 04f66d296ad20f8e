#include "rtmp/handshake/digest.hpp"

#include <algorithm>

#include "rtmp/handshake/scrambled_signature.hpp"

namespace rtmpscope {
namespace {

// "Full" keys: a text, the "partial" key, and a tail that both sides share.
constexpr std::size_t client_partial_size = 30;
constexpr std::size_t server_partial_size = 36;
constexpr std::size_t key_tail_size = 32;
constexpr char client_key[] =
    "Genuine Adobe Flash Player 001"
    "\xF0\xEE\xC2\x4A\x80\x68\xBE\xE8\x2E\x00\xD0\xD1\x02\x9E\x7E\x57"
    "\x6E\xEC\x5D\x2D\x29\x80\x6F\xAB\x93\xB8\xE6\x36\xCF\xEB\x31\xAE";
constexpr char server_key[] =
    "Genuine Adobe Flash Media Server 001"
    "\xF0\xEE\xC2\x4A\x80\x68\xBE\xE8\x2E\x00\xD0\xD1\x02\x9E\x7E\x57"
    "\x6E\xEC\x5D\x2D\x29\x80\x6F\xAB\x93\xB8\xE6\x36\xCF\xEB\x31\xAE";
static_assert(sizeof client_key == client_partial_size + key_tail_size + 1);
static_assert(sizeof server_key == server_partial_size + key_tail_size + 1);

/// The first `client_size` or `server_size` bytes of the sender's key.
HmacSha256 keyed(Direction direction, std::size_t client_size, std::size_t server_size) {
  return HmacSha256(direction == Direction::to_server ? as_bytes({client_key, client_size})
                                                      : as_bytes({server_key, server_size}));
}
const HmacSha256& partial_key(Direction direction) {
  static const std::array keys = {keyed(Direction::to_server, client_partial_size, server_partial_size),
                                  keyed(Direction::to_client, client_partial_size, server_partial_size)};
  return keys[index_of(direction)];
}
const HmacSha256& full_key(Direction direction) {
  constexpr std::size_t client_size = client_partial_size + key_tail_size;
  constexpr std::size_t server_size = server_partial_size + key_tail_size;
  static const std::array keys = {keyed(Direction::to_server, client_size, server_size),
                                  keyed(Direction::to_client, client_size, server_size)};
  return keys[index_of(direction)];
}

std::uint32_t sum_of_four(Bytes block, std::uint32_t at) {
  return std::uint32_t{block[at]} + block[at + 1] + block[at + 2] + block[at + 3];
}

bool digest_is_valid(Bytes block, Direction direction, DigestLayout layout) {
  const std::uint32_t at = locate_digest(block, layout).digest;
  const Sha256Digest expected =
      partial_key(direction)(block.first(at), block.subspan(at + handshake_digest_size));
  return std::ranges::equal(expected, block.subspan(at, handshake_digest_size));
}

}  // namespace

DigestLocation locate_digest(Bytes block, DigestLayout layout) {
  // Each half is 764 bytes. The digest half begins with its offset field, the key half ends with it.
  const bool digest_first = layout == DigestLayout::digest_first;
  DigestLocation location;
  location.digest_offset_field = digest_first ? 8 : 772;
  location.key_offset_field = digest_first ? 1532 : 768;
  const std::uint32_t key_half = digest_first ? 772 : 8;
  location.digest = location.digest_offset_field + 4 + sum_of_four(block, location.digest_offset_field) % 728;
  location.key = key_half + sum_of_four(block, location.key_offset_field) % 632;
  return location;
}

DigestLayout find_digest(Bytes block, Direction direction) {
  for (const DigestLayout layout : {DigestLayout::digest_first, DigestLayout::key_first}) {
    if (digest_is_valid(block, direction, layout)) return layout;
  }
  return DigestLayout::none;
}

Sha256Digest handshake_signature(Bytes block, Direction direction, Bytes peer_digest, std::uint8_t version) {
  const Sha256Digest key = full_key(direction)(peer_digest);
  return scramble_signature(hmac_sha256(key, block.first(handshake_signature_offset)), key, version);
}

}  // namespace rtmpscope
