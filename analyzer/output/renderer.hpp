// What the observers that show events have in common.
#pragma once

#include "output/observer.hpp"

namespace rtmpscope::output {

/// Turns the events of one shard into output that a person or a script reads.
class Renderer : public Observer {
 public:
  [[nodiscard]] Output& output() final { return output_; }

  /// Whether the renderer needs connection_open, connection_close, verdict, capture_start, capture_verdict
  /// and capture_end even if the user selected other events only.
  [[nodiscard]] virtual bool needs_lifecycle() const { return false; }

  /// An event of the lifecycle that is not to be shown. Where a connection opens it still gets its number.
  virtual void on_unselected(const rtmp::Event& event) {
    if (event.kind == EventKind::connection_open) add_open_mark(event);
  }

 protected:
  void add_open_mark(const rtmp::Event& event) {
    const auto at = static_cast<std::uint32_t>(output_.bytes.size());
    output_.spans.push_back(
        {event.packet.number, event.connection, at, at, at, OutputSpan::opens_connection});
  }

  Output output_;
};

}  // namespace rtmpscope::output
