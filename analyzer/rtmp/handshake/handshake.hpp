// The handshake that opens both directions of an RTMP or RTMPE connection (RTMP 5.2, and its digest variant).
//
// What peers send in place of the specification's blocks differs widely. So nothing here is refused: a block
// is classified by what can be proven about it, and what a peer may stumble over is a finding.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/stream.hpp"
#include "rtmp/handshake/digest.hpp"
#include "schema/field_sink.hpp"

namespace rtmpscope::rtmp {

/// Numbers as in values.def, table handshake_part.
enum class HandshakePart : std::uint8_t { c0, c1, c2, s0, s1, s2 };
inline constexpr std::size_t handshake_parts = 3;  ///< of one direction: version, block 1, block 2

[[nodiscard]] constexpr HandshakePart handshake_part(Direction direction, std::size_t index) {
  return static_cast<HandshakePart>((direction == Direction::to_server ? 0 : handshake_parts) + index);
}

/// Cuts one direction's bytes into version (1 byte), block 1 and block 2 (1536 bytes each) and keeps the
/// blocks.
///
/// Needs 3 KiB from the first byte of block 1 until `release()`.
class HandshakeReader {
 public:
  struct Part {
    std::uint64_t stream_offset = 0;  ///< of the part's first byte
    PacketRef first;                  ///< packet with its first byte, or that told of its absence
    PacketRef last;                   ///< the same for its last byte
    std::uint32_t known = 0;          ///< bytes from the part's start up to the first missing one
    std::uint32_t missing = 0;        ///< bytes of the part that were not captured
    bool timed = true;  ///< `first` and `last` are when the bytes passed, not when a gap was noticed
  };

  /// Takes bytes up to the end of the current part, at most; returns how many. Zero when done.
  std::size_t consume(const StreamData& data);
  /// The same for `length` missing bytes from stream offset `offset` on.
  std::uint64_t skip(std::uint64_t offset, std::uint64_t length, GapCause cause, const PacketRef& noticed_at);

  [[nodiscard]] std::size_t completed() const { return completed_; }  ///< parts, 0 to 3
  [[nodiscard]] bool done() const { return completed_ == handshake_parts; }
  [[nodiscard]] std::uint32_t received() const { return received_; }  ///< bytes taken, missing ones included
  [[nodiscard]] bool has_gap() const { return has_gap_; }
  [[nodiscard]] const Part& part(std::size_t index) const { return parts_[index]; }
  [[nodiscard]] const std::array<Part, handshake_parts>& parts() const { return parts_; }
  /// The part's known bytes: all of them, unless some are missing. Empty for blocks after release().
  [[nodiscard]] Bytes raw(std::size_t index) const;
  /// Bytes until the current part's first `count` bytes are there; 0 if they are, or are not to be waited
  /// for.
  [[nodiscard]] std::size_t wanted_for_head(std::size_t count) const {
    return !done() && filled_ < count ? count - filled_ : 0;
  }
  /// What is there of the current part does not belong to the handshake.
  void give_back_part() { received_ -= std::exchange(filled_, 0); }
  /// Frees the blocks.
  void release() { blocks_.reset(); }

 private:
  std::size_t begin_piece(std::uint64_t offset, std::uint64_t available, const PacketRef& packet);
  void end_piece(std::size_t taken, const PacketRef& packet);

