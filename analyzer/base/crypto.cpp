#include "base/crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace rtmpscope {
namespace {

struct FreeMac {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

/// An HMAC context that has been given its key. To start it over costs a fraction of making one.
struct KeyedMac {
  std::vector<std::uint8_t> key;
  std::unique_ptr<EVP_MAC_CTX, FreeMac> context;
};

/// Handshakes use four constant keys; signatures add one key a connection. OpenSSL's contexts belong to one thread.
constexpr std::size_t cached_keys = 6;

EVP_MAC_CTX* context_for(Bytes key) {
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  thread_local std::vector<KeyedMac> cache;
  const auto found = std::find_if(cache.begin(), cache.end(), [&](const KeyedMac& entry) {
    return std::equal(key.begin(), key.end(), entry.key.begin(), entry.key.end());
  });
  if (found != cache.end()) {
    EVP_MAC_init(found->context.get(), nullptr, 0, nullptr);
    std::rotate(cache.begin(), found, found + 1);  // most recently used first
    return cache.front().context.get();
  }
  if (cache.size() == cached_keys) cache.pop_back();
  char digest_name[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
                                   OSSL_PARAM_construct_end()};
  KeyedMac entry{{key.begin(), key.end()}, std::unique_ptr<EVP_MAC_CTX, FreeMac>(EVP_MAC_CTX_new(mac))};
  EVP_MAC_init(entry.context.get(), key.data(), key.size(), parameters);
  cache.insert(cache.begin(), std::move(entry));
  return cache.front().context.get();
}

}  // namespace

Sha256Digest hmac_sha256(Bytes key, Bytes first, Bytes second) {
  Sha256Digest digest{};
  std::size_t length = 0;
  EVP_MAC_CTX* const context = context_for(key);
  EVP_MAC_update(context, first.data(), first.size());
  EVP_MAC_update(context, second.data(), second.size());
  EVP_MAC_final(context, digest.data(), &length, digest.size());
  return digest;
}

std::array<std::uint8_t, 20> sha1(Bytes data) {
  std::array<std::uint8_t, 20> digest{};
  SHA1(data.data(), data.size(), digest.data());
  return digest;
}

}  // namespace rtmpscope
