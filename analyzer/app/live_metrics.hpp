// The metrics of a live run.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "app/live_output.hpp"
#include "capture/source.hpp"
#include "delivery/page_server.hpp"
#include "metrics/board.hpp"
#include "metrics/prometheus/prometheus_text.hpp"

namespace rtmpscope::app {

class LiveMetrics {
 public:
  /// Listens; see PageServer::open. `streams`: so many have series of their own; `names`: with their names.
  [[nodiscard]] static Expected<std::unique_ptr<LiveMetrics>> open(const std::string& address,
                                                                   std::size_t streams, bool names);
  LiveMetrics(const LiveMetrics&) = delete;
  LiveMetrics& operator=(const LiveMetrics&) = delete;
  ~LiveMetrics();

  [[nodiscard]] metrics::Board& board() { return board_; }
  /// All counters are there from the beginning, so that their first increase is seen.
  void begin(const capture::SourceStatistics& statistics);
  /// Begins to answer, once the process is confined. `output` outlives stop().
  void start(const LiveOutput& output);
  void stop() { server_.reset(); }
  /// After each window.
  void note(const capture::SourceStatistics& statistics) {
    waiting_packets_bytes_ = statistics.waiting_bytes;
  }

 private:
  LiveMetrics(std::unique_ptr<delivery::PageServer> server, std::size_t streams, bool names);
  [[nodiscard]] metrics::ProcessFigures process_figures(const LiveOutput& output) const;

  metrics::Board board_;
  std::size_t streams_;
  bool names_;
  std::atomic<std::size_t> waiting_packets_bytes_ = 0;
  double start_time_;
  int memory_file_;  ///< /proc/self/statm, which cannot be opened later
  std::unique_ptr<delivery::PageServer> server_;
};

}  // namespace rtmpscope::app
