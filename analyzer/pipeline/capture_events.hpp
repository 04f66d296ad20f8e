// The events that are about the capture as a whole: capture_start, capture_drops and capture_end.
#pragma once

#include <optional>
#include <string>

#include "output/observer.hpp"
#include "pipeline/shard.hpp"

namespace rtmpscope::pipeline {

/// How the run went, apart from its input.
struct RunEnd {
  bool memory_scarce = false;
  std::optional<std::string> failure{};  ///< of the program
};

class CaptureEvents {
 public:
  explicit CaptureEvents(std::unique_ptr<output::Observer> observer) : observer_(std::move(observer)) {}

  /// Each answers output that is valid until the next call.
  /// `first` holds the first packets; capture_start is dated by the first of them.
  const output::Output& start(const capture::PacketSource& source, const capture::PacketBatch& first);
  /// Null: there are none.
  const output::Output* drops(const Window& window);
  const output::Output& end(const capture::PacketSource& source, const WindowReader& reader,
                            const ConnectionCounts& counts, const RunEnd& run);

 private:
  std::unique_ptr<output::Observer> observer_;
};

}  // namespace rtmpscope::pipeline
