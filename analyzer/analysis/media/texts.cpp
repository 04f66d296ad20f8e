#include "analysis/media/texts.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "analysis/finding/finding_limits.hpp"
#include "analysis/finding/judge_rules.hpp"
#include "analysis/finding/thresholds.hpp"
#include "analysis/media/place_rules.hpp"
#include "analysis/media/whole_numbers.hpp"

namespace rtmpscope::analysis {
namespace {

/// A number of thousandths with `digits` digits behind the point, half rounded up.
std::string decimal(std::int64_t thousandths, int digits) {
  std::int64_t divisor = 1000;
  for (int i = 0; i < digits; ++i) divisor /= 10;
  const std::int64_t value = divide_rounded(std::abs(thousandths), divisor);
  std::int64_t unit = 1;
  for (int i = 0; i < digits; ++i) unit *= 10;
  const char* const sign = thousandths < 0 && value != 0 ? "-" : "";
  return digits == 0 ? fmt::format("{}{}", sign, value)
                     : fmt::format("{}{}.{:0{}}", sign, value / unit, value % unit, digits);
}

std::string seconds(std::int64_t milliseconds) {
  return decimal(milliseconds, milliseconds < 10'000 ? 2 : 1) + " s";
}

std::string track_name(std::uint16_t part) {
  if (part == 0) return "media";
  const std::string_view kind = is_video(part) ? "video" : "audio";
  const unsigned id = track_id_of(part);
  return id == 0 ? std::string(kind) : fmt::format("{} track {}", kind, id);
}

/// What the rule looks at, and its unit: value in thousandths of it.
struct Worst {
  std::string_view field, unit;
  std::int64_t thousandths = 0;
};

Worst worst_of(const RuleInterval& interval, std::int64_t value) {
  switch (interval.id) {
    case FindingId::starved:
    case FindingId::too_fast: return {"sample.media_rate", "s/s", value};
    case FindingId::media_pause: return {"sample.silence_ms", "s", value};
    case FindingId::jitter: return {"sample.tracks.track.jitter_ms", "ms", value * 1000};
    case FindingId::interleave_wide: return {"sample.interleave_p95_ms", "ms", value * 1000};
    case FindingId::av_drift:
    case FindingId::audio_clock: return {"message.timestamp", "ppm", value * 100};
    case FindingId::frame_rate_drop: return {"sample.tracks.track.frame_rate", "1/s", value};
    case FindingId::frames_missing: return {"sample.tracks.track.missing_frames", "%", value * 100};
    case FindingId::bitrate_drop: return {"sample.tracks.track.produced_10s_kbps", "kbit/s", value};
    case FindingId::buffer_need: return {"message.timestamp", "s", value};
    case FindingId::track_silent: return {"sample.tracks.track.frames", "s", value};
    case FindingId::key_distance: return {"sample.tracks.track.key_open_ms", "s", value};
    case FindingId::key_irregular: return {"video.frame_type", "s", value};
    case FindingId::open_gop: return {"video.composition_time_ms", "groups", value * 1000};
    case FindingId::time_back:
    case FindingId::time_jump: return {"message.timestamp", "ms", value * 1000};
    case FindingId::presentation_before_decoding: return {"video.composition_time_ms", "ms", value * -1000};
    case FindingId::key_flag_contradicts: return {"video.frame_type", {}, 0};
    case FindingId::header_missing:
    case FindingId::header_changed: return {"video.packet_type", {}, 0};
    default: return {"message.timestamp", {}, 0};
  }
}

std::string reason(const TextContext& context) {
  const bool by_server = context.direction == Direction::to_client;
  const std::string_view words =
      by_server && context.limited_by == LimitedBy::encoder
          ? "the server had nothing to send: its publisher is late, pauses or has left"
          : describe(context.limited_by);
  return words.empty() ? std::string() : fmt::format("; {}", words);
}

std::string drift_text(std::string_view what, const RuleInterval& interval, std::string_view ahead,
                       std::string_view behind) {
  const std::int64_t made = interval.other;
  return fmt::format("{} by {} ppm: {} ms {} so far (limits {} ppm and {} ms)", what,
                     decimal(interval.worst * 100, 1), std::abs(made), made >= 0 ? ahead : behind,
                     limit(ThresholdId::drift_note, 1), limit(ThresholdId::drift_made_note, 1));
}

std::string rate_text(const RuleInterval& interval, const TextContext& context) {
  const std::string name = track_name(interval.part);
  const std::int64_t worst = interval.worst;
  switch (interval.id) {
    case FindingId::starved:
      return fmt::format("media comes at {} of real time (limit {}), up to {} late{}", decimal(worst, 2),
                         decimal(limit(ThresholdId::media_rate_warning, 1000), 2), seconds(interval.other),
                         reason(context));
    case FindingId::too_fast:
      return fmt::format("media comes at {} of real time (limit {}) behind the first burst",
                         decimal(worst, 2), decimal(limit(ThresholdId::media_rate_fast, 1000), 2));
    case FindingId::media_pause:
      return fmt::format("no media for {} while the stream is open (limit {} s){}", seconds(worst),
                         limit(ThresholdId::pause_warning, 1), reason(context));
    case FindingId::jitter:
      return fmt::format(
          "delays spread over {} ms in 10 s, and the latest message is {} ms late (limits {} and {} ms)",
          worst, interval.other, limit(ThresholdId::jitter_note, 1), limit(ThresholdId::late_note, 1));
    case FindingId::interleave_wide:
      return fmt::format("audio and video are {} ms apart in the stream (limit {} ms)", worst,
                         limit(ThresholdId::interleave_note, 1));
    case FindingId::frame_rate_drop:
      return fmt::format("{} has {} frames a second, and {} in the minute before (limit 70 %)", name,
                         decimal(worst, 2), decimal(interval.other, 2));
    case FindingId::frames_missing:
      return fmt::format("{} leaves out {} % of the frames in 10 s, {} frames (limit 1 %)", name,
                         decimal(worst * 100, 1), interval.other);
    case FindingId::bitrate_drop:
      return fmt::format("{} is made at {} kbit/s, and at {} in the minute before (limit 70 %){}", name,
                         decimal(worst, 0), decimal(interval.other, 0), reason(context));
    case FindingId::buffer_need:
      return fmt::format(
          "a player that joins at the worst key frame needs a buffer of {}, at half of them {} (limit {} s)",
          seconds(worst), seconds(interval.other), limit(ThresholdId::buffer_note, 1));
    case FindingId::track_silent:
      return fmt::format("{} has no message for {} while the other track goes on (limit {} s)", name,
                         seconds(worst), limit(ThresholdId::track_silence, 1));
    default: return {};
  }
}

std::string wrap_text(const RuleInterval& interval) {
  if (interval.other != 0)
    return "timestamps passed 2^24 ms and began anew at 0: the sender writes 24 bits alone";
  if (interval.worst == 24)
    return "timestamps passed 2^24 ms (4 h 39 min), and go on with an extended timestamp";
  return fmt::format("timestamps passed 2^{} ms ({})", interval.worst,
                     interval.worst == 31 ? "24 days 20 h" : "49 days 17 h");
}

std::string structure_text(const RuleInterval& interval) {
  const std::string name = track_name(interval.part);
  switch (interval.id) {
    case FindingId::key_distance:
      return fmt::format("key frames are up to {} apart (limit {} s, which platforms usually want)",
                         seconds(interval.worst), limit(ThresholdId::key_distance, 1));
    case FindingId::key_irregular:
      return fmt::format("distances of key frames spread over {}, their median is {} (limit 20 %)",
                         seconds(interval.worst), seconds(interval.other));
    case FindingId::open_gop:
      return fmt::format(
          "{} groups of pictures are open: pictures behind their key frame are shown before it",
          interval.worst);
    case FindingId::key_flag_contradicts:
      return interval.other != 0
                 ? fmt::format("{} messages say key frame, and hold a picture that is none", interval.count)
                 : fmt::format("{} messages say inter frame, and hold a key frame", interval.count);
    case FindingId::presentation_before_decoding:
      return fmt::format(
          "composition times go down to -{} ms: pictures are to be shown before they are to be decoded",
          interval.worst);
    case FindingId::header_missing:
      return fmt::format("the coded frames of {} begin without a sequence start", name);
    case FindingId::header_changed:
      return fmt::format(
          "the configuration of {} has changed{}", name,
          is_video(interval.part) && interval.other == 0 ? ", and no key frame follows at once" : "");
    default: return {};
  }
}

std::string text_of(const RuleInterval& interval, const TextContext& context) {
  const std::string name = track_name(interval.part);
  switch (interval.id) {
    case FindingId::av_drift:
      return drift_text("audio and video drift apart", interval, "video late", "video early");
    case FindingId::audio_clock:
      return drift_text(fmt::format("timestamps of {} drift against its samples", name), interval, "ahead",
                        "behind");
    case FindingId::time_back:
      return fmt::format("timestamps of {} go back {}, by {} ms at most", name,
                         interval.count == 1 ? "once" : fmt::format("{} times", interval.count),
                         interval.worst);
    case FindingId::time_jump:
      return fmt::format("timestamps of {} jump ahead by {} ms, while {} ms passed", name, interval.worst,
                         interval.other);
    case FindingId::time_frozen:
      return fmt::format("{} frames of {} have the timestamp of the frame before", interval.count + 3, name);
    case FindingId::time_wrap: return wrap_text(interval);
    default: break;
  }
  std::string text = rate_text(interval, context);
  return text.empty() ? structure_text(interval) : text;
}

}  // namespace

JudgedFinding make_finding(const RuleInterval& interval, const TextContext& context) {
  JudgedFinding finding;
  finding.id = interval.id;
  finding.severity = interval.severity;
  const JudgeRule& rule = rule_of(interval.id);
  finding.priority = rule.priority;
  finding.what_to_do = rule.what_to_do;
  finding.direction = context.direction;
  finding.since = interval.since;
  if (interval.over) finding.until = interval.until;
  finding.count = interval.count;
  finding.limit = limit_name(interval.id, interval.severity);
  finding.text = text_of(interval, context);
  const Worst worst = worst_of(interval, interval.worst);
  const auto value_text = [&](std::int64_t value) {
    const Worst shown = worst_of(interval, value);
    return shown.unit.empty() ? std::string()
                              : fmt::format("{} {}", decimal(shown.thousandths, 2), shown.unit);
  };
  finding.unit = worst.unit;
  if (!worst.unit.empty()) finding.worst = static_cast<double>(worst.thousandths) / 1000;
  finding.evidence.push_back(
      {interval.since, std::nullopt, std::string(worst.field), value_text(interval.first)});
  if (interval.worst_at != interval.since && interval.worst != interval.first)
    finding.evidence.push_back(
        {interval.worst_at, std::nullopt, std::string(worst.field), value_text(interval.worst)});
  return finding;
}

}  // namespace rtmpscope::analysis
