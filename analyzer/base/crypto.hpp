// The cryptographic functions that RTMP's handshakes and identifiers need, with OpenSSL inside.
#pragma once

#include <array>

#include "base/bytes.hpp"

namespace rtmpscope {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// HMAC-SHA256 (RFC 2104) over the concatenation of `first` and `second`.
[[nodiscard]] Sha256Digest hmac_sha256(Bytes key, Bytes first, Bytes second = {});

/// SHA-1 (FIPS 180-4) over `data`; for Community IDs, not for security.
[[nodiscard]] std::array<std::uint8_t, 20> sha1(Bytes data);

}  // namespace rtmpscope
