// The cryptographic functions that RTMP's handshakes and identifiers need, with OpenSSL's EVP inside: it uses
// the processor's SHA instructions, and has what RTMPE and RTMPS need (tests/bench/README.md has figures).
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.hpp"

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace rtmpscope {

struct HashStateDeleter {
  void operator()(evp_md_ctx_st* state) const;
};
using HashState = std::unique_ptr<evp_md_ctx_st, HashStateDeleter>;

using Sha256Digest = std::array<std::uint8_t, 32>;

/// HMAC-SHA256 (RFC 2104) with one key. Made once for a key that many messages share. May be used by several
/// threads at once.
class HmacSha256 {
 public:
  explicit HmacSha256(Bytes key);

  /// Over the concatenation of `first` and `second`.
  [[nodiscard]] Sha256Digest operator()(Bytes first, Bytes second = {}) const;

 private:
  HashState inner_;  ///< has taken the padded key, as `outer_`
  HashState outer_;
};

/// HMAC-SHA256 of `data` with a key for this message alone: no memory is allocated.
[[nodiscard]] Sha256Digest hmac_sha256(Bytes key, Bytes data);

/// SHA-256 (FIPS 180-4) over `data`.
[[nodiscard]] Sha256Digest sha256(Bytes data);

/// For a program that uses OpenSSL here alone, before anything else: OpenSSL reads no configuration and makes
/// no list of all it can do, which takes longer than a small capture. A library does not decide that for its
/// host.
void use_hashes_alone();

/// SHA-1 (FIPS 180-4) over `data`; for Community IDs, not for security.
[[nodiscard]] std::array<std::uint8_t, 20> sha1(Bytes data);

/// For keys: bytes that nobody can guess. False if the system has none.
[[nodiscard]] bool fill_randomly(std::span<std::uint8_t> bytes);

/// RFC 4648, with padding.
[[nodiscard]] std::string base64(Bytes data);

}  // namespace rtmpscope
