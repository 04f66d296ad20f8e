// The events that are about the capture as a whole: capture_start and capture_end.
#pragma once

#include "output/observer.hpp"
#include "pipeline/shard.hpp"

namespace rtmpscope::pipeline {

class CaptureEvents {
 public:
  explicit CaptureEvents(std::unique_ptr<output::Observer> observer) : observer_(std::move(observer)) {}

  /// Each answers output that is valid until the next call.
  /// `first` holds the first packets; capture_start is dated by the first of them.
  const output::Output& start(const capture::PacketSource& source, const capture::PacketBatch& first);
  const output::Output& end(const capture::PacketSource& source, const WindowReader& reader,
                            ConnectionCounts counts);

 private:
  std::unique_ptr<output::Observer> observer_;
};

}  // namespace rtmpscope::pipeline
