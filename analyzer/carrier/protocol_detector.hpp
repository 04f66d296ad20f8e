// Decides by content what a TCP connection carries, on any port and also from one direction alone.
#pragma once

#include <array>
#include <memory>

#include "base/stream.hpp"
#include "carrier/opening.hpp"

namespace rtmpscope::carrier {

enum class Protocol : std::uint8_t { undecided, rtmp, rtmpe, tls, http, other };

struct Verdict {
  Protocol protocol = Protocol::undecided;
  /// The side that TCP took for the client is in fact the server (only without a SYN). Whoever feeds the
  /// connection on to the next layer after `replay` exchanges the directions.
  bool swapped = false;
  /// RTMP whose beginning is not in the capture: on a known port by the port, elsewhere by its messages.
  bool midstream = false;
  /// Of a connection that is decided by a handshake: directions whose first captured byte is not the first
  /// one of it, by Direction as it is after `swapped`. Nothing is known of where in such a direction chunks
  /// begin.
  std::array<bool, 2> start_lost{};

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

/// Holds the beginning of a connection until it is decided, then replays it into the layer that was chosen.
///
/// Order of calls: `add` until the verdict is not `undecided`, or else `at_end`; then, unless it is `other`,
/// `replay` once. Further calls of `add` and `at_end` return the same verdict and keep nothing.
///
/// RTMP is proven by one of: both sides begin like a handshake and their sizes fit; one side's block repeats
/// the other's; a valid digest; a believable chunk header right after the handshake. Until then the
/// connection stays undecided, at most until one side has sent `held_limit` bytes; where gaps hide parts of a
/// handshake, until both have, or one has sent `held_limit_with_gaps`. A handshake that stays incomplete is
/// accepted at the end if what there is fits exactly, or on a known port. Most connections of a capture are
/// something else: their first byte tells, and nothing is kept. But where the capture has no SYN, each first
/// byte is possible, and so it is behind a gap at a direction's beginning: on an unknown port messages in a
/// row prove RTMP (midstream_evidence.hpp), for which up to `searched_limit` bytes of a direction are kept.
class Detector {
 public:
  struct Hints {
    bool known_port = false;  ///< the server's port is one that is known to carry RTMP
    bool syn_seen = false;    ///< offset 0 is the connection's first byte, and TCP knows who is the client
    /// Bytes that detectors keep together to find messages of mid-stream connections; null: these are not
    /// looked for. Outlives the detector.
    std::size_t* searched_bytes = nullptr;
  };

  /// Bytes of one direction with which it must be decided: a handshake (3073) and a look at what follows.
  static constexpr std::uint64_t held_limit = 3073 + 64;
  static constexpr std::uint64_t held_limit_with_gaps = 2 * held_limit;

  /// Bytes of one direction in which messages are looked for where there is no beginning.
  static constexpr std::size_t searched_limit = std::size_t{64} << 10;
  /// Limit of Hints::searched_bytes. Reached: connections that have no SYN and are on no known port are
  /// `other`.
  static constexpr std::size_t searched_bytes_limit = std::size_t{4} << 20;

  explicit Detector(Hints hints);
  Detector(Detector&&) noexcept;
  Detector& operator=(Detector&&) noexcept;
  ~Detector();

  Verdict add(Direction direction, const StreamData& data) {
    if (verdict_.protocol != Protocol::undecided) return verdict_;
    if (!held_ && !may_be_midstream() && !may_prove_midstream() && !is_promising(data.bytes.front())) {
      verdict_.protocol = Protocol::other;
      return verdict_;
    }
    return add_slowly(direction, data);
  }
  /// A gap of unknown length is decided upon at once: nothing after it has a known place.
  Verdict add(Direction direction, const StreamGap& gap);
  /// The connection ended, or is no longer waited for: decides with what is there. Never `undecided`.
  Verdict at_end();
  /// The caller knows on other grounds that what is kept begins with a handshake.
  Verdict accept_handshake();
  [[nodiscard]] Verdict verdict() const { return verdict_; }
  /// Undecided, and only messages can prove that it is RTMP.
  [[nodiscard]] bool searches() const;

  /// Delivers what was kept, in the order of arrival, with the roles exchanged if `swapped`, and frees it.
  void replay(StreamSink& sink);

 private:
  struct Side;
  struct Held;

  /// No handshake need be there: the capture began later, or lost the beginning.
  [[nodiscard]] bool may_lack_start() const { return !hints_.syn_seen || start_lost_; }
  [[nodiscard]] bool may_be_midstream() const { return hints_.known_port && may_lack_start(); }
  /// Without a beginning and on an unknown port only messages can prove RTMP.
  [[nodiscard]] bool may_prove_midstream() const { return !hints_.known_port && may_search(); }
  [[nodiscard]] bool may_search() const {
    return may_lack_start() && hints_.searched_bytes != nullptr &&
           *hints_.searched_bytes < searched_bytes_limit;
  }
  [[nodiscard]] bool has_enough(Direction way) const;
  void hold();
  void begin_search();
  Verdict add_slowly(Direction direction, const StreamData& data);
  /// `last`: nothing more will come, or be kept.
  Verdict decide(bool last);
  Verdict decide_handshake(bool last);
  Verdict decide_incomplete();
  Verdict decide_against_handshake(Side& side, const Side& against);
  bool prove_by_sizes();
  bool prove_by_copies();
  bool prove_by_chunks(bool last);
  bool prove_by_digest();
  bool prove_by_digest(Direction way);
  Verdict settle(Verdict verdict);
  Verdict settle_handshake();
  Verdict settle_no_handshake();
  Verdict decide_by_messages();

  Hints hints_;
  Verdict verdict_;
  bool ended_ = false;       ///< nothing more will come
  bool start_lost_ = false;  ///< a direction begins with a gap
  std::unique_ptr<Held> held_;
};

}  // namespace rtmpscope::carrier
