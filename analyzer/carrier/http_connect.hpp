// A tunnel that an HTTP proxy opens: the client asks for it with CONNECT, and what follows the answer is as
// if there were no proxy (RFC 9110, section 9.3.6).
#pragma once

#include <array>
#include <optional>
#include <string>

#include "carrier/held_pieces.hpp"
#include "carrier/layer.hpp"

namespace rtmpscope::carrier {

/// A request for a tunnel, and its answer.
struct HttpConnectEvent final : LayerEvent {
  std::string host;
  std::optional<std::uint16_t> port;
  std::optional<std::uint32_t> status;

  /// `target`: of the request.
  HttpConnectEvent(std::string_view target, std::optional<std::uint32_t> answer, PacketRef answered_by);
  void describe(FieldSink& sink) const override;
};

/// Takes the request and its answer off both streams. A proxy may refuse, mostly with 407, and be asked again
/// on the same connection. Bytes that the client sends before the answer wait for it.
///
/// Where the answer is not captured, the client's stream continues behind its request, and the server's
/// stream has lost its start. A stream to the server that begins otherwise makes the layer absent. Keeps at
/// most `most_held` bytes, all such layers of a shard together `most_held_together`; then it is absent, or
/// closed if something was taken off before.
class HttpConnectLayer final : public Layer {
 public:
  /// Whether a stream that begins with `byte` can have a request.
  [[nodiscard]] static constexpr bool is_promising(std::uint8_t byte) { return byte == 'C'; }

  static constexpr std::size_t most_held = 8192;
  static constexpr std::size_t most_held_together = std::size_t{4} << 20;

  explicit HttpConnectLayer(const LayerContext& context)
      : listener_(context.listener), share_(context.held_bytes) {}

  void on_data(Direction direction, const StreamData& data) override;
  void on_gap(Direction direction, const StreamGap& gap) override;
  void on_end(Direction direction, const StreamEnd& end) override;

  [[nodiscard]] LayerState state() const override { return state_; }
  [[nodiscard]] std::uint64_t outer_offset(Direction direction, std::uint64_t inner) const override;
  [[nodiscard]] std::uint64_t inner_offset(Direction direction, std::uint64_t outer) const override;
  void add_to(LayerContext&) const override {}

 private:
  struct Side {
    HeldPieces held;          ///< from `taken` on, while establishing
    std::uint64_t taken = 0;  ///< bytes of the outer stream that belong to the layer
    std::size_t seen = 0;     ///< held bytes in which no head ends
  };

  void advance(PacketRef packet);
  bool take_request();
  bool take_answer(PacketRef packet);
  void tell(std::optional<std::uint32_t> status, PacketRef packet);
  void hold_gap(Direction direction, const StreamGap& gap);
  void take_off(Side& side, std::size_t count);
  static std::size_t held_head_size(Side& side);
  void open(PacketRef packet);
  void give_up();
  void hand_on(std::optional<PacketRef> packet);
  [[nodiscard]] Side& side(Direction direction) { return sides_[index_of(direction)]; }

  LayerState state_ = LayerState::establishing;
  LayerListener* listener_;
  HeldShare share_;
  std::array<Side, 2> sides_;
  std::optional<std::string> target_;  ///< of the request that waits for its answer
  bool gap_before_answer_ = false;     ///< what the client says next is not known to be a request
  std::uint64_t body_left_ = 0;        ///< of an answer that refuses
};

}  // namespace rtmpscope::carrier
