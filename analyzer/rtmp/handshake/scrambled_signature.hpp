// RTMPE of types 8 and 9 enciphers the signatures of C2 and S2 with public keys.
#pragma once

#include "base/bytes.hpp"
#include "base/crypto.hpp"

namespace rtmpscope {

/// What stands in C2 or S2 in place of `signature` in a handshake of `version`: with 8 it is enciphered with
/// XTEA, with 9 with Blowfish, with any other not at all. `signature_key` is what the signature was made with
/// (32 bytes); its bytes choose the keys.
///
/// No specification: librtmp (handshake.h) and FFmpeg (rtmpcrypt.c) have the same tables.
[[nodiscard]] Sha256Digest scramble_signature(const Sha256Digest& signature, Bytes signature_key,
                                              std::uint8_t version);

}  // namespace rtmpscope
