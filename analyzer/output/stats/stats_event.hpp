// What the capture as a whole has brought in some seconds.
#pragma once

#include "metrics/figures.hpp"
#include "rtmp/session/events.hpp"

namespace rtmpscope::output {

/// What stats events are made of. Counters are those of the whole run, so that the figures of an interval are
/// differences; gauges are as they are now.
struct StatsTotals {
  Timestamp time = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::optional<std::uint64_t> kernel_drops;
  std::optional<std::uint64_t> interface_drops;
  std::optional<std::uint64_t> ring_drops;
  std::uint64_t connections = 0;  ///< gauge
  std::uint64_t publishing = 0;   ///< gauge
  std::uint64_t playing = 0;      ///< gauge
  std::uint64_t opened = 0;
  std::uint64_t closed = 0;
  std::uint64_t messages = 0;
  std::uint64_t video_bytes = 0;
  std::uint64_t audio_bytes = 0;
  std::uint64_t key_frames = 0;
  std::uint64_t resent_bytes = 0;
  std::uint64_t missing_bytes = 0;
  std::array<std::uint64_t, 3> findings{};  ///< by Severity
};
[[nodiscard]] StatsTotals stats_totals(const metrics::Figures& figures,
                                       const metrics::InterfaceList& interfaces, Timestamp time);

struct StatsEvent final : rtmp::Event {
  const StatsTotals& before;
  const StatsTotals& now;

  StatsEvent(const StatsTotals& b, const StatsTotals& n) : Event(EventKind::stats), before(b), now(n) {}
  void describe(FieldSink& sink) const override;
};

}  // namespace rtmpscope::output
