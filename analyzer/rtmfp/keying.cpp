#include "rtmfp/keying.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/diffie_hellman.hpp"
#include "rtmfp/wire.hpp"

namespace rtmpscope::rtmfp {
namespace {

/// Options of keying components and certificates (RFC 7425, sections 4.3.1 and 4.3.3).
constexpr std::uint64_t ephemeral_key = 0x0D;
constexpr std::uint64_t hmac_negotiation = 0x1A;
constexpr std::uint64_t static_key = 0x1D;
constexpr std::uint64_t sequence_negotiation = 0x1E;

Offer read_offer(Bytes component, std::uint64_t type) {
  constexpr std::uint8_t will_send_always = 0x04;
  constexpr std::uint8_t will_send_on_request = 0x02;
  constexpr std::uint8_t request = 0x01;
  Offer offer;
  const auto value = find_option(component, type);
  if (!value || value->empty()) return offer;
  ByteReader reader(*value);
  const std::uint8_t flags = reader.u8();
  offer.always = (flags & will_send_always) != 0;
  offer.on_request = (flags & will_send_on_request) != 0;
  offer.wanted = (flags & request) != 0;
  const auto length = read_vlu(reader);
  if (length && *length >= shortest_hmac && *length <= longest_hmac)
    offer.length = static_cast<std::uint8_t>(*length);
  return offer;
}

bool is_sent(const Offer& sender, const Offer& receiver) {
  return sender.always || (sender.on_request && receiver.wanted);
}

}  // namespace

std::optional<PublicKey> public_key_of(Bytes component) {
  for (const std::uint64_t type : {ephemeral_key, static_key}) {
    const auto value = find_option(component, type);
    if (!value) continue;
    ByteReader reader(*value);
    const auto group = read_vlu(reader);
    if (group) return PublicKey{*group, type == ephemeral_key ? reader.rest() : Bytes()};
  }
  return std::nullopt;
}

std::optional<Bytes> static_key_of(Bytes certificate, std::uint64_t group) {
  ByteReader reader(certificate);
  OptionReader options(reader);
  while (const auto option = options.next()) {
    if (option->type != static_key) continue;
    ByteReader value(option->value);
    if (read_vlu(value) == group) return value.rest();
  }
  return std::nullopt;
}

Sha256Digest peer_id_of(Bytes certificate) {
  return sha256(certificate);
}

Offer hmac_offer_of(Bytes component) {
  return read_offer(component, hmac_negotiation);
}

Offer sequence_offer_of(Bytes component) {
  return read_offer(component, sequence_negotiation);
}

PacketFormat packet_format(Bytes sender_component, Bytes receiver_component) {
  const Offer hmac = hmac_offer_of(sender_component);
  PacketFormat format;
  if (is_sent(hmac, hmac_offer_of(receiver_component))) format.hmac_length = hmac.length;
  format.sequence_numbers =
      is_sent(sequence_offer_of(sender_component), sequence_offer_of(receiver_component));
  return format;
}

DirectionKeys derive_keys(Bytes secret, Bytes sender_component, Bytes receiver_component) {
  const Bytes number = without_leading_zeros(secret);
  const Sha256Digest inner = hmac_sha256(receiver_component, sender_component);
  const Sha256Digest key = hmac_sha256(number, inner);
  DirectionKeys keys;
  std::copy_n(key.begin(), keys.aes.size(), keys.aes.begin());
  keys.hmac = hmac_sha256(number, key);
  return keys;
}

}  // namespace rtmpscope::rtmfp
