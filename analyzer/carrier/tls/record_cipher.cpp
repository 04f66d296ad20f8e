#include "carrier/tls/record_cipher.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

#include "base/byte_order.hpp"

namespace rtmpscope::tls {
namespace {

constexpr std::size_t block_size = 16;    // AES
constexpr std::size_t fixed_iv_size = 4;  // RFC 5288, section 3; RFC 6655, section 3

/// Looked up once: by name it costs more than opening a record.
const EVP_CIPHER* fetched(CipherKind kind, std::size_t key_size) {
  static const std::array<const EVP_CIPHER*, 7> ciphers = {
      EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr),
      EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr),
      EVP_CIPHER_fetch(nullptr, "AES-128-CCM", nullptr),
      EVP_CIPHER_fetch(nullptr, "AES-256-CCM", nullptr),
      EVP_CIPHER_fetch(nullptr, "AES-128-CBC", nullptr),
      EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr),
      EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr)};
  const std::size_t size = key_size == 16 ? 0 : 1;
  switch (kind) {
    case CipherKind::aes_gcm: return ciphers[size];
    case CipherKind::aes_ccm: return ciphers[2 + size];
    case CipherKind::aes_cbc: return ciphers[4 + size];
    case CipherKind::chacha20_poly1305: break;
  }
  return ciphers[6];
}

int as_int(std::size_t size) {
  return static_cast<int>(size);
}

/// Sequence number, type, version, length of the content (RFC 5246, section 6.2.3.1 and 6.2.3.3).
std::array<std::uint8_t, 13> pseudo_header(const Record& record, std::uint64_t sequence, std::size_t length) {
  std::array<std::uint8_t, 13> bytes{};
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(sequence >> (56 - 8 * i));
  std::copy_n(record.header.begin(), 3, bytes.begin() + 8);
  bytes[11] = static_cast<std::uint8_t>(length >> 8);
  bytes[12] = static_cast<std::uint8_t>(length);
  return bytes;
}

}  // namespace

AeadIv nonce_of(const AeadIv& iv, std::uint64_t sequence) {
  AeadIv nonce = iv;
  for (std::size_t i = 0; i < 8; ++i) nonce[4 + i] ^= static_cast<std::uint8_t>(sequence >> (56 - 8 * i));
  return nonce;
}

void CipherContextDeleter::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}

RecordCipher::RecordCipher(const Suite& suite, Bytes traffic_secret)
    : suite_(suite), context_(EVP_CIPHER_CTX_new()) {
  set_key(expand_label(suite.prf, traffic_secret, "key", suite.key_size));
  std::ranges::copy(expand_label(suite.prf, traffic_secret, "iv", aead_iv_size), iv_.begin());
}

RecordCipher::RecordCipher(const Suite& suite, std::uint16_t version, Direction sender, Bytes key_block,
                           bool encrypt_then_mac)
    : suite_(suite), version_(version), encrypt_then_mac_(encrypt_then_mac), context_(EVP_CIPHER_CTX_new()) {
  const bool cbc = suite.cipher == CipherKind::aes_cbc;
  const std::size_t mac_size = cbc ? hash_size(suite.mac) : 0;
  const std::size_t iv_size = (key_block_size(suite, version) - 2 * mac_size - 2U * suite.key_size) / 2;
  const std::size_t side = index_of(sender);
  if (cbc) mac_.emplace(suite.mac, key_block.subspan(side * mac_size, mac_size));
  set_key(key_block.subspan(2 * mac_size + side * suite.key_size, suite.key_size));
  const Bytes iv = key_block.subspan(2 * mac_size + 2U * suite.key_size + side * iv_size, iv_size);
  std::ranges::copy(iv, iv_.begin());
}

std::size_t RecordCipher::key_block_size(const Suite& suite, std::uint16_t version) {
  const bool cbc = suite.cipher == CipherKind::aes_cbc;
  const std::size_t mac = cbc ? hash_size(suite.mac) : 0;
  const std::size_t cbc_iv = version <= tls_1_0 ? block_size : 0;
  const std::size_t aead_iv = suite.explicit_nonce_size() != 0 ? fixed_iv_size : aead_iv_size;
  return 2 * (mac + suite.key_size + (cbc ? cbc_iv : aead_iv));
}

