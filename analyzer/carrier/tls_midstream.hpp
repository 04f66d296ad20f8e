// The place in a TLS session whose opening is not in the capture.
#pragma once

#include <optional>

#include "carrier/tls/record_opener.hpp"
#include "carrier/tls/sequence_search.hpp"
#include "carrier/tls_events.hpp"
#include "keys/key_store.hpp"

namespace rtmpscope::carrier {

/// Numbers that are tried for one connection: secrets, suites and sequence numbers together. Some ten
/// nanoseconds each with AES.
inline constexpr std::uint64_t midstream_budget = std::uint64_t{1} << 20;
/// Secrets that are tried for one connection; the last ones of the key logs, which are the newest.
inline constexpr std::size_t most_midstream_secrets = 64;

/// A place that was found.
struct TlsPlace {
  tls::Suite suite;
  keys::ClientRandom client_random{};
  Direction sender{};  ///< the role whose secret it is
  std::uint64_t sequence = 0;
};

/// What may be known already.
struct TlsPlaceHints {
  std::optional<keys::ClientRandom> client_random;
  std::optional<std::uint16_t> suite;
  std::optional<Direction> sender;
};

/// Looks for the traffic secret, suite and sequence number with which the record verifies. TLS 1.3 alone:
/// before, keys depend on the server's random, too. Not found behind a KeyUpdate. Takes what it tries from
/// `budget`.
[[nodiscard]] std::optional<TlsPlace> find_tls_place(const keys::KeyView& keys, const tls::Record& record,
                                                     const TlsPlaceHints& hints, std::uint64_t& budget);

/// Finds the way into one session, and gives its openers their keys.
class TlsMidstream {
 public:
  /// Opens a record of a direction that has no keys yet. With the first one found, `opening` says what the
  /// session is, and, unless the ClientHello has told, whether the client is at the other end than
  /// TCP says. `before`: records of the direction that came before it.
  [[nodiscard]] std::optional<tls::OpenedRecord> open(const keys::KeyView& keys, const tls::Record& record,
                                                      Direction direction, TlsOpening& opening,
                                                      tls::RecordOpener& opener, std::uint64_t& before);
  /// Nothing was found, and nothing more is tried.
  [[nodiscard]] bool is_hopeless() const { return !place_ && budget_ < least_budget; }

 private:
  static constexpr std::uint64_t least_budget = 4096;

  std::uint64_t budget_ = midstream_budget;
  std::optional<TlsPlace> place_;
};

}  // namespace rtmpscope::carrier
