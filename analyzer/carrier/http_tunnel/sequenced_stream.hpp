// One direction of an RTMPT session: the bodies of its requests, or of its responses, in the order of their
// numbers.
#pragma once

#include <map>
#include <vector>

#include "base/stream.hpp"

namespace rtmpscope::carrier {

/// Hands on the bytes of number 0, then of number 1, and so on. What comes too early is kept; what comes
/// again is left out: of a body that came in part, a second copy brings the rest.
class SequencedStream {
 public:
  /// Kept bytes of one stream, bookkeeping included. Reached: the numbers before them are given up.
  static constexpr std::size_t held_limit = std::size_t{1} << 20;

  /// `held_together`: counts what all streams keep. Both outlive the stream.
  SequencedStream(Direction direction, StreamSink& next, std::size_t& held_together)
      : next_sink_(next), held_together_(held_together), direction_(direction) {}
  SequencedStream(const SequencedStream&) = delete;
  SequencedStream& operator=(const SequencedStream&) = delete;
  ~SequencedStream() { held_together_ -= held_; }

  [[nodiscard]] bool is_started() const { return started_; }
  /// The number whose bytes come next.
  [[nodiscard]] std::uint64_t expected() const { return expected_; }
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  /// Bytes of later numbers wait for those of the expected one.
  [[nodiscard]] bool is_waiting() const { return !early_.empty(); }
  [[nodiscard]] std::size_t held() const { return held_; }

  /// The first number is `sequence`.
  void start(std::uint64_t sequence);
  /// Numbers have jumped back: nothing comes of those before.
  void start_again(std::uint64_t sequence, const PacketRef& packet);
  /// `bytes` begin at `position` in the body of that number.
  void data(std::uint64_t sequence, std::uint64_t position, Bytes bytes, const PacketRef& packet);
  void gap(std::uint64_t sequence, std::uint64_t position, std::optional<std::uint64_t> length,
           GapCause cause, const PacketRef& packet);
  /// The body of that number is complete.
  void end(std::uint64_t sequence, const PacketRef& packet);

  /// Bytes whose number is not known: they come next.
  void unnumbered(Bytes bytes, const PacketRef& packet);
  /// An unknown number of bytes is missing here, no more than `at_most`. All that are missing in a row are
  /// one gap, which is handed on with what comes behind it.
  void lose(GapCause cause, const PacketRef& packet, std::optional<std::uint64_t> at_most = std::nullopt);
  /// Nothing more comes of the numbers before `sequence`. `lost`: something is missing, as of `lose`.
  void skip_to(std::uint64_t sequence, bool lost, const PacketRef& packet,
               std::optional<std::uint64_t> at_most = std::nullopt);
  /// As skip_to, with the first number of which something waits.
  void give_up(const PacketRef& packet);
  /// Nothing more comes.
  void finish(const PacketRef& packet);

 private:
  struct Piece {
    std::uint64_t position;
    std::size_t begin;  ///< in Body::bytes
    std::size_t size;   ///< 0: a gap
    std::optional<std::uint64_t> missing;
    GapCause cause;
    PacketRef packet;
  };
  struct Body {
    std::vector<std::uint8_t> bytes;
    std::vector<Piece> pieces;
    bool complete = false;
  };

  Body& body_of(std::uint64_t sequence);
  void keep(std::uint64_t sequence, const Piece& piece, Bytes bytes);
  void hand_on(Bytes bytes, const PacketRef& packet);
  void hand_on_gap(const PacketRef& packet);
  void hand_on_early(const PacketRef& packet);
  void replay(const Body& body, const PacketRef& packet);
  void charge(std::size_t bytes);
  void discharge(std::size_t bytes);

  StreamSink& next_sink_;
  std::size_t& held_together_;
  Direction direction_;
  bool started_ = false;
  std::optional<StreamGap> open_gap_;  ///< of unknown length, in front of what comes next
  std::uint64_t expected_ = 0;
  std::uint64_t delivered_ = 0;  ///< of the expected number's body
  std::uint64_t offset_ = 0;
  std::size_t held_ = 0;
  std::map<std::uint64_t, Body> early_;
};

}  // namespace rtmpscope::carrier
