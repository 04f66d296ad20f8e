// The layers of one TCP connection, found one after the other from the outside to the inside.
#pragma once

#include <functional>
#include <memory>

#include "carrier/layer.hpp"
#include "carrier/protocol_detector.hpp"

namespace rtmpscope::carrier {

/// More layers than this are not looked for: each costs memory, and a stream can be nothing but headers.
inline constexpr std::size_t most_layers = 8;

/// What a connection carries inside all of its layers.
struct Decision {
  /// Never `undecided`.
  Detection detection;
  /// The outcome of all layers; `client` and `server` are exchanged if the content says so.
  LayerContext context;
  bool known_port = false;  ///< ProtocolDetector::Hints
  bool syn_seen = false;    ///< the same
  /// The sink first gets bytes of earlier calls, which were held back. If not, all it gets are views into the
  /// bytes at hand.
  bool has_held_bytes = false;
  /// Of RTMPE: whether what follows the handshake can be read, or may be. Changes until the handshake's last
  /// byte has come; lives as long as the stack. Null: it is not RTMPE.
  const bool* deciphered = nullptr;
};

/// Called once, when it is decided what a connection carries. Returns who takes the inner streams from their
/// first byte on; null: nobody, and nothing more is kept. Of `other` the bytes held so far are gone. The sink
/// outlives the stack's last call. Neither the listener nor the sink may call the stack's functions that take
/// data. Of `http` the sink may be another one than the caller's.
using DecisionListener = std::function<StreamSink*(const Decision&)>;

/// Takes the streams of a connection to a sink inside all layers: detector, layer, detector, …, sink.
///
/// Each level is decided before the next one begins. Once the innermost is decided, the stack steps aside:
/// without layers (`direct`) the caller's sink is called as if there were no stack; with layers each hands on
/// to the next.
///
/// Order of calls: those of a StreamSink; `finish` once when nothing more comes. `sink` is what the listener
/// has returned, null before. It is handed in with each call so that the stack need not keep it, and so that
/// the compiler sees its type.
class LayerStack {
 public:
  LayerStack(const LayerContext& context, ProtocolDetector::Hints hints, DecisionListener listener);
  LayerStack(const LayerStack&) = delete;
  LayerStack& operator=(const LayerStack&) = delete;
  ~LayerStack();

  template <typename Sink>
  void on_data(Sink* sink, Direction direction, const StreamData& data) {
    if (state_ == State::direct) [[likely]] {
      sink->on_data(inner_direction(direction), data);
    } else if (state_ != State::unwanted) {
      take(direction, data);
    }
  }
  template <typename Sink>
  void on_gap(Sink* sink, Direction direction, const StreamGap& gap) {
    if (state_ == State::direct) {
      sink->on_gap(inner_direction(direction), gap);
    } else if (state_ != State::unwanted) {
      take(direction, gap);
    }
  }
  /// The end of either direction decides.
  template <typename Sink>
  void on_end(Sink* sink, Direction direction, const StreamEnd& end) {
    if (state_ == State::direct) {
      sink->on_end(inner_direction(direction), end);
    } else if (state_ != State::unwanted) {
      take(direction, end);
    }
  }
  /// Nothing more comes: decides with what is there.
  void finish();
  /// The sink wants no more: also during a call of the sink.
  void abandon() { state_ = State::unwanted; }

  [[nodiscard]] bool is_decided() const { return state_ != State::undecided; }
  /// Not decided that nobody takes the inner streams.
  [[nodiscard]] bool wants_data() const { return state_ != State::unwanted; }
  /// Undecided, and RTMP only if something proves it: to be shown to nobody yet.
  [[nodiscard]] bool is_doubtful() const;

  /// Which way bytes go by the roles that the content shows; TCP's `direction` until that is decided.
  [[nodiscard]] Direction inner_direction(Direction direction) const {
    return swapped_ ? opposite(direction) : direction;
  }
  /// As Layer's functions of these names, over all layers. `direction` is TCP's.
  [[nodiscard]] std::uint64_t outer_offset(Direction direction, std::uint64_t inner) const;
  [[nodiscard]] std::uint64_t inner_offset(Direction direction, std::uint64_t outer) const;

 private:
  enum class State : std::uint8_t {
    undecided,
    direct,    ///< no layers: the caller's sink takes TCP's streams
    layered,   ///< TCP's streams go to the outermost layer, to RTMPE's, or to a sink that is not the caller's
    unwanted,  ///< nobody takes the inner streams
  };
  struct Levels;

  void take(Direction direction, const StreamData& data);
  void take(Direction direction, const StreamGap& gap);
  void take(Direction direction, const StreamEnd& end);
  void settle();

  std::unique_ptr<Levels> levels_;  ///< null in the states direct and unwanted
  State state_ = State::undecided;
  bool swapped_ = false;
};

}  // namespace rtmpscope::carrier
