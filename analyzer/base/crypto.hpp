// The cryptographic functions that RTMP's handshakes and identifiers need, with nettle inside: its
// hashes are plain values, which are copied after the key, and it uses the processor's SHA instructions.
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "base/bytes.hpp"

namespace rtmpscope {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// HMAC-SHA256 (RFC 2104) with one key. Making it costs about two blocks of 64 bytes, so that constant keys
/// are worth keeping. May be used by several threads at once.
class HmacSha256 {
 public:
  explicit HmacSha256(Bytes key);

  /// Over the concatenation of `first` and `second`.
  [[nodiscard]] Sha256Digest operator()(Bytes first, Bytes second = {}) const;

 private:
  // nettle's sha256_ctx, after the padded key.
  static constexpr std::size_t state_size = 112;
  alignas(8) std::array<std::byte, state_size> inner_;
  alignas(8) std::array<std::byte, state_size> outer_;
};

/// SHA-1 (FIPS 180-4) over `data`; for Community IDs, not for security.
[[nodiscard]] std::array<std::uint8_t, 20> sha1(Bytes data);

/// RFC 4648, with padding.
[[nodiscard]] std::string base64(Bytes data);

}  // namespace rtmpscope
