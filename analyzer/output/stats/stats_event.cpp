#include "output/stats/stats_event.hpp"

#include <algorithm>
#include <numeric>

namespace rtmpscope::output {
namespace {

template <typename Range>
std::uint64_t sum(const Range& range) {
  return static_cast<std::uint64_t>(std::accumulate(range.begin(), range.end(), std::int64_t{0}));
}

/// Nothing is known as long as no interface says anything.
void add(std::optional<std::uint64_t>& to, const std::optional<std::uint64_t>& count) {
  if (count) to = to.value_or(0) + *count;
}

}  // namespace

StatsTotals stats_totals(const metrics::Figures& figures, const metrics::InterfaceList& interfaces,
                         Timestamp time) {
  StatsTotals totals;
  totals.time = time;
  for (const metrics::InterfaceFigures& interface : interfaces) {
    totals.packets += interface.packets;
    totals.bytes += interface.bytes;
    add(totals.kernel_drops, interface.kernel_drops);
    add(totals.interface_drops, interface.interface_drops);
    add(totals.ring_drops, interface.ring_drops);
  }
  totals.connections = sum(figures.connections);
  totals.publishing = static_cast<std::uint64_t>(figures.streams[0]);
  totals.playing = static_cast<std::uint64_t>(figures.streams[1]);
  totals.opened = sum(figures.opened);
  for (const auto& by : figures.closed) totals.closed += sum(by);
  totals.messages = figures.messages;
  for (const auto& use : figures.media_bytes) {
    totals.audio_bytes += use[static_cast<std::size_t>(metrics::MediaKind::audio)];
    totals.video_bytes += use[static_cast<std::size_t>(metrics::MediaKind::video)];
  }
  totals.key_frames = sum(figures.key_frames);
  totals.resent_bytes = sum(figures.resent_bytes);
  totals.missing_bytes = sum(figures.missing_bytes);
  for (const auto& severities : figures.findings) {
    for (std::size_t i = 0; i < severities.size(); ++i) totals.findings[i] += severities[i];
  }
  return totals;
}

void StatsEvent::describe(FieldSink& sink) const {
  using enum FieldId;
  constexpr double nanoseconds = 1e9;
  const auto grown = [&](FieldId id, std::uint64_t StatsTotals::*member) {
    sink.number(id, {}, now.*member - before.*member);
  };
  const auto dropped = [&](FieldId id, std::optional<std::uint64_t> StatsTotals::*member) {
    if (now.*member) sink.number(id, {}, *(now.*member) - (before.*member).value_or(0));
  };
  sink.real(stats_interval, {},
            static_cast<double>(std::max<Timestamp>(now.time - before.time, 0)) / nanoseconds);
  grown(stats_packets, &StatsTotals::packets);
  grown(stats_bytes, &StatsTotals::bytes);
  dropped(stats_kernel_drops, &StatsTotals::kernel_drops);
  dropped(stats_interface_drops, &StatsTotals::interface_drops);
  dropped(stats_ring_drops, &StatsTotals::ring_drops);
  sink.number(stats_connections, {}, now.connections);
  sink.number(stats_publishing, {}, now.publishing);
  sink.number(stats_playing, {}, now.playing);
  grown(stats_opened, &StatsTotals::opened);
  grown(stats_closed, &StatsTotals::closed);
  grown(stats_messages, &StatsTotals::messages);
  grown(stats_video_bytes, &StatsTotals::video_bytes);
  grown(stats_audio_bytes, &StatsTotals::audio_bytes);
  grown(stats_key_frames, &StatsTotals::key_frames);
  grown(stats_resent_bytes, &StatsTotals::resent_bytes);
  grown(stats_missing_bytes, &StatsTotals::missing_bytes);
  for (const auto& [id, severity] :
       {std::pair(stats_notes, 0U), std::pair(stats_warnings, 1U), std::pair(stats_errors, 2U)})
    sink.number(id, {}, now.findings[severity] - before.findings[severity]);
}

}  // namespace rtmpscope::output
