// Those who see what a live run finds, besides its output.
#pragma once

#include "app/live_evidence.hpp"
#include "app/live_metrics.hpp"
#include "app/live_packets.hpp"

namespace rtmpscope::app {

/// Null: not asked for.
struct LiveWatchers {
  std::unique_ptr<LiveMetrics> metrics;
  std::unique_ptr<LiveEvidence> evidence;
  std::unique_ptr<LivePackets> packets;
};

}  // namespace rtmpscope::app
