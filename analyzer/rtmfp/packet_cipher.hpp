// Packets of an open session in one direction (RFC 7425, section 4.6).
#pragma once

#include <vector>

#include "base/aes_cbc.hpp"
#include "rtmfp/keying.hpp"
#include "rtmfp/packet.hpp"

namespace rtmpscope::rtmfp {

/// Checks and decrypts packets. One thread at a time.
class PacketCipher {
 public:
  PacketCipher(const DirectionKeys& keys, const PacketFormat& format);

  /// The packet from its flags on, in a buffer of this object, valid until the next call. Nothing if its HMAC
  /// or checksum is wrong, or if it cannot be checked and is no packet of that mode. `cut`: the capture has
  /// only the beginning of the datagram; then the beginning is all that there is, and not checked.
  [[nodiscard]] std::optional<Bytes> open(Bytes datagram, PacketMode mode, bool cut);
  /// The session sequence number of the packet that was opened last; nothing where packets have none.
  [[nodiscard]] std::optional<std::uint64_t> sequence_number() const { return sequence_number_; }

 private:
  [[nodiscard]] bool verifies(Bytes datagram, Bytes encrypted) const;

  AesCbcDecryptor cipher_;
  std::optional<HmacSha256> hmac_;
  PacketFormat format_;
  std::optional<std::uint64_t> sequence_number_;
  std::vector<std::uint8_t> plain_;
};

}  // namespace rtmpscope::rtmfp