  std::array<Part, handshake_parts> parts_;
  std::unique_ptr<std::uint8_t[]> blocks_;  ///< block 1, block 2
  std::size_t completed_ = 0;
  std::uint32_t filled_ = 0;  ///< of the current part
  std::uint32_t received_ = 0;
  std::uint8_t version_ = 0;
  bool has_gap_ = false;
};

/// How much one block repeats another. Numbers as in values.def, table handshake_echo.
enum class Echo : std::uint8_t {
  none,
  full,         ///< all 1536 bytes
  random_part,  ///< from byte 8 on
  signed_part,  ///< the first 1504 bytes
  partial,      ///< most of the bytes, but not as above
};

/// What block 1 of a side is. Numbers as in values.def, table handshake_side.
enum class HandshakeSideKind : std::uint8_t {
  unknown,       ///< not captured
  simple,        ///< zero field is zero, no digest
  digest,        ///< valid digest
  version_only,  ///< zero field is not zero, no digest
  copy,          ///< S1 repeats C1, its digest included
  unverifiable,  ///< bytes are missing
};

/// Numbers as in values.def, table handshake_kind.
enum class HandshakeKind : std::uint8_t { unknown, simple, digest, mixed, unverifiable };

/// What a reply (C2, S2) is in relation to the block that it answers (S1, C1). Members are empty if that
/// block is not known, or (signature) has no digest.
struct HandshakeReply {
  std::optional<Echo> echo;
  std::uint32_t differing_bytes = 0;  ///< Echo::partial: how many, and the position of the first
  std::uint32_t first_difference = 0;
  std::optional<bool> signature_valid;
  bool signature_expected = false;  ///< both sides' blocks 1 have valid digests
};

/// What is known of a part when its last byte has come.
struct HandshakePartFacts {
  HandshakePart part = HandshakePart::c0;
  HandshakeReader::Part place;
  std::optional<std::uint8_t> version;  ///< C0 or S0 of the same direction
  // Parts c1 and s1:
  HandshakeSideKind kind = HandshakeSideKind::unknown;
  DigestLayout layout = DigestLayout::none;
  std::optional<Echo> copies_client;  ///< s1 only, if C1 came before
  // Parts c2 and s2:
  HandshakeReply reply;  ///< as far as the peer's block had come before
};

struct HandshakeSide {
  std::optional<std::uint8_t> version;
  HandshakeSideKind kind = HandshakeSideKind::unknown;
  DigestLayout layout = DigestLayout::none;
  HandshakeReply reply;
  bool reply_was_late = false;  ///< `reply` could not be told yet when the part C2 or S2 was reported
  std::uint32_t received = 0;   ///< bytes of 3073
  bool has_gap = false;
  bool reply_left_out = false;  ///< chunks begin in place of C2 or S2
};

struct HandshakeOutcome {
  HandshakeKind kind = HandshakeKind::unknown;
  std::array<HandshakeSide, 2> sides;  ///< by index_of(Direction): the sender of to_server is the client
  bool complete = false;               ///< six parts, no byte missing
  std::optional<EndCause> ended_by;    ///< why no more is to come, if that is what ended the handshake
  PacketRef packet;                    ///< that completed it
  std::optional<std::int64_t> server_response;  ///< nanoseconds; fields_handshake.def says from what to what
  std::optional<std::int64_t> client_response;
  std::optional<std::int64_t> duration;
};

class HandshakeListener {
 public:
  virtual ~HandshakeListener() = default;
  /// A part is complete. `raw` holds its known bytes and is valid during the call.
  virtual void on_part(const HandshakePartFacts& facts, Bytes raw) = 0;
  /// Once: both directions are done, or `finish` was called and at least one byte had come.
  virtual void on_done(const HandshakeOutcome& outcome) = 0;
};

/// Both directions of one connection's handshake. They may come in any relative order, and one may never
/// come.
///
/// Feed each direction with `consume` (and `skip` for gaps) until it is `done`; the bytes not taken are the
/// chunk stream. Holds 3 KiB for each direction in progress and nothing more than this object after
/// `on_done`.
class Handshake {
 public:
  /// The wait for a direction that is not in the capture ends when the other one has sent this many bytes
  /// after its own handshake. No client gets this far without a server's answer.
  static constexpr std::uint64_t one_sided_limit = 65536;

  explicit Handshake(HandshakeListener& listener) : listener_(listener) {}

  /// Returns how many bytes, from the front, belong to the handshake.
  std::size_t consume(Direction direction, const StreamData& data);
  /// Returns how many bytes of the gap belong to the handshake. A gap of unknown length is taken wholly
  /// (UINT64_MAX) and ends the direction's handshake: `lost` tells that its chunk borders are unknown.
  std::uint64_t skip(Direction direction, const StreamGap& gap);
  [[nodiscard]] bool done(Direction direction) const {
    const std::size_t index = index_of(direction);
    return readers_[index].done() || lost_[index] || reply_left_out_[index];
  }
  /// The side has sent no C2 or S2: its chunk stream began in that place.
  [[nodiscard]] bool reply_left_out(Direction direction) const {
    return reply_left_out_[index_of(direction)];
  }
  /// The first bytes in place of the reply that was left out; taken by `consume`, and valid until the next
  /// call.
  [[nodiscard]] StreamData in_place_of_reply(Direction direction) const {
    const HandshakeReader& reader = readers_[index_of(direction)];
    return {reader.part(2).stream_offset, reader.raw(2), reader.part(2).first};
  }
  [[nodiscard]] bool lost(Direction direction) const { return lost_[index_of(direction)]; }

  /// To be told of data after the direction's handshake while not `finished`; may end the wait for the other
  /// one.
  void data_after(Direction direction, const StreamData& data);
  /// No more is to come, or is waited for. `cause` if the connection's end is the reason.
  void finish(const PacketRef& packet, std::optional<EndCause> cause);
  /// Whether on_done has been called (or, after `finish`, had nothing to tell).
  [[nodiscard]] bool finished() const { return finished_; }

 private:
  void complete_part(Direction direction, std::size_t index);
  [[nodiscard]] bool chunks_begin(Direction direction) const;
  void complete_block(Direction direction, HandshakePartFacts& facts);
  void compare_reply(Direction direction);
  void finish_if_done(const PacketRef& packet);
  void free_blocks();

  HandshakeListener& listener_;
  std::array<HandshakeReader, 2> readers_;
  std::array<HandshakeSide, 2> sides_;
  std::array<bool, 2> lost_{};
  std::array<bool, 2> reply_left_out_{};
  std::array<bool, 2> compared_{};     ///< the reply of that direction
  std::optional<Echo> copies_client_;  ///< S1 against C1
  bool finished_ = false;
};

/// Pushes the fields of the event `handshake`. Ranges count in the part; `raw` may be cut short (missing
/// bytes).
void describe_handshake_part(const HandshakePartFacts& facts, Bytes raw, FieldSink& sink);
/// Pushes the fields of the event `handshake_done`. All ranges are {0, 0}.
void describe_handshake_done(const HandshakeOutcome& outcome, FieldSink& sink);

/// What is odd about the handshake as a whole, and not about one part of it.
struct HandshakeFinding {
  FindingId id;
  std::optional<Direction> sender = std::nullopt;  ///< of what is odd; none: both sides together
  std::uint64_t a = 0;
  std::uint64_t b = 0;
};
[[nodiscard]] std::vector<HandshakeFinding> findings_of(const HandshakeOutcome& outcome);

}  // namespace rtmpscope::rtmp
