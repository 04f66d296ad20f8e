// Ciphers that are no longer safe, and that RTMPE is made of. To read it, not to protect anything.
#pragma once

#include <array>
#include <span>

#include "base/bytes.hpp"

namespace rtmpscope {

/// RC4: a key stream that both sides combine their bytes with. By hand: OpenSSL 3 has it in a module that
/// need not be installed, and an observer needs a state that can be copied and moved on.
class Rc4 {
 public:
  /// `key`: 1 to 256 bytes.
  explicit Rc4(Bytes key);

  /// Deciphers, or enciphers, in place.
  void apply(std::span<std::uint8_t> bytes);
  /// Goes on by `count` bytes of the key stream.
  void skip(std::uint64_t count);

 private:
  std::uint8_t next();

  std::array<std::uint8_t, 256> state_;
  std::uint8_t i_ = 0;
  std::uint8_t j_ = 0;
};

using CipherBlock = std::array<std::uint8_t, 8>;

/// XTEA with 32 rounds (Needham and Wheeler 1997), words of key and block little-endian. `key`: 16 bytes.
[[nodiscard]] CipherBlock xtea_encrypt(Bytes key, const CipherBlock& block);

/// Blowfish (Schneier 1993) in its usual byte order, with OpenSSL inside. `key`: 1 to 56 bytes.
[[nodiscard]] CipherBlock blowfish_encrypt(Bytes key, const CipherBlock& block);

}  // namespace rtmpscope
