#include "app/live_metrics.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <ctime>

#include "app/version.hpp"

namespace rtmpscope::app {
namespace {

double seconds_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  constexpr double nanoseconds = 1e9;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / nanoseconds;
}

/// Pages: all addresses, and those in memory (proc(5)). Zeros if the file cannot be read.
std::array<std::uint64_t, 2> pages_of(int memory_file) {
  std::array<char, 128> text{};
  std::array<std::uint64_t, 2> pages{};
  const ssize_t size = ::pread(memory_file, text.data(), text.size(), 0);
  const char* at = text.data();
  const char* const end = at + std::max<ssize_t>(size, 0);
  for (std::uint64_t& count : pages) {
    while (at != end && *at == ' ') ++at;
    at = std::from_chars(at, end, count).ptr;
  }
  return pages;
}

}  // namespace

Expected<std::unique_ptr<LiveMetrics>> LiveMetrics::open(const std::string& address, std::size_t streams,
                                                         bool names) {
  auto server = delivery::PageServer::open(address);
  if (!server) return tl::unexpected(server.error());
  return std::unique_ptr<LiveMetrics>(new LiveMetrics(std::move(*server), streams, names));
}

LiveMetrics::LiveMetrics(std::unique_ptr<delivery::PageServer> server, std::size_t streams, bool names)
    : streams_(streams),
      names_(names),
      start_time_(seconds_of(CLOCK_REALTIME)),
      memory_file_(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC)),
      server_(std::move(server)) {}

LiveMetrics::~LiveMetrics() {
  stop();
  if (memory_file_ >= 0) ::close(memory_file_);
}

void LiveMetrics::begin(const capture::SourceStatistics& statistics) {
  metrics::InterfaceList interfaces;
  for (const capture::Interface& interface : statistics.interfaces)
    interfaces.emplace_back().name = interface.name;
  metrics::StreamTable streams;
  streams.most = streams_;
  board_.set({}, interfaces, streams);
}

void LiveMetrics::start(const LiveOutput& output) {
  server_->start([this, &output] { return metrics::prometheus_text(board_.get(), process_figures(output)); });
}

metrics::ProcessFigures LiveMetrics::process_figures(const LiveOutput& output) const {
  const auto pages = pages_of(memory_file_);
  const auto page_size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return {.version = version,
          .start_time = start_time_,
          .cpu_seconds = seconds_of(CLOCK_PROCESS_CPUTIME_ID),
          .resident_bytes = pages[1] * page_size,
          .virtual_bytes = pages[0] * page_size,
          .waiting_packets_bytes = waiting_packets_bytes_,
          .waiting_output_bytes = output.queue().waiting_bytes(),
          .dropped_lines = output.queue().lines_dropped(),
          .stream_names = names_};
}

}  // namespace rtmpscope::app
