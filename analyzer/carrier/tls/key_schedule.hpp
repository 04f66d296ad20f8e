// How TLS makes keys from secrets.
#pragma once

#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "carrier/tls/suite.hpp"

namespace rtmpscope::tls {

/// HMAC (RFC 2104) with one key. Not thread-safe.
class Hmac {
 public:
  Hmac(HashKind hash, Bytes key);
  /// Begins a message; `add` its parts, then `finish`, which writes hash_size bytes.
  void begin();
  void add(Bytes part);
  void finish(std::span<std::uint8_t> digest);

 private:
  std::size_t size_;
  HashState inner_;  ///< has taken the padded key, as `outer_`
  HashState outer_;
  HashState state_;
};

/// HKDF-Expand-Label with an empty context (RFC 8446, section 7.1). `size` is at most that of the hash.
[[nodiscard]] std::vector<std::uint8_t> expand_label(HashKind hash, Bytes secret, std::string_view label,
                                                     std::size_t size);

/// The PRF of TLS 1.0 to 1.2 (RFC 2246 and RFC 5246, section 5). `hash` counts from 1.2 on.
[[nodiscard]] std::vector<std::uint8_t> prf(std::uint16_t version, HashKind hash, Bytes secret,
                                            std::string_view label, Bytes seed, std::size_t size);

}  // namespace rtmpscope::tls
