// What two keying components agree on, and the keys that follow from them (RFC 7425, sections 4.3.3 and 4.6).
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/crypto.hpp"

namespace rtmpscope::rtmfp {

/// Options of a certificate and of a keying component that name Diffie-Hellman keys.
struct PublicKey {
  std::uint64_t group = 0;
  Bytes key;  ///< empty: the static one of that group, in the sender's certificate
};
/// The ephemeral key of a component, or the group of the static key that it selects.
[[nodiscard]] std::optional<PublicKey> public_key_of(Bytes component);
/// The static key of that group.
[[nodiscard]] std::optional<Bytes> static_key_of(Bytes certificate, std::uint64_t group);

/// SHA-256 of the certificate: the peer id of Flash.
[[nodiscard]] Sha256Digest peer_id_of(Bytes certificate);

/// What one side says of something that it may send in front of or behind a packet (options 0x1A and 0x1E).
struct Offer {
  bool always = false;      ///< will send it
  bool on_request = false;  ///< will send it if the other side wants it
  bool wanted = false;      ///< from the other side
  std::uint8_t length = 0;  ///< of the HMAC
};
/// Lengths of an HMAC (RFC 7425, section 4.3.3.4).
inline constexpr std::uint8_t shortest_hmac = 4;
inline constexpr std::uint8_t longest_hmac = 32;

[[nodiscard]] Offer hmac_offer_of(Bytes component);
[[nodiscard]] Offer sequence_offer_of(Bytes component);

/// What packets of one direction have besides their chunks.
struct PacketFormat {
  std::uint8_t hmac_length = 0;  ///< behind the encrypted part; 0: there is a checksum instead
  bool sequence_numbers = false;

  friend bool operator==(const PacketFormat&, const PacketFormat&) = default;
};
[[nodiscard]] PacketFormat packet_format(Bytes sender_component, Bytes receiver_component);

/// Keys of one direction.
struct DirectionKeys {
  std::array<std::uint8_t, 16> aes{};
  std::optional<Sha256Digest> hmac;
};
/// `secret`: of Diffie-Hellman, leading zeros do not count.
[[nodiscard]] DirectionKeys derive_keys(Bytes secret, Bytes sender_component, Bytes receiver_component);

}  // namespace rtmpscope::rtmfp
