#include "carrier/layer_stack.hpp"

#include <utility>
#include <vector>

#include "carrier/http_connect.hpp"
#include "carrier/proxy_header.hpp"
#include "carrier/rtmpe_layer.hpp"
#include "carrier/tls_layer.hpp"

namespace rtmpscope::carrier {

/// The layers so far, and the level inside them while it is not decided. As a StreamSink it takes that
/// level's streams.
struct LayerStack::Levels final : StreamSink {
  Levels(const LayerContext& known, ProtocolDetector::Hints detector_hints, DecisionListener told)
      : context(known), hints(detector_hints), detector(detector_hints), listener(std::move(told)) {}

  void on_data(Direction direction, const StreamData& data) override;
  void on_gap(Direction direction, const StreamGap& gap) override;
  void on_end(Direction direction, const StreamEnd& end) override;

  /// `data`: the piece that decided, if one did.
  void act_on(const Detection& found, Direction direction, const StreamData* data);
  void push(std::unique_ptr<Layer> layer);
  [[nodiscard]] bool may_be_inside_tls(const StreamData& data) const;
  [[nodiscard]] bool may_be_read_as_tls(const Detection& detection) const;
  /// A layer that cannot be read, or brought nothing: what the connection carries is that layer.
  [[nodiscard]] bool is_tls_without_content() const;
  [[nodiscard]] std::unique_ptr<Layer> layer_in_front(Direction direction, const StreamData& data) const;
  [[nodiscard]] bool layers_are_opaque() const {
    return !layers.empty() && layers.back()->state() == LayerState::opaque;
  }
  [[nodiscard]] StreamSink& outermost() {
    return layers.empty() ? *this : static_cast<StreamSink&>(*layers.front());
  }

