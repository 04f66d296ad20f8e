// The RC4 keys that an RTMPE session may have, by what the key files say.
//
// No specification: librtmp (handshake.h, dh.h) and FFmpeg (rtmpcrypt.c, rtmpdh.c) agree.
#pragma once

#include <vector>

#include "carrier/rtmpe/public_key.hpp"
#include "keys/key_store.hpp"

namespace rtmpscope::carrier {

/// Numbers as in values.def, table rtmpe_key.
enum class RtmpeKeyKind : std::uint8_t { none, shared_secret, rc4_keys, private_key };
/// Numbers as in values.def, table rtmpe_padding.
enum class RtmpePadding : std::uint8_t { left, right };

/// Keys to be tried.
struct RtmpeCandidate {
  RtmpeKeyKind kind = RtmpeKeyKind::none;
  std::optional<RtmpePadding> padding;              ///< of a secret that is shorter than 128 bytes
  std::array<std::optional<keys::Rc4Key>, 2> keys;  ///< by Direction
};

struct RtmpeCandidates {
  std::vector<RtmpeCandidate> list;
  bool named = false;  ///< the key file names the session: no others are to be tried
};

/// Private keys without a name that a session tries; each takes a tenth of a millisecond or more. Reached:
/// further ones are left out.
inline constexpr std::size_t most_private_keys = 64;

/// Those that name the session's public keys, or else all that name none.
[[nodiscard]] RtmpeCandidates rtmpe_candidates(const keys::KeyView& keys, const RtmpePublicKey& client,
                                               const RtmpePublicKey& server);

/// The key for what goes to the owner of `receiver`, from the secret as 128 bytes.
[[nodiscard]] keys::Rc4Key rtmpe_key(Bytes secret, const RtmpePublicKey& receiver);

}  // namespace rtmpscope::carrier
