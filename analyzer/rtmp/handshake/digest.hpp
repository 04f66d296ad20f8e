// The digests and signatures of RTMP's "complex" handshake, which RTMP sessions, detection and RTMPE all look
// at.
//
// Not in Adobe's specification. A block is C1, S1, C2 or S2 (RTMP 5.2.3, 5.2.4): 1536 bytes. All keys are
// public constants, so an observer verifies what a peer could verify.
#pragma once

#include "base/bytes.hpp"
#include "base/crypto.hpp"

namespace rtmpscope {

inline constexpr std::size_t handshake_block_size = 1536;
/// End of C1 or S1: behind the version's byte and one block.
inline constexpr std::size_t handshake_first_block_end = 1 + handshake_block_size;
/// Bytes of one direction before its first chunk: C0 + C1 + C2, or S0 + S1 + S2.
inline constexpr std::size_t handshake_size = 1 + 2 * handshake_block_size;
/// Where C2's or S2's signature begins; it takes the last 32 bytes.
inline constexpr std::uint32_t handshake_signature_offset = 1504;

/// Which half of C1 or S1 holds the digest and which the public key. Projects number these contradictorily.
enum class DigestLayout : std::uint8_t { none, digest_first, key_first };

/// Positions in a block: the digest has 32 bytes, the public key 128, each offset field 4.
struct DigestLocation {
  std::uint32_t digest_offset_field = 0;
  std::uint32_t digest = 0;
  std::uint32_t key_offset_field = 0;
  std::uint32_t key = 0;
};
inline constexpr std::uint32_t handshake_digest_size = 32;
inline constexpr std::uint32_t handshake_key_size = 128;

/// Where `block` (1536 bytes) has its digest and key if its layout is `layout` (not none). Any bytes give a
/// location inside the block.
[[nodiscard]] DigestLocation locate_digest(Bytes block, DigestLayout layout);

/// The layout in which `block` (1536 bytes) carries a valid digest; none if in neither. `direction` is the
/// block's way: the client and the server sign with different keys.
[[nodiscard]] DigestLayout find_digest(Bytes block, Direction direction);

/// What the last 32 bytes of C2 or S2 must be. `direction` is the way of `block` (1536 bytes), `peer_digest`
/// the 32 bytes of digest in the S1 or C1 that it answers; `version` the server's, of which 8 and 9 scramble
/// signatures.
[[nodiscard]] Sha256Digest handshake_signature(Bytes block, Direction direction, Bytes peer_digest,
                                               std::uint8_t version);

}  // namespace rtmpscope