void RecordCipher::set_key(Bytes key) {
  EVP_CIPHER_CTX* const context = context_.get();
  EVP_DecryptInit_ex2(context, fetched(suite_.cipher, suite_.key_size), nullptr, nullptr, nullptr);
  if (suite_.cipher == CipherKind::aes_ccm) {
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, as_int(aead_iv_size), nullptr);
    key_.assign(key.begin(), key.end());
    return;
  }
  EVP_DecryptInit_ex2(context, nullptr, key.data(), nullptr, nullptr);
  EVP_CIPHER_CTX_set_padding(context, 0);
}

std::optional<OpenedRecord> RecordCipher::open(const Record& record, std::uint64_t sequence) {
  return suite_.cipher == CipherKind::aes_cbc ? open_cbc(record, sequence) : open_aead(record, sequence);
}

std::optional<OpenedRecord> RecordCipher::open_aead(const Record& record, std::uint64_t sequence) {
  const bool is_1_3 = version_ >= tls_1_3;
  const std::size_t explicit_size = is_1_3 ? 0 : suite_.explicit_nonce_size();
  if (record.body.size() < explicit_size + suite_.tag_size) return std::nullopt;
  const Bytes ciphertext =
      record.body.subspan(explicit_size, record.body.size() - explicit_size - suite_.tag_size);
  AeadIv nonce;
  std::copy_n(iv_.begin(), nonce.size(), nonce.begin());
  if (explicit_size != 0) {
    std::copy_n(record.body.begin(), explicit_size, nonce.begin() + fixed_iv_size);
  } else {
    nonce = nonce_of(nonce, sequence);
  }
  const auto header = pseudo_header(record, sequence, ciphertext.size());
  const Bytes additional = is_1_3 ? Bytes(record.header) : Bytes(header);
  if (!decrypt_aead(nonce, additional, ciphertext, record.body.last(suite_.tag_size))) return std::nullopt;
  Bytes content = Bytes(plaintext_).first(ciphertext.size());
  if (!is_1_3) return OpenedRecord{record.type(), content};
  // Content, its type, zeros (RFC 8446, section 5.4).
  while (!content.empty() && content.back() == 0) content = content.first(content.size() - 1);
  if (content.empty()) return std::nullopt;
  return OpenedRecord{static_cast<ContentType>(content.back()), content.first(content.size() - 1)};
}

bool RecordCipher::decrypt_aead(Bytes nonce, Bytes additional, Bytes ciphertext, Bytes tag) {
  EVP_CIPHER_CTX* const context = context_.get();
  if (plaintext_.size() < ciphertext.size()) plaintext_.resize(ciphertext.size());
  auto* const tag_bytes = const_cast<std::uint8_t*>(tag.data());  // OpenSSL copies it
  int size = 0;
  if (suite_.cipher == CipherKind::aes_ccm) {
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, as_int(tag.size()), tag_bytes);
    EVP_DecryptInit_ex2(context, nullptr, key_.data(), nonce.data(), nullptr);
    EVP_DecryptUpdate(context, nullptr, &size, nullptr, as_int(ciphertext.size()));
    EVP_DecryptUpdate(context, nullptr, &size, additional.data(), as_int(additional.size()));
    std::uint8_t none = 0;  // an empty plaintext wants an address, too
    return EVP_DecryptUpdate(context, plaintext_.empty() ? &none : plaintext_.data(), &size,
                             ciphertext.data(), as_int(ciphertext.size())) == 1;
  }
  EVP_DecryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr);
  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, as_int(tag.size()), tag_bytes);
  EVP_DecryptUpdate(context, nullptr, &size, additional.data(), as_int(additional.size()));
  if (!ciphertext.empty())
    EVP_DecryptUpdate(context, plaintext_.data(), &size, ciphertext.data(), as_int(ciphertext.size()));
  std::array<std::uint8_t, block_size> rest{};
  return EVP_DecryptFinal_ex(context, rest.data(), &size) == 1;
}

