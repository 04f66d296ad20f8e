// How much has come from each interface up to a tick.
#pragma once

#include "metrics/figures.hpp"
#include "pipeline/window.hpp"

namespace rtmpscope::pipeline {

/// Looks at windows in their order.
class CaptureMeter {
 public:
  /// Calls `at_tick(PacketRef, const metrics::InterfaceList&)` for each tick of the window. Drops are those
  /// that were known when the window was read.
  template <typename Call>
  void add(const Window& window, const Call& at_tick) {
    begin(window);
    std::size_t next = 0;
    for (const Section& section : window.sections) {
      if (!section.tick) continue;
      next = count(window, next, section.tick->packet.number);
      at_tick(section.tick->packet, interfaces_);
    }
    count(window, next, std::numeric_limits<std::uint64_t>::max());
  }

  [[nodiscard]] const metrics::InterfaceList& interfaces() const { return interfaces_; }

 private:
  void begin(const Window& window);
  /// Packets from index `next` on, before the one with that number. Answers its index.
  std::size_t count(const Window& window, std::size_t next, std::uint64_t number);

  metrics::InterfaceList interfaces_;
};

}  // namespace rtmpscope::pipeline
