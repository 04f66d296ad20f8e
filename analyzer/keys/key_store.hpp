// The keys that were read, for the carriers that ask for them.
#pragma once

#include <array>
#include <cstring>
#include <deque>
#include <limits>
#include <mutex>
#include <unordered_map>

#include "keys/key_line.hpp"

namespace rtmpscope::keys {

/// TLS secrets that are kept; further ones are dropped and counted. Some 160 bytes each.
inline constexpr std::size_t most_tls_secrets = std::size_t{1} << 19;
/// Lines of RTMPE, and of RTMFP, that are kept: a session without an identifier has to try them one by one.
inline constexpr std::size_t most_tried_keys = 4096;

/// Counts the keys added so far: what a view of that version sees is what was added until then.
using KeyVersion = std::uint64_t;

/// Thread-safe: keys are added while other threads look for some. What a find or at function returns stays
/// where it is, and unchanged, as long as the store lives.
class KeyStore {
 public:
  /// `grows`: keys may still come while they are looked for.
  explicit KeyStore(bool grows = false) : grows_(grows) {}
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;

  /// False: a limit was reached, and the key is not kept. A repeated TLS line is not kept twice; of several
  /// secrets with one label and client random the last one is found.
  bool add(const TlsSecret& secret);
  bool add(RtmpeKeys keys);
  bool add(RtmfpKeys keys);

  /// The largest version so far.
  [[nodiscard]] KeyVersion version() const;

 private:
  friend class KeyView;
  struct TlsEntry {
    TlsSecret line;
    std::uint32_t before;  ///< index + 1 of the entry before it with this client random; 0: none
    KeyVersion added;
  };
  template <typename Keys>
  struct Entry {
    Keys keys;
    KeyVersion added;
  };
  struct RandomHash {
    /// Over all of its bytes: not every client fills them randomly.
    std::size_t operator()(const ClientRandom& random) const {
      std::uint64_t hash = 0;
      for (std::size_t at = 0; at < random.size(); at += sizeof hash) {
        std::uint64_t word = 0;
        std::memcpy(&word, random.data() + at, sizeof word);
        hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
        hash ^= hash >> 32;
      }
      return hash;
    }
  };

  const bool grows_;
  mutable std::mutex mutex_;
  KeyVersion version_ = 0;
  std::deque<TlsEntry> tls_;
  std::unordered_map<ClientRandom, std::uint32_t, RandomHash> last_of_;  ///< index + 1 in tls_
  std::deque<Entry<RtmpeKeys>> rtmpe_;
  std::deque<Entry<RtmfpKeys>> rtmfp_;
};

/// What a carrier sees of a store: the keys up to a version. The version grows with the windows of packets,
/// so that the same keys are seen whatever the number of threads. Without a store it has no keys.
class KeyView {
 public:
  static constexpr KeyVersion everything = std::numeric_limits<KeyVersion>::max();

  KeyView() = default;
  /// `store` outlives the view.
  explicit KeyView(const KeyStore* store, KeyVersion version = everything)
      : store_(store), version_(version) {}

  void set_version(KeyVersion version) { version_ = version; }
  /// A carrier that has asked in vain need not ask again while this is the same.
  [[nodiscard]] KeyVersion version() const { return version_; }
  /// A key that is not there may still come: worth waiting for.
  [[nodiscard]] bool grows() const { return store_ != nullptr && store_->grows_; }
  /// No key of any kind so far.
  [[nodiscard]] bool empty() const;

  /// Null: not known.
  [[nodiscard]] const Secret* find_tls(const ClientRandom& client_random, TlsLabel label) const;
  /// Lines of a key log with all that is known of that session.
  [[nodiscard]] std::string tls_key_log(const ClientRandom& client_random) const;
  /// Any secret of that session is known.
  [[nodiscard]] bool knows_tls(const ClientRandom& client_random) const;

  /// For carriers that do not know which session theirs is. In the order in which they were added.
  [[nodiscard]] std::size_t tls_count() const;
  [[nodiscard]] const TlsSecret& tls_at(std::size_t index) const;
  [[nodiscard]] std::size_t rtmpe_count() const;
  [[nodiscard]] const RtmpeKeys& rtmpe_at(std::size_t index) const;
  [[nodiscard]] std::size_t rtmfp_count() const;
  [[nodiscard]] const RtmfpKeys& rtmfp_at(std::size_t index) const;

 private:
  template <typename Entries>
  [[nodiscard]] std::size_t count(const Entries& entries) const;

  const KeyStore* store_ = nullptr;
  KeyVersion version_ = everything;
};

}  // namespace rtmpscope::keys
