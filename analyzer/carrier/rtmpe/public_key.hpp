// The Diffie-Hellman public keys in the handshake of RTMPE: group 2 (RFC 2409, section 6.2).
#pragma once

#include <array>
#include <optional>

#include "rtmp/handshake/digest.hpp"

namespace rtmpscope::carrier {

/// Of dh_secret and its like (base/diffie_hellman.hpp).
inline constexpr std::uint64_t rtmpe_dh_group = 2;

/// Big-endian, with zeros in front.
using RtmpePublicKey = std::array<std::uint8_t, handshake_key_size>;

/// The key in C1 (to_server) or S1, of 1536 bytes: its place follows from the layout of the valid digest.
/// Nothing if there is none.
[[nodiscard]] std::optional<RtmpePublicKey> find_public_key(Bytes block, Direction direction);

}  // namespace rtmpscope::carrier
