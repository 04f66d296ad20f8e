#include "carrier/tls/key_schedule.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace rtmpscope::tls {
namespace {

/// Looked up once: by name it costs more than hashing.
const EVP_MD* fetched(HashKind hash) {
  static const std::array<const EVP_MD*, 4> hashes = {
      EVP_MD_fetch(nullptr, "MD5", nullptr), EVP_MD_fetch(nullptr, "SHA1", nullptr),
      EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_fetch(nullptr, "SHA384", nullptr)};
  return hashes[static_cast<std::size_t>(hash)];
}

constexpr std::size_t longest_block = 128;  // SHA-384 (FIPS 180-4, section 1)

/// A hash that has taken the key, combined with `pad`, as its first block.
HashState keyed(HashKind hash, Bytes key, std::uint8_t pad) {
  const std::size_t block_size = hash == HashKind::sha384 ? longest_block : longest_block / 2;
  std::array<std::uint8_t, longest_block> block{};
  if (key.size() > block_size) {
    EVP_Digest(key.data(), key.size(), block.data(), nullptr, fetched(hash), nullptr);
  } else {
    std::ranges::copy(key, block.begin());
  }
  for (std::uint8_t& byte : block) byte ^= pad;
  HashState state(EVP_MD_CTX_new());
  EVP_DigestInit_ex2(state.get(), fetched(hash), nullptr);
  EVP_DigestUpdate(state.get(), block.data(), block_size);
  return state;
}

/// P_hash (RFC 5246, section 5): combines its bytes with those of `out`.
void add_p_hash(HashKind hash, Bytes secret, std::string_view label, Bytes seed,
                std::span<std::uint8_t> out) {
  Hmac hmac(hash, secret);
  std::vector<std::uint8_t> a(hash_size(hash));
  std::vector<std::uint8_t> piece(hash_size(hash));
  hmac.begin();
  hmac.add(as_bytes(label));
  hmac.add(seed);
  hmac.finish(a);
  for (std::size_t at = 0; at < out.size(); at += piece.size()) {
    hmac.begin();
    hmac.add(a);
    hmac.add(as_bytes(label));
    hmac.add(seed);
    hmac.finish(piece);
    for (std::size_t i = 0; i < piece.size() && at + i < out.size(); ++i) out[at + i] ^= piece[i];
    hmac.begin();
    hmac.add(a);
    hmac.finish(a);
  }
}

}  // namespace

Hmac::Hmac(HashKind hash, Bytes key)
    : size_(hash_size(hash)),
      inner_(keyed(hash, key, 0x36)),
      outer_(keyed(hash, key, 0x5c)),
      state_(EVP_MD_CTX_new()) {}

void Hmac::begin() {
  EVP_MD_CTX_copy_ex(state_.get(), inner_.get());
}

void Hmac::add(Bytes part) {
  EVP_DigestUpdate(state_.get(), part.data(), part.size());
}

void Hmac::finish(std::span<std::uint8_t> digest) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> inner{};
  EVP_DigestFinal_ex(state_.get(), inner.data(), nullptr);
  EVP_MD_CTX_copy_ex(state_.get(), outer_.get());
  EVP_DigestUpdate(state_.get(), inner.data(), size_);
  EVP_DigestFinal_ex(state_.get(), inner.data(), nullptr);
  std::copy_n(inner.begin(), std::min(size_, digest.size()), digest.begin());
}

std::vector<std::uint8_t> expand_label(HashKind hash, Bytes secret, std::string_view label,
                                       std::size_t size) {
  // HKDF-Expand (RFC 5869, section 2.3) of HkdfLabel { length, "tls13 " + label, empty context }: one block.
  constexpr std::string_view prefix = "tls13 ";
  const std::array<std::uint8_t, 3> head = {static_cast<std::uint8_t>(size >> 8),
                                            static_cast<std::uint8_t>(size),
                                            static_cast<std::uint8_t>(prefix.size() + label.size())};
  const std::array<std::uint8_t, 2> tail = {0, 1};
  Hmac hmac(hash, secret);
  hmac.begin();
  hmac.add(head);
  hmac.add(as_bytes(prefix));
  hmac.add(as_bytes(label));
  hmac.add(tail);
  std::vector<std::uint8_t> block(hash_size(hash));
  hmac.finish(block);
  block.resize(std::min(size, block.size()));
  return block;
}

std::vector<std::uint8_t> prf(std::uint16_t version, HashKind hash, Bytes secret, std::string_view label,
                              Bytes seed, std::size_t size) {
  std::vector<std::uint8_t> out(size);
  if (version >= tls_1_2) {
    add_p_hash(hash, secret, label, seed, out);
    return out;
  }
  const std::size_t half = (secret.size() + 1) / 2;  // both have the middle byte of an odd number
  add_p_hash(HashKind::md5, secret.first(half), label, seed, out);
  add_p_hash(HashKind::sha1, secret.last(half), label, seed, out);
  return out;
}

}  // namespace rtmpscope::tls
