// What layers tell of themselves: it becomes events and findings of the connection.
#pragma once

#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "schema/field_sink.hpp"

namespace rtmpscope::carrier {

/// An event of the table events.def. `describe` pushes its own keys, any number of times. It owns what it
/// describes: events of a connection that is not decided yet wait until it is.
struct LayerEvent {
  EventKind kind;
  PacketRef packet;                    ///< the packet that completed it
  std::optional<Direction> direction;  ///< by role, as all of a layer's directions

  LayerEvent(EventKind event_kind, PacketRef completed_by, std::optional<Direction> way)
      : kind(event_kind), packet(completed_by), direction(way) {}
  virtual ~LayerEvent() = default;
  virtual void describe(FieldSink& sink) const = 0;
};

struct LayerFinding {
  FindingId id{};
  PacketRef packet;
  std::optional<Direction> direction;
  std::optional<std::uint64_t> carrier_offset;  ///< in the layer's outer stream of that direction
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  bool after_gap = false;  ///< bytes before it are missing, which may be the reason
};

/// Takes what the layers of one connection tell, in the order in which it happens. Before it is decided what
/// the connection carries, at most `most_early_events` are kept; if it turns out to be of no interest they
/// are dropped.
class LayerListener {
 public:
  static constexpr std::size_t most_early_events = 64;
  virtual ~LayerListener() = default;
  virtual void on_layer_event(std::unique_ptr<LayerEvent> event) = 0;
  virtual void on_layer_finding(const LayerFinding& finding) = 0;
};

}  // namespace rtmpscope::carrier
