// What the handshake messages of TLS say that are in clear, or become so.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace rtmpscope::tls {

/// Types of handshake messages (RFC 5246, section 7.4; RFC 8446, section 4).
enum class HandshakeType : std::uint8_t {
  client_hello = 1,
  server_hello = 2,
  new_session_ticket = 4,
  end_of_early_data = 5,
  encrypted_extensions = 8,
  certificate = 11,
  finished = 20,
  key_update = 24,
};

using Random = std::array<std::uint8_t, 32>;

/// Names that are kept of one hello or certificate, and their bytes; further ones are left out.
inline constexpr std::size_t most_names = 32;
inline constexpr std::size_t longest_name = 255;

struct ClientHello {
  std::uint16_t version = 0;  ///< the highest that is offered
  Random random{};
  std::vector<std::uint8_t> session_id;
  std::optional<std::string> server_name;
  std::vector<std::string> alpn;
  bool early_data = false;
};

struct ServerHello {
  std::uint16_t version = 0;  ///< the one that is chosen
  Random random{};
  std::uint16_t cipher_suite = 0;
  std::vector<std::uint8_t> session_id;
  std::optional<std::string> alpn;
  bool retry = false;                   ///< a HelloRetryRequest
  bool extended_master_secret = false;  ///< RFC 7627
  bool encrypt_then_mac = false;        ///< RFC 7366
  bool pre_shared_key = false;          ///< TLS 1.3 resumes a session, or uses an external key
};

/// `body` is a handshake message without its head of four bytes. Absent: it is malformed before its
/// extensions; what is odd in those is left out.
[[nodiscard]] std::optional<ClientHello> parse_client_hello(Bytes body);
[[nodiscard]] std::optional<ServerHello> parse_server_hello(Bytes body);

/// The protocol that EncryptedExtensions chooses (RFC 7301).
[[nodiscard]] std::optional<std::string> parse_encrypted_extensions(Bytes body);

/// The certificates of a Certificate message, the sender's first; at most `most_certificates`.
inline constexpr std::size_t most_certificates = 8;
[[nodiscard]] std::vector<Bytes> parse_certificates(Bytes body, std::uint16_t version);

}  // namespace rtmpscope::tls
