#include "base/aes_cbc.hpp"

#include <openssl/evp.h>

#include <array>

namespace rtmpscope {
namespace {

const EVP_CIPHER* aes_128_cbc() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-128-CBC", nullptr);
  return cipher;
}

constexpr std::array<std::uint8_t, AesCbcDecryptor::block_size> zeros{};

}  // namespace

void AesCbcDecryptor::Deleter::operator()(evp_cipher_ctx_st* state) const {
  EVP_CIPHER_CTX_free(state);
}

AesCbcDecryptor::AesCbcDecryptor(Bytes key) : state_(EVP_CIPHER_CTX_new()) {
  EVP_DecryptInit_ex2(state_.get(), aes_128_cbc(), key.data(), zeros.data(), nullptr);
  EVP_CIPHER_CTX_set_padding(state_.get(), 0);
}

void AesCbcDecryptor::operator()(Bytes encrypted, std::span<std::uint8_t> plain) {
  int length = 0;
  EVP_DecryptInit_ex2(state_.get(), nullptr, nullptr, zeros.data(), nullptr);
  EVP_DecryptUpdate(state_.get(), plain.data(), &length, encrypted.data(),
                    static_cast<int>(encrypted.size()));
}

}  // namespace rtmpscope
