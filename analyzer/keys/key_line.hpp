// One line of a key log. docs/keys.md has the forms.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"

namespace rtmpscope::keys {

using ClientRandom = std::array<std::uint8_t, 32>;

/// Which secret of a TLS session a line has (RFC 9850, section 2). Labels that no decoder needs are not here.
enum class TlsLabel : std::uint8_t {
  master_secret,     ///< CLIENT_RANDOM: TLS 1.0 to 1.2, 48 bytes
  client_early,      ///< CLIENT_EARLY_TRAFFIC_SECRET
  client_handshake,  ///< CLIENT_HANDSHAKE_TRAFFIC_SECRET
  server_handshake,  ///< SERVER_HANDSHAKE_TRAFFIC_SECRET
  client_traffic,    ///< CLIENT_TRAFFIC_SECRET_0
  server_traffic,    ///< SERVER_TRAFFIC_SECRET_0
};

/// A master secret (48 bytes), or a traffic secret of TLS 1.3: 32 or 48 bytes, as long as the suite's hash.
class Secret {
 public:
  static constexpr std::size_t most_bytes = 48;
  Secret() = default;
  /// `bytes`: at most `most_bytes`.
  explicit Secret(Bytes bytes);
  [[nodiscard]] Bytes bytes() const { return Bytes(bytes_).first(size_); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::array<std::uint8_t, most_bytes> bytes_{};
  std::uint8_t size_ = 0;
};

struct TlsSecret {
  TlsLabel label{};
  ClientRandom client_random{};
  Secret secret;
};

using Rc4Key = std::array<std::uint8_t, 16>;
using AesKey = std::array<std::uint8_t, 16>;
using HmacKey = std::array<std::uint8_t, 32>;
inline constexpr std::size_t rtmpe_public_key_size = 128;

/// What is known of one RTMPE session. At least one of secret, RC4 keys and private key is there.
struct RtmpeKeys {
  std::vector<std::uint8_t> dh_secret;   ///< 1 to 128 bytes; empty: not known
  std::vector<std::uint8_t> dh_private;  ///< of either side, 1 to 128 bytes; empty: not known
  std::optional<Rc4Key> to_server;       ///< the client's RC4 key
  std::optional<Rc4Key> to_client;
  /// Public keys that tell which session it is (PUB_IN, PUB_OUT), 128 bytes each; empty: not given.
  std::vector<std::uint8_t> public_in;
  std::vector<std::uint8_t> public_out;
};

/// What is known of one RTMFP session, as one of its ends has logged it: "tx" is what that end sends. At
/// least one AES key, the secret or a private key is there.
struct RtmfpKeys {
  std::optional<AesKey> tx_aes;
  std::optional<AesKey> rx_aes;
  std::optional<HmacKey> tx_hmac;
  std::optional<HmacKey> rx_hmac;
  std::vector<std::uint8_t> near_component;  ///< session key near component (sknc), empty: not given
  std::vector<std::uint8_t> far_component;   ///< session key far component (skfc)
  std::vector<std::uint8_t> dh_secret;       ///< empty: not known
  std::vector<std::uint8_t> dh_private;      ///< of either end; empty: not known
  std::optional<bool> hmac_send;             ///< whether packets have an HMAC, and of how many bytes
  std::optional<bool> hmac_receive;
  std::optional<std::uint8_t> tx_hmac_length;
  std::optional<std::uint8_t> rx_hmac_length;
};

struct CommentLine {};    ///< empty, or begins with '#'
struct UnknownLine {};    ///< its first word is none that is known
struct UnneededLine {};   ///< a known label of a secret that no decoder needs
struct MalformedLine {};  ///< its first word is known, the rest is not of that form

using KeyLine =
    std::variant<CommentLine, UnknownLine, UnneededLine, MalformedLine, TlsSecret, RtmpeKeys, RtmfpKeys>;

/// `line` is without its line end; blanks at both ends do not matter.
[[nodiscard]] KeyLine parse_key_line(std::string_view line);

/// The line of a key log that has it.
[[nodiscard]] std::string tls_key_line(const TlsSecret& secret);

}  // namespace rtmpscope::keys
