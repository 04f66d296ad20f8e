#include "analysis/finding/finding_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "analysis/finding/thresholds.hpp"

namespace rtmpscope::analysis {
namespace {

struct Limits {
  FindingId id;
  ThresholdId note, warning, error;

  constexpr Limits(FindingId finding, ThresholdId all) : Limits(finding, all, all, all) {}
  constexpr Limits(FindingId finding, ThresholdId of_note, ThresholdId of_warning, ThresholdId of_error)
      : id(finding), note(of_note), warning(of_warning), error(of_error) {}
};

using enum ThresholdId;

constexpr auto all = std::to_array<Limits>({
    {FindingId::starved, media_rate_note, media_rate_warning, media_rate_error},
    {FindingId::too_fast, media_rate_fast},
    {FindingId::media_pause, pause_note, pause_warning, pause_error},
    {FindingId::jitter, jitter_note, jitter_warning, late_error},
    {FindingId::interleave_wide, interleave_note, interleave_warning, interleave_error},
    {FindingId::av_drift, drift_note, drift_warning, drift_error},
    {FindingId::audio_clock, drift_note, drift_warning, drift_error},
    {FindingId::frame_rate_drop, rate_drop},
    {FindingId::bitrate_drop, rate_drop},
    {FindingId::frames_missing, frames_missing_share},
    {FindingId::buffer_need, buffer_note, buffer_warning, buffer_warning},
    {FindingId::track_silent, track_silence},
    {FindingId::key_distance, key_distance},
    {FindingId::key_irregular, key_spread},
    {FindingId::open_gop, open_groups},
    {FindingId::time_back, time_back_note, time_back_note, time_back_error},
    {FindingId::time_jump, time_jump},
    {FindingId::time_frozen, time_frozen},
    {FindingId::metadata_late, metadata_wait},
    {FindingId::sender_blocked, blocked_warning, blocked_warning, blocked_error},
    {FindingId::path_loss, loss_note, loss_warning, loss_error},
    {FindingId::path_slow, round_trip_note, round_trip_warning, round_trip_warning},
    {FindingId::path_timeout, timeout_warning},
});

std::optional<ThresholdId> limit_of(FindingId id, Severity severity) {
  const auto found = std::ranges::find(all, id, &Limits::id);
  if (found == all.end()) return std::nullopt;
  switch (severity) {
    case Severity::note: return found->note;
    case Severity::warning: return found->warning;
    case Severity::error: return found->error;
  }
  return std::nullopt;
}

std::string text_of(const ThresholdInfo& threshold) {
  return fmt::format("{} {}", threshold.value, threshold.unit);
}

}  // namespace

std::string_view limit_name(FindingId id, Severity severity) {
  const auto threshold = limit_of(id, severity);
  return threshold ? info(*threshold).name : std::string_view();
}

std::string limit_text(FindingId id, Severity severity) {
  const auto threshold = limit_of(id, severity);
  return threshold ? text_of(info(*threshold)) : std::string();
}

std::string limit_text(std::string_view threshold) {
  const auto found = std::ranges::find(thresholds, threshold, &ThresholdInfo::name);
  return found == thresholds.end() ? std::string() : text_of(*found);
}

}  // namespace rtmpscope::analysis
