#include "rtmfp/session_keys.hpp"

#include <algorithm>

#include "base/diffie_hellman.hpp"
#include "rtmfp/limits.hpp"
#include "rtmfp/packet_cipher.hpp"

namespace rtmpscope::rtmfp {
namespace {

std::string text_of(const std::vector<std::uint8_t>& bytes) {
  return std::string(as_text(bytes));
}

std::optional<DirectionKeys> keys_of(const std::optional<keys::AesKey>& aes,
                                     const std::optional<keys::HmacKey>& hmac) {
  if (!aes) return std::nullopt;
  return DirectionKeys{*aes, hmac};
}

SessionKeys derived(Bytes secret, const SessionKeying& keying, KeySource source) {
  SessionKeys keys;
  keys.source = source;
  keys.directions[index_of(Direction::to_server)] =
      derive_keys(secret, keying.initiator_component, keying.responder_component);
  keys.directions[index_of(Direction::to_client)] =
      derive_keys(secret, keying.responder_component, keying.initiator_component);
  return keys;
}

/// The public key of one side: its ephemeral one, or the static one that it has selected.
std::optional<PublicKey> full_public_key_of(const std::vector<std::uint8_t>& component,
                                            const std::vector<std::uint8_t>& certificate) {
  auto key = public_key_of(component);
  if (!key || !key->key.empty()) return key;
  const auto in_certificate = static_key_of(certificate, key->group);
  if (!in_certificate) return std::nullopt;
  key->key = *in_certificate;
  return key;
}

bool is_same_number(Bytes a, Bytes b) {
  return std::ranges::equal(without_leading_zeros(a), without_leading_zeros(b));
}

}  // namespace

SessionKeys KeyFinder::find(SessionKeying& keying) {
  read_new_lines();
  SessionKeys best;
  for (const auto* component : {&keying.initiator_component, &keying.responder_component}) {
    if (component->empty()) continue;
    const auto [first, last] = by_component_.equal_range(text_of(*component));
    for (auto entry = first; entry != last; ++entry) {
      SessionKeys keys = from_line(view_.rtmfp_at(entry->second), keying);
      if (keys.source == KeySource::secret || keys.source == KeySource::aes) return keys;
      if (keys.source != KeySource::none) best = std::move(keys);
    }
  }
  if (best.source != KeySource::none || private_keys_.empty()) return best;
  return from_private_keys(keying);
}

void KeyFinder::read_new_lines() {
  for (const std::size_t count = view_.rtmfp_count(); read_ < count; ++read_) {
    const keys::RtmfpKeys& line = view_.rtmfp_at(read_);
    if (!line.near_component.empty()) {
      by_component_.emplace(text_of(line.near_component), read_);
    } else if (!line.far_component.empty()) {
      by_component_.emplace(text_of(line.far_component), read_);
    } else if (!line.dh_secret.empty() || line.tx_aes || line.rx_aes) {
      nameless_.push_back(read_);
    }
    if (!line.dh_private.empty()) private_keys_.push_back(read_);
  }
}

/// Nothing if the line is about another session.
SessionKeys KeyFinder::from_line(const keys::RtmfpKeys& line, SessionKeying& keying) {
  const auto fits = [](const std::vector<std::uint8_t>& said, const std::vector<std::uint8_t>& sent) {
    return said.empty() || sent.empty() || said == sent;
  };
  const bool of_initiator = fits(line.near_component, keying.initiator_component) &&
                            fits(line.far_component, keying.responder_component);
  const bool of_responder = fits(line.near_component, keying.responder_component) &&
                            fits(line.far_component, keying.initiator_component);
  if (!of_initiator && !of_responder) return {};
  if (keying.initiator_component.empty())
    keying.initiator_component = of_initiator ? line.near_component : line.far_component;
  if (keying.responder_component.empty())
    keying.responder_component = of_initiator ? line.far_component : line.near_component;
  const bool complete = !keying.initiator_component.empty() && !keying.responder_component.empty();
  if (!line.dh_secret.empty() && complete) return derived(line.dh_secret, keying, KeySource::secret);
  SessionKeys keys;
  auto& to_server = keys.directions[index_of(Direction::to_server)];
  auto& to_client = keys.directions[index_of(Direction::to_client)];
  to_server = of_initiator ? keys_of(line.tx_aes, line.tx_hmac) : keys_of(line.rx_aes, line.rx_hmac);
  to_client = of_initiator ? keys_of(line.rx_aes, line.rx_hmac) : keys_of(line.tx_aes, line.tx_hmac);
  if (to_server && to_client) {
    keys.source = KeySource::aes;
  } else if (to_server || to_client) {
    keys.source = KeySource::one_direction;
  }
  return keys;
}

SessionKeys KeyFinder::from_private_keys(const SessionKeying& keying) {
  const auto initiator = full_public_key_of(keying.initiator_component, keying.initiator_certificate);
  auto responder = full_public_key_of(keying.responder_component, keying.responder_certificate);
  if (initiator && !responder) {  // the static one of the initiator's group
    const auto in_certificate = static_key_of(keying.responder_certificate, initiator->group);
    if (in_certificate) responder = PublicKey{initiator->group, *in_certificate};
  }
  if (!initiator || !responder || initiator->group != responder->group || !is_dh_group(initiator->group))
    return {};
  for (const std::size_t line : private_keys_) {
    const Bytes own = public_key(initiator->group, line);
    const bool of_initiator = is_same_number(own, initiator->key);
    if (own.empty() || (!of_initiator && !is_same_number(own, responder->key))) continue;
    if (computed_ >= computed_secrets) return {};
    ++computed_;
    const auto secret = dh_secret(initiator->group, view_.rtmfp_at(line).dh_private,
                                  of_initiator ? responder->key : initiator->key);
    if (!secret.empty()) return derived(secret, keying, KeySource::private_key);
  }
  return {};
}

SessionKeys KeyFinder::find_by_trial(const SessionKeying& keying, Direction direction,
                                     const net::UdpDatagram& datagram) {
  read_new_lines();
  if (keying.initiator_component.empty() || keying.responder_component.empty()) return {};
  const std::size_t lines = std::min(nameless_.size(), tried_keys);
  for (std::size_t i = 0; i < lines; ++i) {
    SessionKeys keys = try_line(view_.rtmfp_at(nameless_[i]), keying, direction, datagram);
    if (keys.source != KeySource::none) return keys;
  }
  return {};
}

SessionKeys KeyFinder::try_line(const keys::RtmfpKeys& line, const SessionKeying& keying, Direction direction,
                                const net::UdpDatagram& datagram) const {
  const bool from_initiator = direction == Direction::to_server;
  const auto& sender = from_initiator ? keying.initiator_component : keying.responder_component;
  const auto& receiver = from_initiator ? keying.responder_component : keying.initiator_component;
  const PacketFormat format = packet_format(sender, receiver);
  const auto fits = [&](const DirectionKeys& keys) {
    return PacketCipher(keys, format)
        .open(datagram.bytes(), from_initiator ? PacketMode::initiator : PacketMode::responder,
              datagram.cut())
        .has_value();
  };
  if (!line.dh_secret.empty()) {
    SessionKeys keys = derived(line.dh_secret, keying, KeySource::secret);
    return fits(*keys.directions[index_of(direction)]) ? keys : SessionKeys();
  }
  const auto sent = keys_of(line.tx_aes, line.tx_hmac);
  const auto received = keys_of(line.rx_aes, line.rx_hmac);
  for (const auto& [one, other] : {std::pair(sent, received), std::pair(received, sent)}) {
    if (!one || !fits(*one)) continue;
    SessionKeys keys;
    keys.source = other ? KeySource::aes : KeySource::one_direction;
    keys.directions[index_of(direction)] = one;
    keys.directions[index_of(opposite(direction))] = other;
    return keys;
  }
  return {};
}

Bytes KeyFinder::public_key(std::uint64_t group, std::size_t line) {
  const std::string place = std::to_string(group) + ":" + std::to_string(line);
  const auto known = public_keys_.find(place);
  if (known != public_keys_.end()) return known->second;
  if (computed_ >= computed_secrets) return {};
  ++computed_;
  return public_keys_[place] = dh_public_key(group, view_.rtmfp_at(line).dh_private);
}

}  // namespace rtmpscope::rtmfp
