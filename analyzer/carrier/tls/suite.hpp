// Cipher suites of TLS that can be decrypted: what their names say.
#pragma once

#include <cstdint>
#include <optional>

namespace rtmpscope::tls {

enum class CipherKind : std::uint8_t { aes_gcm, aes_ccm, chacha20_poly1305, aes_cbc };
enum class HashKind : std::uint8_t { md5, sha1, sha256, sha384 };

[[nodiscard]] constexpr std::size_t hash_size(HashKind hash) {
  switch (hash) {
    case HashKind::md5: return 16;
    case HashKind::sha1: return 20;
    case HashKind::sha256: return 32;
    case HashKind::sha384: break;
  }
  return 48;
}

/// Versions on the wire (RFC 8446, section 4.1.2).
inline constexpr std::uint16_t tls_1_0 = 0x0301;
inline constexpr std::uint16_t tls_1_1 = 0x0302;
inline constexpr std::uint16_t tls_1_2 = 0x0303;
inline constexpr std::uint16_t tls_1_3 = 0x0304;

struct Suite {
  std::uint16_t id = 0;
  CipherKind cipher{};
  std::uint8_t key_size = 0;  ///< 16 or 32
  std::uint8_t tag_size = 0;  ///< 16 or 8; 0 with CBC
  HashKind mac{};             ///< of CBC
  HashKind prf{};             ///< of the key schedule from TLS 1.2 on

  /// Bytes that go before the ciphertext of each record of TLS 1.2.
  [[nodiscard]] std::size_t explicit_nonce_size() const {
    return cipher == CipherKind::aes_gcm || cipher == CipherKind::aes_ccm ? 8 : 0;
  }
};

/// Absent: the suite is not known, or its cipher not supported.
[[nodiscard]] std::optional<Suite> find_suite(std::uint16_t id);

/// Whether the suite belongs to TLS 1.3 alone (RFC 8446, appendix B.4).
[[nodiscard]] constexpr bool is_tls_1_3_suite(std::uint16_t id) {
  return (id >> 8) == 0x13;
}

}  // namespace rtmpscope::tls
