#include "carrier/tls/sequence_search.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace rtmpscope::tls {
namespace {

constexpr std::size_t aes_block_size = 16;
constexpr std::size_t chacha_block_size = 64;
constexpr std::size_t batch = 256;  // sequence numbers at a time

bool is_content_type(std::uint8_t byte) {
  return byte == static_cast<std::uint8_t>(ContentType::application_data) ||
         byte == static_cast<std::uint8_t>(ContentType::handshake) ||
         byte == static_cast<std::uint8_t>(ContentType::alert);
}

/// Makes, for sequence numbers in a row, the byte of keystream that covers one place of the record.
class KeystreamBytes {
 public:
  KeystreamBytes(const Suite& suite, Bytes secret, std::size_t place)
      : suite_(suite),
        place_(place),
        key_(expand_label(suite.prf, secret, "key", suite.key_size)),
        context_(EVP_CIPHER_CTX_new()) {
    std::ranges::copy(expand_label(suite.prf, secret, "iv", iv_.size()), iv_.begin());
    if (suite.cipher == CipherKind::chacha20_poly1305) return;
    const EVP_CIPHER* const cipher = suite.key_size == 16 ? EVP_aes_128_ecb() : EVP_aes_256_ecb();
    EVP_EncryptInit_ex2(context_.get(), cipher, key_.data(), nullptr, nullptr);
    EVP_CIPHER_CTX_set_padding(context_.get(), 0);
  }

  void make(std::uint64_t first, std::array<std::uint8_t, batch>& bytes) {
    if (suite_.cipher == CipherKind::chacha20_poly1305) return make_chacha(first, bytes);
    std::array<std::uint8_t, batch * aes_block_size> blocks{};
    for (std::size_t i = 0; i < batch; ++i)
      write_counter_block(first + i, blocks.data() + i * aes_block_size);
    int size = 0;
    EVP_EncryptUpdate(context_.get(), blocks.data(), &size, blocks.data(), static_cast<int>(blocks.size()));
    for (std::size_t i = 0; i < batch; ++i) bytes[i] = blocks[i * aes_block_size + place_ % aes_block_size];
  }

 private:
  /// GCM: nonce and a counter of 32 bits that is 2 at the first block (NIST SP 800-38D, section 7.1). CCM:
  /// flags, nonce and a counter of 24 bits that is 1 there (RFC 3610, section 2.3).
  void write_counter_block(std::uint64_t sequence, std::uint8_t* block) const {
    const bool ccm = suite_.cipher == CipherKind::aes_ccm;
    const auto counter = static_cast<std::uint32_t>(place_ / aes_block_size + (ccm ? 1 : 2));
    if (ccm) *block++ = 2;
    block = std::ranges::copy(nonce_of(iv_, sequence), block).out;
    for (int shift = ccm ? 16 : 24; shift >= 0; shift -= 8)
      *block++ = static_cast<std::uint8_t>(counter >> shift);
  }
  /// RFC 8439, section 2.4 and 2.8: the counter is 1 at the first block.
  void make_chacha(std::uint64_t first, std::array<std::uint8_t, batch>& bytes) {
    const auto counter = static_cast<std::uint32_t>(place_ / chacha_block_size + 1);
    for (std::size_t i = 0; i < batch; ++i) {
      std::array<std::uint8_t, 4 + aead_iv_size> start{};
      for (std::size_t at = 0; at < 4; ++at) start[at] = static_cast<std::uint8_t>(counter >> (8 * at));
      std::ranges::copy(nonce_of(iv_, first + i), start.begin() + 4);
      std::array<std::uint8_t, chacha_block_size> block{};
      int size = 0;
      EVP_EncryptInit_ex2(context_.get(), EVP_chacha20(), key_.data(), start.data(), nullptr);
      EVP_EncryptUpdate(context_.get(), block.data(), &size, block.data(), static_cast<int>(block.size()));
      bytes[i] = block[place_ % chacha_block_size];
    }
  }

  const Suite suite_;
  const std::size_t place_;
  const std::vector<std::uint8_t> key_;
  AeadIv iv_{};
  std::unique_ptr<evp_cipher_ctx_st, CipherContextDeleter> context_;
};

}  // namespace

std::optional<std::uint64_t> find_sequence(const Suite& suite, Bytes traffic_secret, const Record& record,
                                           std::uint64_t end) {
  if (record.body.size() <= suite.tag_size) return std::nullopt;
  const std::size_t place = record.body.size() - suite.tag_size - 1;
  KeystreamBytes keystream(suite, traffic_secret, place);
  RecordCipher cipher(suite, traffic_secret);
  std::array<std::uint8_t, batch> bytes{};
  for (std::uint64_t first = 0; first < end; first += batch) {
    keystream.make(first, bytes);
    for (std::size_t i = 0; i < batch; ++i) {
      const auto type = static_cast<std::uint8_t>(record.body[place] ^ bytes[i]);
      if (is_content_type(type) && cipher.open(record, first + i)) return first + i;
    }
  }
  return std::nullopt;
}

}  // namespace rtmpscope::tls
