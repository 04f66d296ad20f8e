// The whole way of a capture: packets in, rendered events out.
#pragma once

#include <functional>
#include <optional>

#include "base/error.hpp"
#include "capture/source.hpp"
#include "pipeline/shard.hpp"

namespace rtmpscope::pipeline {

/// A point in time, or (relative) nanoseconds after the first packet.
struct TimeBound {
  Timestamp value = 0;
  bool relative = false;
};

struct EngineOptions {
  unsigned jobs = 1;                             ///< threads, at least 1; never changes a byte of the output
  std::optional<std::uint32_t> only_connection;  ///< --connection
  std::optional<TimeBound> from;                 ///< events before it are not shown
  std::optional<TimeBound> to;                   ///< nor events at it or later
  ShardOptions shard;
};

/// Takes the rendered bytes, in order. False ends the run early (the reader of a pipe has gone, the disk is
/// full).
using Write = std::function<bool(std::string_view)>;
/// Called between two steps with the share of the input that has been read, where that is known.
using Progress = std::function<void(std::optional<double>)>;

struct EngineResult {
  ConnectionCounts connections;
  std::optional<capture::Fault> fault;  ///< the input ended early
  bool written = true;                  ///< false: `write` gave up
};

/// Runs `source` to its end (or until its request_stop).
EngineResult run(capture::PacketSource& source, const EngineOptions& options, const Write& write,
                 const Progress& progress = {});

}  // namespace rtmpscope::pipeline
