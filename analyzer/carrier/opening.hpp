// What the first bytes of one direction of a TCP connection can be.
#pragma once

#include <array>

#include "base/bytes.hpp"

namespace rtmpscope::carrier {

enum class Opening : std::uint8_t {
  open,         ///< too few bytes to decide
  handshake,    ///< may be the handshake of RTMP or RTMPE: nothing speaks against it yet
  odd_version,  ///< may be a handshake with a version that is none: nothing speaks for it yet
  tls,
  http,
  other,
};

/// More bytes than this do not change what `classify_opening` says.
inline constexpr std::size_t opening_size = 16;

/// Versions above are not allowed, so that text can be told from a handshake (RTMP 5.2.2).
inline constexpr std::uint8_t highest_version = 31;

/// Whether a connection that begins with `byte` needs a second look on any port; all others are `other` at
/// once, or odd_version.
[[nodiscard]] constexpr bool is_promising(std::uint8_t byte) {
  constexpr auto table = [] {
    std::array<bool, 256> promising{};
    for (const int handshake_version : {3, 6, 8, 9})
      promising[static_cast<std::size_t>(handshake_version)] = true;
    for (const int tls_record : {0x14, 0x15, 0x16, 0x17})
      promising[static_cast<std::size_t>(tls_record)] = true;
    for (const char method : {'G', 'P', 'H', 'O', 'D', 'C'})
      promising[static_cast<std::uint8_t>(method)] = true;
    return promising;
  }();
  return table[byte];
}

/// `first_bytes` are the first captured bytes of a direction, at least one. Looks at the first 16.
///
/// TLS: a record header (RFC 8446 5.1), of a handshake or of a session that is under way. HTTP: a request
/// line or status line of HTTP/1. Handshake: version 3, 6, 8 or 9, and not TPKT (RFC 1006: RDP, H.323), which
/// begins with 3, too. Odd version: any other up to 31 that is not TLS.
[[nodiscard]] Opening classify_opening(Bytes first_bytes);

/// Whether the first bytes (up to 16) are printable ASCII and line ends.
[[nodiscard]] bool is_plain_text(Bytes first_bytes);

/// Whether a block of a handshake is random bytes, or nearly so: neither a run nor a short pattern, which
/// repeat by themselves. Looks behind the first 8 bytes.
[[nodiscard]] bool is_varied(Bytes block);

/// Whether a request line or status line of HTTP/1 (RFC 9112, 3 and 4) is anywhere in `bytes`.
[[nodiscard]] bool has_http(Bytes bytes);

}  // namespace rtmpscope::carrier
