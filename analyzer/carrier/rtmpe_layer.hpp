// RTMPE: behind a handshake in clear each direction is enciphered with RC4.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "base/old_ciphers.hpp"
#include "carrier/key_stream_search.hpp"
#include "carrier/layer.hpp"
#include "carrier/rtmpe/session_keys.hpp"

namespace rtmpscope::carrier {

/// What is known of a session's keys: event rtmpe_open.
struct RtmpeOpenEvent final : LayerEvent {
  RtmpeKeyKind key = RtmpeKeyKind::none;
  std::optional<RtmpePadding> padding;
  std::array<std::optional<RtmpePublicKey>, 2> public_keys;  ///< of the client, of the server

  explicit RtmpeOpenEvent(PacketRef completed_by)
      : LayerEvent(EventKind::rtmpe_open, completed_by, std::nullopt) {}
  void describe(FieldSink& sink) const override;
};

/// Hands on the handshake (3073 bytes each way) as it comes, and what follows in clear if its keys are known;
/// else nothing. Offsets stay what they are.
///
/// A key is believed when what it deciphers begins like a chunk stream. Until then bytes are held, also for
/// keys that come late (KeyView::grows): at most `held_limit` of both directions together, and
/// `held_together_limit` of all such layers of a shard.
///
/// The key stream belongs to places in the stream: a gap of known length costs its bytes alone. Behind one of
/// unknown length the place is searched (KeyStreamSearch); until it is found nothing of that direction can be
/// read.
class RtmpeLayer final : public Layer {
 public:
  static constexpr std::size_t held_limit = std::size_t{64} << 10;
  static constexpr std::size_t held_together_limit = std::size_t{4} << 20;
  /// Bytes of the key stream that gaps may pass over, beyond 64 for each byte that came: moving on costs
  /// time. More than a gap that is believed (net/limits.hpp). Reached: nothing more of that direction is
  /// read.
  static constexpr std::uint64_t skip_limit = std::uint64_t{64} << 20;

  /// `start_lost`: by direction, the handshake does not begin where the stream does.
  RtmpeLayer(const LayerContext& context, std::array<bool, 2> start_lost);

  void on_data(Direction direction, const StreamData& data) override;
  void on_gap(Direction direction, const StreamGap& gap) override;
  void on_end(Direction direction, const StreamEnd& end) override;

  [[nodiscard]] LayerState state() const override;
  [[nodiscard]] std::uint64_t outer_offset(Direction, std::uint64_t inner) const override { return inner; }
  [[nodiscard]] std::uint64_t inner_offset(Direction, std::uint64_t outer) const override { return outer; }
  void add_to(LayerContext& context) const override { context.carriers.rtmpe = true; }

  /// Keys are known, or some may fit. Valid when the handshake's last byte is handed on; outlives the calls
  /// of the sink.
  [[nodiscard]] const bool& may_be_readable() const { return readable_; }

 private:
  enum class State : std::uint8_t { handshake, trying, open, opaque };
  struct Half {
    std::vector<std::uint8_t> block;  ///< C1 or S1, as far as it came without a gap
    bool block_is_complete = false;
    bool handshake_ended = false;  ///< its last byte, or a gap in its place, was handed on
    std::uint8_t version = 0;
    std::optional<RtmpePublicKey> public_key;
    std::optional<Rc4> cipher;
    bool no_place = false;            ///< where the handshake ends is not known
    bool lost = false;                ///< there is no key, or where its stream stands is not known
    std::uint64_t passed = 0;         ///< bytes that came behind the handshake
    std::uint64_t skipped = 0;        ///< bytes of the key stream that gaps have passed over
    std::vector<std::uint8_t> first;  ///< the first bytes behind the handshake, to try keys with
    bool first_has_gap = false;
    std::optional<KeyStreamSearch> search;  ///< bytes are held, since their place in the key stream is open
    std::uint64_t search_budget = KeyStreamSearch::first_budget;
    bool told_unreadable = false;  ///< what was behind a gap
  };
  struct Held {
    Direction direction;
    StreamData data;  ///< its bytes are in `held_bytes_`
    std::optional<StreamGap> gap;
    std::size_t begin;
    std::size_t size;
  };

  Half& half(Direction direction) { return halves_[index_of(direction)]; }
  void take_handshake(Direction direction, const StreamData& data);
  void on_both_blocks(const PacketRef& packet);
  void look_for_keys();
  /// A key that is not there may still come.
  [[nodiscard]] bool may_wait() const { return keys_ != nullptr && keys_->grows(); }
  void take_sealed(Direction direction, const StreamData& data);
  void take_sealed_gap(Direction direction, const StreamGap& gap);
  void hold_no_more_than_limit(const PacketRef& packet);
  void try_keys(bool last, const PacketRef& packet);
  [[nodiscard]] bool has_first_bytes(Direction direction) const;
  void choose(const RtmpeCandidate& candidate, const PacketRef& packet);
  void give_up(const PacketRef& packet);
  void release_held();
  void decipher(Direction direction, const StreamData& data);
  void skip(Direction direction, const StreamGap& gap);
  void search(Direction direction, const StreamData& data);
  void try_window(Direction direction);
  void pass_over(Direction direction, std::size_t count, const PacketRef& packet);
  void lose(Direction direction, const PacketRef& packet, bool after_gap);
  void tell(RtmpeKeyKind kind, std::optional<RtmpePadding> padding, const PacketRef& packet);
  void find(FindingId id, Direction direction, const PacketRef& packet, bool after_gap = false);

  const keys::KeyView* keys_;
  LayerListener* listener_;
  HeldShare held_share_;
  std::array<Half, 2> halves_;
  State state_ = State::handshake;
  bool readable_ = false;
  RtmpeCandidates candidates_;
  keys::KeyVersion keys_version_ = 0;  ///< that was looked at
  std::vector<Held> held_;
  std::vector<std::uint8_t> held_bytes_;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace rtmpscope::carrier
