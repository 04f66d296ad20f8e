// The events that are about the capture as a whole: capture_start, capture_drops and capture_end.
#pragma once

#include <optional>
#include <string>

#include "output/observer.hpp"
#include "pipeline/capture_meter.hpp"
#include "pipeline/shard.hpp"

namespace rtmpscope::pipeline {

/// How the run went, apart from its input.
struct RunEnd {
  bool memory_scarce = false;
  std::optional<std::string> failure{};  ///< of the program
};

class CaptureEvents {
 public:
  /// `measured`: whether the observer wants to know what comes from each interface.
  CaptureEvents(std::unique_ptr<output::Observer> observer, bool measured)
      : observer_(std::move(observer)), measured_(measured) {}

  /// Each answers output that is valid until the next call.
  /// `first` holds the first packets; capture_start is dated by the first of them.
  const output::Output& start(const capture::PacketSource& source, const capture::PacketBatch& first);
  /// What there is to say of a window. Null: nothing.
  const output::Output* of_window(const Window& window);
  const output::Output& end(const capture::PacketSource& source, const WindowReader& reader,
                            const ConnectionCounts& counts, const RunEnd& run);

 private:
  void add_drops(const Window& window);
  /// What the observer puts out in `call` belongs to the packet `frame`.
  template <typename Call>
  void put_out(std::uint64_t frame, const Call& call);

  std::unique_ptr<output::Observer> observer_;
  bool measured_;
  CaptureMeter meter_;
};

}  // namespace rtmpscope::pipeline
