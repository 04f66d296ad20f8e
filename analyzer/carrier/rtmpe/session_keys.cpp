#include "carrier/rtmpe/session_keys.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/diffie_hellman.hpp"

namespace rtmpscope::carrier {
namespace {

struct PublicKeys {
  const RtmpePublicKey& client;
  const RtmpePublicKey& server;

  [[nodiscard]] bool has(Bytes key) const {
    return std::ranges::equal(key, client) || std::ranges::equal(key, server);
  }
};

bool names_a_session(const keys::RtmpeKeys& line) {
  return !line.public_in.empty() || !line.public_out.empty();
}

bool names(const keys::RtmpeKeys& line, const PublicKeys& session) {
  const bool in_fits = line.public_in.empty() || session.has(line.public_in);
  return names_a_session(line) && in_fits && (line.public_out.empty() || session.has(line.public_out));
}

void add_secret(Bytes secret, RtmpeKeyKind kind, const PublicKeys& session,
                std::vector<RtmpeCandidate>& candidates) {
  const Bytes number = without_leading_zeros(secret);
  if (number.empty() || number.size() > handshake_key_size) return;
  const bool is_short = number.size() < handshake_key_size;
  for (const RtmpePadding padding : {RtmpePadding::left, RtmpePadding::right}) {
    std::array<std::uint8_t, handshake_key_size> padded{};
    const auto zeros =
        static_cast<std::ptrdiff_t>(padding == RtmpePadding::left ? padded.size() - number.size() : 0);
    std::ranges::copy(number, padded.begin() + zeros);
    RtmpeCandidate& candidate = candidates.emplace_back();
    candidate.kind = kind;
    if (is_short) candidate.padding = padding;
    candidate.keys[index_of(Direction::to_server)] = rtmpe_key(padded, session.server);
    candidate.keys[index_of(Direction::to_client)] = rtmpe_key(padded, session.client);
    if (!is_short) return;
  }
}

/// The private key of either side shows by the public one that it makes.
void add_private_key(Bytes private_key, const PublicKeys& session, std::vector<RtmpeCandidate>& candidates) {
  const std::vector<std::uint8_t> own = dh_public_key(rtmpe_dh_group, private_key);
  const bool is_client = std::ranges::equal(own, without_leading_zeros(session.client));
  if (!is_client && !std::ranges::equal(own, without_leading_zeros(session.server))) return;
  const RtmpePublicKey& other = is_client ? session.server : session.client;
  add_secret(dh_secret(rtmpe_dh_group, private_key, other), RtmpeKeyKind::private_key, session, candidates);
}

void add_line(const keys::RtmpeKeys& line, const PublicKeys& session,
              std::vector<RtmpeCandidate>& candidates) {
  if (!line.dh_secret.empty()) add_secret(line.dh_secret, RtmpeKeyKind::shared_secret, session, candidates);
  if (line.to_server || line.to_client) {
    candidates.push_back({RtmpeKeyKind::rc4_keys, std::nullopt, {line.to_server, line.to_client}});
  }
}

}  // namespace

keys::Rc4Key rtmpe_key(Bytes secret, const RtmpePublicKey& receiver) {
  const Sha256Digest digest = hmac_sha256(secret, receiver);
  keys::Rc4Key key;
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

RtmpeCandidates rtmpe_candidates(const keys::KeyView& keys, const RtmpePublicKey& client,
                                 const RtmpePublicKey& server) {
  const PublicKeys session{client, server};
  RtmpeCandidates found;
  const std::size_t count = keys.rtmpe_count();
  for (std::size_t i = 0; i < count; ++i) {
    const keys::RtmpeKeys& line = keys.rtmpe_at(i);
    if (!names(line, session)) continue;
    found.named = true;
    add_line(line, session, found.list);
    if (!line.dh_private.empty()) add_private_key(line.dh_private, session, found.list);
  }
  if (found.named) return found;
  std::size_t private_keys = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const keys::RtmpeKeys& line = keys.rtmpe_at(i);
    if (names_a_session(line)) continue;
    add_line(line, session, found.list);
    if (!line.dh_private.empty() && ++private_keys <= most_private_keys)
      add_private_key(line.dh_private, session, found.list);
  }
  return found;
}

}  // namespace rtmpscope::carrier
