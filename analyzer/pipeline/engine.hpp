// The whole way of a capture: packets in, output out.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "capture/source.hpp"
#include "pipeline/key_feed.hpp"
#include "pipeline/shard.hpp"
#include "pipeline/window_watcher.hpp"

namespace rtmpscope::pipeline {

struct EngineOptions {
  unsigned jobs = 1;                             ///< threads, at least 1; never changes a byte of the output
  std::optional<std::uint32_t> only_connection;  ///< --connection
  ShardOptions shard;                            ///< but for `keys`, which the run sets
  keys::KeyFiles* key_files = nullptr;           ///< opened; null: none. Outlive the run
  std::vector<WindowWatcher*> watchers{};        ///< they outlive the run
  bool follow_key_files = false;                 ///< live: they may grow during the run
};

/// Takes the bytes of the output, in order. From any thread, one at a time. False ends the run early (the
/// reader of a pipe has gone, the disk is full).
using Write = std::function<bool(std::string_view)>;
/// Called after each window with the share of the input that has been read, where that is known. From any
/// thread, one at a time.
using Progress = std::function<void(std::optional<double>)>;

struct EngineResult {
  std::optional<Timestamp> start;  ///< time of the first packet, if one came
  ConnectionCounts connections;
  std::optional<capture::Fault> fault;  ///< the input ended early
  std::optional<std::string> failure;   ///< an exception (no memory, mostly) ended the run early
  bool written = true;                  ///< false: `write` gave up
  std::uint64_t windows = 0;            ///< runs of packets that were processed
  std::uint64_t thread_changes = 0;     ///< how often a shard was processed on another thread than before
};

/// Runs `source` to its end (or until its request_stop). What the observers of `factory` put out, and its
/// assembler puts together, goes to `write`.
EngineResult run(capture::PacketSource& source, const EngineOptions& options,
                 const output::ObserverFactory& factory, const Write& write, const Progress& progress = {});

}  // namespace rtmpscope::pipeline
