// What layers tell of themselves, as events and findings of a connection.
#pragma once

#include <memory>
#include <variant>

#include "carrier/layer_event.hpp"
#include "rtmp/session/events.hpp"

namespace rtmpscope::pipeline {

/// An event or a finding of a layer.
using EarlyLayerNews = std::variant<std::unique_ptr<carrier::LayerEvent>, carrier::LayerFinding>;

/// A layer's event as one of the connection.
struct CarrierEvent final : rtmp::Event {
  const carrier::LayerEvent& event;

  explicit CarrierEvent(const carrier::LayerEvent& of_layer) : Event(of_layer.kind), event(of_layer) {
    direction = of_layer.direction;
  }
  void describe(FieldSink& sink) const override { event.describe(sink); }
};

/// `to`: a session or an opaque connection.
template <typename To>
void tell(To& to, const carrier::LayerEvent& event) {
  CarrierEvent carried(event);
  to.add_event(carried, event.packet);
}

template <typename To>
void tell(To& to, const carrier::LayerFinding& finding) {
  rtmp::FindingEvent event(finding.id);
  event.direction = finding.direction;
  event.carrier_offset = finding.carrier_offset;
  event.a = finding.a;
  event.b = finding.b;
  event.after_gap = finding.after_gap;
  to.add_finding(event, finding.packet);
}

}  // namespace rtmpscope::pipeline
