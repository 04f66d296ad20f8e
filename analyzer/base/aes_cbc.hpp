// AES-128 in CBC mode, for packets that each begin anew.
#pragma once

#include <memory>
#include <span>

#include "base/bytes.hpp"

struct evp_cipher_ctx_st;  // OpenSSL's EVP_CIPHER_CTX

namespace rtmpscope {

/// Decrypts with one key. Every call begins with an initialization vector of zeros (RFC 7425, section 4.5).
/// One thread at a time.
class AesCbcDecryptor {
 public:
  static constexpr std::size_t block_size = 16;
  static constexpr std::size_t key_size = 16;

  /// `key` has key_size bytes.
  explicit AesCbcDecryptor(Bytes key);

  /// `encrypted` is a whole number of blocks, and `plain` at least as long. No padding is looked for.
  void operator()(Bytes encrypted, std::span<std::uint8_t> plain);

 private:
  struct Deleter {
    void operator()(evp_cipher_ctx_st* state) const;
  };
  std::unique_ptr<evp_cipher_ctx_st, Deleter> state_;
};

}  // namespace rtmpscope
