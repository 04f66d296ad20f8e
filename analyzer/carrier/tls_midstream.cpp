#include "carrier/tls_midstream.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace rtmpscope::carrier {
namespace {

using keys::TlsLabel;

struct Candidate {
  const keys::TlsSecret* secret;
  tls::Suite suite;
};

bool fits(const keys::TlsSecret& secret, const TlsPlaceHints& hints) {
  if (secret.label != TlsLabel::client_traffic && secret.label != TlsLabel::server_traffic) return false;
  const Direction sender =
      secret.label == TlsLabel::client_traffic ? Direction::to_server : Direction::to_client;
  if (hints.sender && *hints.sender != sender) return false;
  return !hints.client_random || *hints.client_random == secret.client_random;
}

std::vector<Candidate> candidates_of(const keys::KeyView& keys, const TlsPlaceHints& hints) {
  constexpr std::array<std::uint16_t, 5> suites = {0x1301, 0x1302, 0x1303, 0x1304,
                                                   0x1305};  // RFC 8446, appendix B.4
  std::vector<Candidate> candidates;
  std::size_t secrets = 0;
  constexpr std::size_t most_looked_at = 4096;
  const std::size_t count = keys.tls_count();
  for (std::size_t i = count; i > 0 && count - i < most_looked_at && secrets < most_midstream_secrets; --i) {
    const keys::TlsSecret& secret = keys.tls_at(i - 1);
    if (!fits(secret, hints)) continue;
    ++secrets;
    for (const std::uint16_t id : suites) {
      const auto suite = tls::find_suite(id);
      if (suite && (!hints.suite || *hints.suite == id) &&
          tls::hash_size(suite->prf) == secret.secret.bytes().size())
        candidates.push_back({&secret, *suite});
    }
  }
  return candidates;
}

}  // namespace

std::optional<TlsPlace> find_tls_place(const keys::KeyView& keys, const tls::Record& record,
                                       const TlsPlaceHints& hints, std::uint64_t& budget) {
  const std::vector<Candidate> candidates = candidates_of(keys, hints);
  if (candidates.empty()) return std::nullopt;
  // A record may be one that is not found: half of the rest is for the next ones.
  const std::uint64_t each = std::min(budget / (2 * candidates.size()), tls::most_sequence);
  for (const Candidate& candidate : candidates) {
    // OpenSSL takes ChaCha20's nonces one by one, which is that much slower.
    constexpr std::uint64_t chacha_cost = 8;
    const std::uint64_t cost = candidate.suite.cipher == tls::CipherKind::chacha20_poly1305 ? chacha_cost : 1;
    budget -= each;
    const keys::TlsSecret& secret = *candidate.secret;
    const auto sequence = tls::find_sequence(candidate.suite, secret.secret.bytes(), record, each / cost);
    if (!sequence) continue;
    budget += each - std::min(each, *sequence * cost);
    const Direction sender =
        secret.label == TlsLabel::client_traffic ? Direction::to_server : Direction::to_client;
    return TlsPlace{candidate.suite, secret.client_random, sender, *sequence};
  }
  return std::nullopt;
}

std::optional<tls::OpenedRecord> TlsMidstream::open(const keys::KeyView& keys, const tls::Record& record,
                                                    Direction direction, TlsOpening& opening,
                                                    tls::RecordOpener& opener, std::uint64_t& before) {
  if (record.type() != tls::ContentType::application_data || budget_ < least_budget) return std::nullopt;
  const Direction role = opening.swapped ? opposite(direction) : direction;
  TlsPlaceHints hints;
  if (opening.client) hints.client_random = opening.client->random;
  if (place_) {
    hints.client_random = place_->client_random;
    hints.suite = place_->suite.id;
  }
  if (opening.client || place_) hints.sender = role;
  const auto place = find_tls_place(keys, record, hints, budget_);
  if (!place) return std::nullopt;
  const bool client = place->sender == Direction::to_server;
  const keys::Secret* secret =
      keys.find_tls(place->client_random, client ? TlsLabel::client_traffic : TlsLabel::server_traffic);
  const keys::Secret* other =
      keys.find_tls(place->client_random, client ? TlsLabel::server_traffic : TlsLabel::client_traffic);
  if (secret == nullptr) return std::nullopt;
  if (!hints.sender) opening.swapped = place->sender != direction;
  place_ = place;
  opening.midstream = true;
  opening.keys = other == nullptr ? TlsKeys::one_direction : TlsKeys::found;
  tls::ServerHello& hello = opening.server.emplace();
  hello.version = tls::tls_1_3;
  hello.cipher_suite = place->suite.id;
  before = place->sequence;
  opener.resume_1_3(place->suite, secret->bytes(), place->sequence);
  return opener.open(record);
}

}  // namespace rtmpscope::carrier
