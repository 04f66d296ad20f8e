// What layers tell of themselves, as events and findings of a session.
#pragma once

#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "carrier/layer_event.hpp"
#include "rtmp/session/events.hpp"

namespace rtmpscope::carrier {

/// A layer's event as one of the connection.
struct CarrierEvent final : rtmp::Event {
  const LayerEvent& event;

  explicit CarrierEvent(const LayerEvent& of_layer) : Event(of_layer.kind), event(of_layer) {
    direction = of_layer.direction;
  }
  void describe(FieldSink& sink) const override { event.describe(sink); }
};

/// `to`: a session or an opaque connection.
template <typename To>
void tell(To& to, const LayerEvent& event) {
  CarrierEvent carried(event);
  to.add_event(carried, event.packet);
}

template <typename To>
void tell(To& to, const LayerFinding& finding) {
  rtmp::FindingEvent event(finding.id);
  event.direction = finding.direction;
  event.carrier_offset = finding.carrier_offset;
  event.a = finding.a;
  event.b = finding.b;
  event.after_gap = finding.after_gap;
  to.add_finding(event, finding.packet);
}

/// What layers tell before it is decided whom to tell. Keeps LayerListener::most_early_events.
class EarlyNews {
 public:
  void keep(std::unique_ptr<LayerEvent> event) { add(std::move(event)); }
  void keep(const LayerFinding& finding) { add(finding); }

  /// Hands on what was kept, in the order in which it came, and forgets it.
  void tell_all(LayerListener& listener) {
    for (News& news : std::exchange(news_, {})) {
      if (auto* event = std::get_if<std::unique_ptr<LayerEvent>>(&news)) {
        listener.on_layer_event(std::move(*event));
      } else {
        listener.on_layer_finding(std::get<LayerFinding>(news));
      }
    }
  }

 private:
  using News = std::variant<std::unique_ptr<LayerEvent>, LayerFinding>;

  void add(News news) {
    if (news_.size() < LayerListener::most_early_events) news_.push_back(std::move(news));
  }

  std::vector<News> news_;
};

}  // namespace rtmpscope::carrier