  LayerContext context;
  ProtocolDetector::Hints hints;
  ProtocolDetector detector;
  DecisionListener listener;
  std::vector<std::unique_ptr<Layer>> layers;  ///< from the outside to the inside
  /// In front of the sink. Unlike the others it knows roles as the content shows them, not as TCP does.
  std::unique_ptr<RtmpeLayer> rtmpe;
  bool decided = false;
  bool in_tls = false;  ///< one of the layers is TLS
  Protocol protocol = Protocol::undecided;
  bool swapped = false;
  StreamSink* sink = nullptr;  ///< set if `decided`; null: nobody takes the inner streams
};

/// Without a SYN a connection may begin anywhere in a session of TLS. That matters only where keys can open
/// it. If it begins with a record, the detector knows that it is TLS.
bool LayerStack::Levels::may_be_inside_tls(const StreamData& data) const {
  return !hints.syn_seen && !in_tls && layers.empty() && context.reads_tls && context.keys != nullptr &&
         context.keys->tls_count() > 0 && tls::has_records(data.bytes, data.offset == 0 ? 1 : 0);
}

/// What a proxy writes, or is asked for, is looked for in front of the client's first byte, and again behind
/// a layer. Null: `data` begins with nothing of the kind.
std::unique_ptr<Layer> LayerStack::Levels::layer_in_front(Direction direction, const StreamData& data) const {
  const bool may_begin = direction == Direction::to_server && data.offset == 0 && hints.syn_seen &&
                         layers.size() < most_layers &&
                         (layers.empty() || layers.back()->state() == LayerState::open);
  if (!may_begin) return nullptr;
  const std::uint8_t first = data.bytes.front();
  if (ProxyHeaderLayer::is_promising(first)) return std::make_unique<ProxyHeaderLayer>();
  if (HttpConnectLayer::is_promising(first)) return std::make_unique<HttpConnectLayer>(context);
  return nullptr;
}

void LayerStack::Levels::on_data(Direction direction, const StreamData& data) {
  if (decided) {  // the rest of what a layer hands on, and nobody wants it; or HTTP
    if (sink != nullptr && layers.empty()) sink->on_data(swapped ? opposite(direction) : direction, data);
    return;
  }
  if (may_be_inside_tls(data)) {
    in_tls = true;
    push(std::make_unique<TlsLayer>(context, TlsLayer::Begin::inside));
    return layers.back()->on_data(direction, data);
  }
  if (std::unique_ptr<Layer> layer = layer_in_front(direction, data)) {
    push(std::move(layer));
    return layers.back()->on_data(direction, data);
  }
  act_on(detector.add(direction, data), direction, &data);
}

void LayerStack::Levels::on_gap(Direction direction, const StreamGap& gap) {
  if (decided && sink != nullptr && layers.empty()) {
    return sink->on_gap(swapped ? opposite(direction) : direction, gap);
  }
  if (decided) return;
  // The stream begins with its first captured byte. The detector looks whether a handshake begins there all
  // the same.
  if (gap.cause == GapCause::start_not_captured)
    return in_tls ? detector.lose_start_of(direction) : detector.lose_start();
  act_on(detector.add(direction, gap), direction, nullptr);
}

void LayerStack::Levels::on_end(Direction direction, const StreamEnd& end) {
  const std::size_t layers_before = layers.size();
  if (!decided) act_on(detector.at_end(), direction, nullptr);
  if (layers.size() > layers_before) return layers.back()->on_end(direction, end);
  if (sink != nullptr) sink->on_end(swapped ? opposite(direction) : direction, end);
}

bool LayerStack::Levels::may_be_read_as_tls(const Detection& detection) const {
  return detection.protocol == Protocol::tls && context.reads_tls && context.keys != nullptr && !in_tls &&
         layers.size() < most_layers;
}

bool LayerStack::Levels::is_tls_without_content() const {
  return in_tls && detector.held_segments() == 0 && !layers.empty() &&
         layers.back()->state() != LayerState::absent;
}

/// What the level holds goes through the new layer to a level of its own.
void LayerStack::Levels::push(std::unique_ptr<Layer> layer) {
  layer->set_next(*this);
  if (!layers.empty()) layers.back()->set_next(*layer);
  layers.push_back(std::move(layer));
  ProtocolDetector outer = std::exchange(detector, ProtocolDetector(hints));
  outer.release_held(*layers.back());
}

void LayerStack::Levels::act_on(const Detection& found, Direction direction, const StreamData* data) {
  if (found.protocol == Protocol::undecided) return;
  if (may_be_read_as_tls(found)) {
    in_tls = true;
    return push(std::make_unique<TlsLayer>(
        context, hints.syn_seen ? TlsLayer::Begin::at_start : TlsLayer::Begin::unknown));
  }
  Detection detection = found;
  if (data == nullptr && detection.protocol == Protocol::other && is_tls_without_content())
    detection.protocol = Protocol::tls;
  decided = true;
  protocol = detection.protocol;
  swapped = detection.swapped;
  Decision decision{detection, context, hints.known_port, hints.syn_seen};
  if (swapped) std::swap(decision.context.client, decision.context.server);
  for (const std::unique_ptr<Layer>& layer : layers) layer->add_to(decision.context);
  const bool at_hand = data != nullptr && detector.held_segments() <= 1;
  decision.has_held_bytes = !at_hand;
  if (protocol == Protocol::rtmpe) {
    rtmpe = std::make_unique<RtmpeLayer>(context, detection.start_lost);
    decision.deciphered = &rtmpe->may_be_readable();
  }
  sink = listener(decision);
  if (sink == nullptr) return;
  if (rtmpe != nullptr) {
    rtmpe->set_next(*sink);
    sink = rtmpe.get();
  }
  if (!layers.empty()) layers.back()->set_next(*sink);
  if (at_hand) {
    sink->on_data(swapped ? opposite(direction) : direction, *data);
  } else {
    detector.release_held(*sink);
  }
}

LayerStack::LayerStack(const LayerContext& context, ProtocolDetector::Hints hints, DecisionListener listener)
    : levels_(std::make_unique<Levels>(context, hints, std::move(listener))) {}

LayerStack::~LayerStack() = default;

void LayerStack::take(Direction direction, const StreamData& data) {
  levels_->outermost().on_data(direction, data);
  settle();
}

void LayerStack::take(Direction direction, const StreamGap& gap) {
  levels_->outermost().on_gap(direction, gap);
  settle();
}

void LayerStack::take(Direction direction, const StreamEnd& end) {
  levels_->outermost().on_end(direction, end);
  settle();
}

void LayerStack::finish() {
  if (state_ != State::undecided) return;
  levels_->act_on(levels_->detector.at_end(), Direction::to_server, nullptr);
  if (!levels_->decided) levels_->act_on(levels_->detector.at_end(), Direction::to_server, nullptr);
  settle();
}

/// Between two calls, when no layer is at work: takes out what is no longer needed.
void LayerStack::settle() {
  if (state_ == State::unwanted) levels_.reset();  // abandoned
  if (state_ != State::undecided) return;
  if (!levels_->decided && levels_->layers_are_opaque())
    levels_->act_on(levels_->detector.at_end(), Direction::to_server, nullptr);
  if (!levels_->decided) return;
  swapped_ = levels_->swapped;
  std::vector<std::unique_ptr<Layer>>& layers = levels_->layers;
  std::erase_if(layers, [](const auto& layer) { return layer->state() == LayerState::absent; });
  if (levels_->sink == nullptr) {
    state_ = State::unwanted;
  } else if (layers.empty() && levels_->protocol != Protocol::http && levels_->rtmpe == nullptr) {
    state_ = State::direct;
  } else if (layers.empty()) {
    state_ = State::layered;
    return;
  } else {
    state_ = State::layered;
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) layers[i]->set_next(*layers[i + 1]);
    layers.back()->set_next(*levels_->sink);
    return;
  }
  levels_.reset();
}

bool LayerStack::is_doubtful() const {
  return state_ == State::undecided && levels_->detector.is_doubtful();
}

std::uint64_t LayerStack::outer_offset(Direction direction, std::uint64_t inner) const {
  if (levels_ == nullptr) return inner;
  for (auto layer = levels_->layers.rbegin(); layer != levels_->layers.rend(); ++layer) {
    inner = (*layer)->outer_offset(direction, inner);
  }
  return inner;
}

std::uint64_t LayerStack::inner_offset(Direction direction, std::uint64_t outer) const {
  if (levels_ == nullptr) return outer;
  for (const std::unique_ptr<Layer>& layer : levels_->layers) outer = layer->inner_offset(direction, outer);
  return outer;
}

}  // namespace rtmpscope::carrier
