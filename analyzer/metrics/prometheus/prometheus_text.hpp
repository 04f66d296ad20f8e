// The page that Prometheus reads.
#pragma once

#include <cstdint>
#include <string>

#include "metrics/board.hpp"

namespace rtmpscope::metrics {

/// What the program says of itself.
struct ProcessFigures {
  std::string version;
  double start_time = 0;   ///< seconds since 1970
  double cpu_seconds = 0;  ///< of all threads
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t waiting_packets_bytes = 0;  ///< captured, and not analysed yet
  std::uint64_t waiting_output_bytes = 0;   ///< lines that wait for the output
  std::uint64_t dropped_lines = 0;          ///< of the output
  bool stream_names = false;                ///< app and name of each stream that has series
};

[[nodiscard]] std::string prometheus_text(const Board::State& state, const ProcessFigures& process);

}  // namespace rtmpscope::metrics
