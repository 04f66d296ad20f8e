#include "base/crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>

namespace rtmpscope {

Sha256Digest hmac_sha256(Bytes key, Bytes first, Bytes second) {
  // Fetching an algorithm costs more than one HMAC, so it is done once for the process.
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  char digest_name[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
                                   OSSL_PARAM_construct_end()};
  Sha256Digest digest{};
  std::size_t length = 0;
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
  EVP_MAC_init(context, key.data(), key.size(), parameters);
  EVP_MAC_update(context, first.data(), first.size());
  EVP_MAC_update(context, second.data(), second.size());
  EVP_MAC_final(context, digest.data(), &length, digest.size());
  EVP_MAC_CTX_free(context);
  return digest;
}

std::array<std::uint8_t, 20> sha1(Bytes data) {
  std::array<std::uint8_t, 20> digest{};
  SHA1(data.data(), data.size(), digest.data());
  return digest;
}

}  // namespace rtmpscope
