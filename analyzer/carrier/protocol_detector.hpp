// Decides by content what a TCP connection carries, on any port and also from one direction alone.
#pragma once

#include <array>
#include <memory>

#include "base/stream.hpp"
#include "carrier/opening.hpp"

namespace rtmpscope::carrier {

enum class Protocol : std::uint8_t { undecided, rtmp, rtmpe, tls, http, other };

struct Detection {
  Protocol protocol = Protocol::undecided;
  /// The side that TCP took for the client is in fact the server (only without a SYN). What comes after
  /// `release_held` has to be handed on with the directions exchanged.
  bool swapped = false;
  /// RTMP whose beginning is not in the capture: on a known port by the port, elsewhere by its messages.
  bool midstream = false;
  /// Of a connection that is decided by a handshake: directions whose first captured byte is not the first
  /// one of it, by Direction as it is after `swapped`. Nothing is known of where in such a direction chunks
  /// begin.
  std::array<bool, 2> start_lost{};

  friend bool operator==(const Detection&, const Detection&) = default;
};

/// When a connection is decided.
enum class DecisionPolicy : std::uint8_t {
  /// As soon as its content proves what it is; until then the other side's answer is waited for.
  wait_for_both,
  /// For a caller that shows each packet as it comes. Of a connection whose SYN was seen the first bytes
  /// decide: a
  /// client's C0 and C1 that leave no doubt, and on a known port whatever it begins with. A connection
  /// without a
  /// SYN is waited for all the same: its first bytes can be anything.
  decide_early,
};

/// Holds the beginning of a connection until it is decided, then releases it to whoever was chosen to take
/// it.
///
/// Order of calls: `add` until the detection is not `undecided`, or else `at_end`; then, unless it is
/// `other`, `release_held` once. Further calls of `add` and `at_end` return the same detection and keep
/// nothing.
///
struct DetectorSide;

/// RTMP is proven by one of: both sides begin like a handshake and their sizes fit; one side's block repeats
/// the other's; a valid digest; a believable chunk header right after the handshake. Until then the
/// connection stays undecided, at most until one side has sent `held_limit` bytes; where gaps hide parts of a
/// handshake, until both have, or one has sent `held_limit_with_gaps`. A handshake that stays incomplete is
/// accepted at the end if what there is fits exactly, or on a known port. A version that is none needs more
/// proof: one block repeats the other, a digest, a command right after the handshake, or sizes that fit
/// exactly; and a known port, or a peer whose version is one. Most connections of a capture are
/// something else: their first byte decides, and nothing is kept. But where the capture has no SYN, each
/// first byte is possible, and so it is behind a gap at a direction's beginning: on an unknown port messages
/// in a row prove RTMP (midstream_evidence.hpp), for which up to `searched_limit` bytes of a direction are
/// kept.
class ProtocolDetector {
 public:
  struct Hints {
    bool known_port = false;  ///< the server's port is one that is known to carry RTMP
    bool syn_seen = false;    ///< offset 0 is the connection's first byte, and TCP knows who is the client
    /// Bytes that detectors keep together to find messages of mid-stream connections; null: these are not
    /// looked for. Outlives the detector.
    std::size_t* searched_bytes = nullptr;
    DecisionPolicy policy = DecisionPolicy::wait_for_both;
  };

  /// Bytes of one direction with which it must be decided: a handshake (3073) and a look at what follows.
  static constexpr std::uint64_t held_limit = 3073 + 64;
  static constexpr std::uint64_t held_limit_with_gaps = 2 * held_limit;

  /// Bytes of one direction in which messages are looked for where there is no beginning.
  static constexpr std::size_t searched_limit = std::size_t{64} << 10;
  /// Limit of Hints::searched_bytes. Reached: connections that have no SYN and are on no known port are
  /// `other`.
  static constexpr std::size_t searched_bytes_limit = std::size_t{4} << 20;

  explicit ProtocolDetector(Hints hints);
  ProtocolDetector(ProtocolDetector&&) noexcept;
  ProtocolDetector& operator=(ProtocolDetector&&) noexcept;
  ~ProtocolDetector();

  Detection add(Direction direction, const StreamData& data) {
    if (detection_.protocol != Protocol::undecided) return detection_;
    if (!held_ && !may_be_midstream() && !may_prove_midstream() && !is_promising(data.bytes.front()) &&
        !(hints_.known_port && data.bytes.front() <= highest_version)) {
      detection_.protocol = Protocol::other;
      return detection_;
    }
    return add_slowly(direction, data);
  }
  /// A direction begins with the first byte that was captured, also if the SYN of the connection was, since
  /// the other side's SYN was not: its first byte may be any.
  void lose_start() { start_lost_ = true; }
  /// Bytes of the direction were before the first one for sure: that is no handshake's beginning.
  void lose_start_of(Direction direction);
  /// A gap of unknown length is decided upon at once: nothing after it has a known place.
  Detection add(Direction direction, const StreamGap& gap);
  /// The connection ended, or is no longer waited for: decides with what is there. Never `undecided`.
  Detection at_end();
  [[nodiscard]] Detection detection() const { return detection_; }
  /// Undecided, and only messages can prove that it is RTMP.
  [[nodiscard]] bool is_searching() const;
  /// Undecided, and RTMP only if something proves it: to be shown to nobody yet.
  [[nodiscard]] bool is_doubtful() const;

  /// Pieces of data, and gaps, that are held.
  [[nodiscard]] std::size_t held_segments() const;
  /// Delivers what is held, in the order of arrival, with the roles exchanged if `swapped`, and frees it.
  void release_held(StreamSink& sink);

 private:
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
  Detection add_slowly(Direction direction, const StreamData& data);
  /// `last`: nothing more will come, or be kept.
  Detection decide(bool last);
  Detection decide_handshake(bool last);
  Detection decide_incomplete();
  Detection decide_early(Direction direction, const StreamData& data);
  Detection decide_against_handshake(DetectorSide& side, const DetectorSide& against);
  [[nodiscard]] bool may_have_odd_version() const;
  bool prove_odd_version(bool last);
  bool prove_by_sizes();
  bool prove_by_copies();
  bool prove_by_chunks(bool last);
  bool prove_by_digest();
  bool prove_by_digest(Direction way);
  Detection settle(Detection detection);
  /// Without a SYN the first bytes tell who is the client.
  Detection settle_http();
  Detection settle_handshake();
  Detection settle_no_handshake();
  Detection decide_by_messages();

  Hints hints_;
  Detection detection_;
  bool ended_ = false;                 ///< nothing more will come
  bool start_lost_ = false;            ///< a direction begins with a gap
  std::array<bool, 2> surely_lost_{};  ///< by direction
  std::unique_ptr<Held> held_;
};

}  // namespace rtmpscope::carrier