bool RecordCipher::decrypt_cbc(Bytes iv, Bytes ciphertext) {
  if (ciphertext.empty() || ciphertext.size() % block_size != 0) return false;
  if (plaintext_.size() < ciphertext.size()) plaintext_.resize(ciphertext.size());
  int size = 0;
  EVP_DecryptInit_ex2(context_.get(), nullptr, nullptr, iv.data(), nullptr);
  EVP_CIPHER_CTX_set_padding(context_.get(), 0);
  return EVP_DecryptUpdate(context_.get(), plaintext_.data(), &size, ciphertext.data(),
                           as_int(ciphertext.size())) == 1;
}

std::optional<OpenedRecord> RecordCipher::open_cbc(const Record& record, std::uint64_t sequence) {
  const std::size_t mac_size = hash_size(suite_.mac);
  Bytes body = record.body;
  if (encrypt_then_mac_) {
    if (body.size() < mac_size) return std::nullopt;
    const Bytes mac = body.last(mac_size);
    body = body.first(body.size() - mac_size);
    if (!mac_fits(record, sequence, body, mac)) return std::nullopt;
  }
  std::array<std::uint8_t, block_size> iv = iv_;
  if (version_ > tls_1_0) {
    if (body.size() < block_size) return std::nullopt;
    std::copy_n(body.begin(), block_size, iv.begin());
    body = body.subspan(block_size);
  } else if (!iv_known_) {
    return std::nullopt;
  }
  if (!decrypt_cbc(iv, body)) return std::nullopt;
  Bytes content = Bytes(plaintext_).first(body.size());
  const std::size_t padding = std::size_t{content.back()} + 1;
  if (padding + (encrypt_then_mac_ ? 0 : mac_size) > content.size()) return std::nullopt;
  const Bytes fill = content.last(padding);
  if (std::ranges::any_of(fill, [&](std::uint8_t byte) { return byte != fill.back(); })) return std::nullopt;
  content = content.first(content.size() - padding);
  if (!encrypt_then_mac_) {
    const Bytes mac = content.last(mac_size);
    content = content.first(content.size() - mac_size);
    if (!mac_fits(record, sequence, content, mac)) return std::nullopt;
  }
  if (version_ <= tls_1_0) std::ranges::copy(body.last(block_size), iv_.begin());
  return OpenedRecord{record.type(), content};
}

bool RecordCipher::mac_fits(const Record& record, std::uint64_t sequence, Bytes content, Bytes mac) {
  std::array<std::uint8_t, 48> digest{};
  mac_->begin();
  mac_->add(pseudo_header(record, sequence, content.size()));
  mac_->add(content);
  mac_->finish(digest);
  return std::ranges::equal(Bytes(digest).first(mac.size()), mac);
}

void RecordCipher::skip(const Record* lost) {
  if (version_ > tls_1_0 || suite_.cipher != CipherKind::aes_cbc) return;
  const std::size_t mac_size = encrypt_then_mac_ ? hash_size(suite_.mac) : 0;
  iv_known_ = lost != nullptr && lost->body.size() >= block_size + mac_size;
  if (!iv_known_) return;
  const Bytes body = lost->body.first(lost->body.size() - mac_size);
  std::ranges::copy(body.last(block_size), iv_.begin());
}

std::optional<std::size_t> RecordCipher::content_size(std::size_t body) const {
  const std::size_t extra = overhead() - record_header_size;
  if (!has_exact_sizes() || body < extra) return std::nullopt;
  return body - extra;
}

std::size_t RecordCipher::overhead() const {
  if (suite_.cipher == CipherKind::aes_cbc) {
    const std::size_t iv = version_ > tls_1_0 ? block_size : 0;
    return record_header_size + iv + hash_size(suite_.mac) + 1;
  }
  if (version_ >= tls_1_3) return record_header_size + 1 + suite_.tag_size;
  return record_header_size + suite_.explicit_nonce_size() + suite_.tag_size;
}

}  // namespace rtmpscope::tls
