// Opens the protected records of one direction of a TLS session.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "carrier/tls/key_schedule.hpp"
#include "carrier/tls/suite.hpp"

struct evp_cipher_ctx_st;  // OpenSSL's EVP_CIPHER_CTX

namespace rtmpscope::tls {

enum class ContentType : std::uint8_t {
  change_cipher_spec = 20,
  alert = 21,
  handshake = 22,
  application_data = 23,
};

inline constexpr std::size_t record_header_size = 5;  ///< type, version, length (RFC 8446, section 5.1)

/// One record as it is on the wire.
struct Record {
  std::array<std::uint8_t, record_header_size> header{};
  Bytes body;
  std::uint64_t offset = 0;  ///< of the header in the direction's stream
  PacketRef packet;          ///< that completed it

  [[nodiscard]] std::uint64_t end() const { return offset + header.size() + body.size(); }
  [[nodiscard]] ContentType type() const { return static_cast<ContentType>(header[0]); }
  [[nodiscard]] std::uint16_t version() const {
    return static_cast<std::uint16_t>(header[1] << 8 | header[2]);
  }
};

/// What a record protects.
struct OpenedRecord {
  ContentType type{};
  Bytes content;  ///< valid until the next call
};

inline constexpr std::size_t aead_iv_size = 12;  ///< RFC 5116, section 5
using AeadIv = std::array<std::uint8_t, aead_iv_size>;

/// The nonce of a record: the IV with the sequence number combined into its last 8 bytes (RFC 8446, section
/// 5.3; RFC 7905, section 2).
[[nodiscard]] AeadIv nonce_of(const AeadIv& iv, std::uint64_t sequence);

struct CipherContextDeleter {
  void operator()(evp_cipher_ctx_st* context) const;
};

/// The keys of one direction for one epoch. Sequence numbers are the caller's: a record is opened with
/// whatever number it is given, and nothing of the state depends on the records before, but for the IV of
/// CBC in TLS 1.0.
///
/// Source: RFC 8446, section 5.2 and 5.3 (TLS 1.3); RFC 5246, section 6.2.3, RFC 5288, 6655, 7905 (AEAD of
/// TLS 1.2); RFC 7366 (encrypt-then-MAC); RFC 2246, section 6.2.3 (CBC of TLS 1.0).
class RecordCipher {
 public:
  /// TLS 1.3, from a traffic secret.
  RecordCipher(const Suite& suite, Bytes traffic_secret);
  /// TLS 1.0 to 1.2, from the key block (RFC 5246, section 6.3) of key_block_size bytes.
  RecordCipher(const Suite& suite, std::uint16_t version, Direction sender, Bytes key_block,
               bool encrypt_then_mac);

  [[nodiscard]] static std::size_t key_block_size(const Suite& suite, std::uint16_t version);

  /// Absent: the record does not verify with that sequence number.
  [[nodiscard]] std::optional<OpenedRecord> open(const Record& record, std::uint64_t sequence);
  /// A record is not there: the next one of CBC in TLS 1.0 cannot be opened, those behind it can.
  void skip(const Record* lost);

  /// Bytes of content that a record of `body` bytes has, if its size says so: not with CBC. TLS 1.3's padding
  /// is taken for none.
  [[nodiscard]] std::optional<std::size_t> content_size(std::size_t body) const;
  [[nodiscard]] bool has_exact_sizes() const { return suite_.cipher != CipherKind::aes_cbc; }
  /// Bytes that a protected record has besides its content, header included. Of CBC: the least.
  [[nodiscard]] std::size_t overhead() const;
  [[nodiscard]] const Suite& suite() const { return suite_; }

 private:
  void set_key(Bytes key);
  std::optional<OpenedRecord> open_aead(const Record& record, std::uint64_t sequence);
  std::optional<OpenedRecord> open_cbc(const Record& record, std::uint64_t sequence);
  [[nodiscard]] bool decrypt_aead(Bytes nonce, Bytes additional, Bytes ciphertext, Bytes tag);
  [[nodiscard]] bool decrypt_cbc(Bytes iv, Bytes ciphertext);
  [[nodiscard]] bool mac_fits(const Record& record, std::uint64_t sequence, Bytes content, Bytes mac);

  Suite suite_;
  std::uint16_t version_ = tls_1_3;
  bool encrypt_then_mac_ = false;
  std::unique_ptr<evp_cipher_ctx_st, CipherContextDeleter> context_;
  std::vector<std::uint8_t> key_;      ///< kept where OpenSSL asks for it with each record (CCM)
  std::array<std::uint8_t, 16> iv_{};  ///< 12 bytes; 4 with an explicit nonce; the last block in TLS 1.0
  bool iv_known_ = true;               ///< TLS 1.0: the record before is there
  std::optional<Hmac> mac_;            ///< CBC
  std::vector<std::uint8_t> plaintext_;
};

}  // namespace rtmpscope::tls
