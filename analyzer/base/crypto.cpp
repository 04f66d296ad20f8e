#include "base/crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>

namespace rtmpscope {
namespace {

constexpr std::size_t block_size = 64;  // FIPS 180-4, section 1
using Block = std::array<std::uint8_t, block_size>;

/// Looking a hash up by its name costs more than hashing, so that it is done once.
const EVP_MD* sha256_hash() {
  static const EVP_MD* const hash = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return hash;
}
const EVP_MD* sha1_hash() {
  static const EVP_MD* const hash = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  return hash;
}

/// For one hash at a time; used again, since making one costs an allocation.
EVP_MD_CTX* scratch() {
  thread_local const HashState state(EVP_MD_CTX_new());
  return state.get();
}

template <std::size_t Size>
std::array<std::uint8_t, Size> finish(EVP_MD_CTX* state) {
  std::array<std::uint8_t, Size> digest{};
  EVP_DigestFinal_ex(state, digest.data(), nullptr);
  return digest;
}

/// The digest of what `state` has taken, and of `first` and `second` behind that.
Sha256Digest finish_with(EVP_MD_CTX* state, Bytes first, Bytes second = {}) {
  EVP_DigestUpdate(state, first.data(), first.size());
  EVP_DigestUpdate(state, second.data(), second.size());
  return finish<sizeof(Sha256Digest)>(state);
}

/// `key`, hashed first if it is longer than a block, with each byte combined with `pad` (RFC 2104, section
/// 2).
Block padded_key(Bytes key, std::uint8_t pad) {
  Block block{};
  if (key.size() > block.size()) {
    EVP_DigestInit_ex2(scratch(), sha256_hash(), nullptr);
    std::ranges::copy(finish_with(scratch(), key), block.begin());
  } else {
    std::ranges::copy(key, block.begin());
  }
  for (std::uint8_t& byte : block) byte ^= pad;
  return block;
}

/// The hash `state` begins anew and takes the padded key.
void begin(EVP_MD_CTX* state, Bytes key, std::uint8_t pad) {
  const Block block = padded_key(key, pad);
  EVP_DigestInit_ex2(state, sha256_hash(), nullptr);
  EVP_DigestUpdate(state, block.data(), block.size());
}

constexpr std::uint8_t inner_pad = 0x36;
constexpr std::uint8_t outer_pad = 0x5c;

}  // namespace

void HashStateDeleter::operator()(evp_md_ctx_st* state) const {
  EVP_MD_CTX_free(state);
}

HmacSha256::HmacSha256(Bytes key) : inner_(EVP_MD_CTX_new()), outer_(EVP_MD_CTX_new()) {
  begin(inner_.get(), key, inner_pad);
  begin(outer_.get(), key, outer_pad);
}

Sha256Digest HmacSha256::operator()(Bytes first, Bytes second) const {
  EVP_MD_CTX* state = scratch();
  EVP_MD_CTX_copy_ex(state, inner_.get());
  const Sha256Digest digest = finish_with(state, first, second);
  EVP_MD_CTX_copy_ex(state, outer_.get());
  return finish_with(state, digest);
}

Sha256Digest hmac_sha256(Bytes key, Bytes data) {
  EVP_MD_CTX* state = scratch();
  begin(state, key, inner_pad);
  const Sha256Digest digest = finish_with(state, data);
  begin(state, key, outer_pad);
  return finish_with(state, digest);
}

Sha256Digest sha256(Bytes data) {
  EVP_DigestInit_ex2(scratch(), sha256_hash(), nullptr);
  return finish_with(scratch(), data);
}

void use_hashes_alone() {
  OPENSSL_init_crypto(
      OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS,
      nullptr);
}

std::array<std::uint8_t, 20> sha1(Bytes data) {
  EVP_DigestInit_ex2(scratch(), sha1_hash(), nullptr);
  EVP_DigestUpdate(scratch(), data.data(), data.size());
  return finish<20>(scratch());
}

bool fill_randomly(std::span<std::uint8_t> bytes) {
  return RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1;
}

std::string base64(Bytes data) {
  std::string text(4 * ((data.size() + 2) / 3), '\0');
  // Writes a zero behind the text, which std::string has there anyway.
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), data.data(), static_cast<int>(data.size()));
  return text;
}

}  // namespace rtmpscope
