#include "analysis/media/stream_rules.hpp"

#include <algorithm>
#include <cstdlib>

#include "analysis/finding/thresholds.hpp"
#include "analysis/media/place_rules.hpp"
#include "analysis/media/whole_numbers.hpp"

namespace rtmpscope::analysis {
namespace {

using Level = std::optional<Severity>;

constexpr std::uint8_t rule_on = static_cast<std::uint8_t>(limit(ThresholdId::rule_on, 1));
constexpr std::uint8_t rule_off = static_cast<std::uint8_t>(limit(ThresholdId::rule_off, 1));

Level above(std::int64_t value, std::int64_t note, std::int64_t warning, std::int64_t error) {
  if (value >= error) return Severity::error;
  if (value >= warning) return Severity::warning;
  return value >= note ? Level(Severity::note) : std::nullopt;
}

Level lesser(const Level& a, const Level& b) {
  return a && b ? Level(std::min(*a, *b)) : std::nullopt;
}

/// All rules of one second share these.
struct Second {
  StreamMedia& stream;
  const SecondPlace& place;
  const RuleBoard::Tell& tell;

  [[nodiscard]] RuleSight sight(FindingId id, std::uint8_t on = rule_on) const {
    RuleSight sight;
    sight.id = id;
    sight.begin = place.begin;
    sight.end = place.end;
    sight.on = on;
    sight.off = rule_off;
    return sight;
  }
  void see(const RuleSight& sight) const { stream.board().see(sight, tell); }
};

/// Whether the sender had more to send.
bool is_held_back(LimitedBy limited_by) {
  return limited_by == LimitedBy::path || limited_by == LimitedBy::receiver ||
         limited_by == LimitedBy::socket_buffer;
}

void judge_pause(const Second& now) {
  StreamMedia& stream = now.stream;
  if (stream.sample().recorded || stream.hole_seconds() == 0) return;
  RuleSight sight = now.sight(FindingId::media_pause, 0);
  sight.off = 0;
  const std::int64_t silence = stream.delivery().longest_silence();  // microseconds
  const bool goes_on = stream.delivery().silence() == silence;
  if (stream.hole_in_silence(goes_on)) return;
  // An end that was announced, or a pause that was asked for, is no pause of the media.
  if (!stream.paused() && !(goes_on && stream.ended())) {
    constexpr std::int64_t scale = 1'000'000;
    sight.level = above(silence, limit(ThresholdId::pause_note, scale),
                        limit(ThresholdId::pause_warning, scale), limit(ThresholdId::pause_error, scale));
    // A server that has nothing to send may not say that its publisher has left. If media comes again, it was
    // a pause.
    if (sight.level > Severity::note && goes_on && stream.direction() == Direction::to_client &&
        !is_held_back(limited_by(stream)))
      sight.level = Severity::note;
  }
  sight.value = divide_rounded(silence, std::int64_t{1000});
  sight.begin = goes_on ? stream.last() : stream.silence_begin();
  if (!goes_on) sight.end = stream.silence_end();
  now.see(sight);
}

void judge_rate(const Second& now) {
  StreamMedia& stream = now.stream;
  const auto window = stream.delivery().window(5);
  if (!window || stream.clean_seconds() < 5 || stream.paused() || stream.ended()) return;
  const std::int64_t span = window->seconds * 1000 - window->silent;
  if (span < 1000) return;
  // A window that ends just before a frame has gained one less.
  std::int64_t frame = 0;
  for (const auto& track : stream.tracks())
    frame = std::max<std::int64_t>(frame, track->media.frame_rate().window().median_distance);
  const std::int64_t rate = (window->gained + frame) * 1000 / span;
  RuleSight sight = now.sight(FindingId::starved);
  sight.lower_is_worse = true;
  sight.value = rate;
  sight.level = rate < limit(ThresholdId::media_rate_error, 1000)     ? Level(Severity::error)
                : rate < limit(ThresholdId::media_rate_warning, 1000) ? Level(Severity::warning)
                : rate < limit(ThresholdId::media_rate_note, 1000)    ? Level(Severity::note)
                                                                      : std::nullopt;
  if (sight.level && *sight.level > Severity::note) {
    sight.on = 2;
    stream.count_late_second();
  }
  sight.other = stream.sample().backlog;
  now.see(sight);
}

void judge_fast(const Second& now) {
  const auto window = now.stream.delivery().window(10);
  if (!window || now.stream.clean_seconds() < 10) return;
  // Media that was late may come faster until it is on time again.
  const std::int64_t gained = window->gained - std::max<std::int64_t>(window->behind, 0);
  RuleSight sight = now.sight(FindingId::too_fast, 0);
  sight.value = gained / window->seconds;
  if (sight.value > limit(ThresholdId::media_rate_fast, 1000)) sight.level = Severity::warning;
  now.see(sight);
}

/// Delays of the track whose delays spread most.
void judge_jitter(const Second& now) {
  StreamMedia& stream = now.stream;
  if (stream.sample().burst || stream.clean_seconds() < 10 || stream.paused() || stream.ended()) return;
  ArrivalFigures worst;
  for (const auto& track : stream.tracks()) {
    const auto& figures = track->media.arrival().figures();
    if (!figures || track->media.arrival().seconds() < 5) continue;
    worst.jitter = std::max(worst.jitter, figures->jitter);
    worst.latest = std::max(worst.latest, figures->latest);
  }
  const std::int64_t jitter = divide_rounded(std::int64_t{worst.jitter}, 1000);
  const std::int64_t latest = divide_rounded(std::int64_t{worst.latest}, 1000);
  const Level spread =
      above(jitter, limit(ThresholdId::jitter_note, 1), limit(ThresholdId::jitter_warning, 1), INT64_MAX);
  const Level late = above(latest, limit(ThresholdId::late_note, 1), limit(ThresholdId::late_warning, 1),
                           limit(ThresholdId::late_error, 1));
  RuleSight sight = now.sight(FindingId::jitter);
  sight.level = std::max(spread, late);
  sight.value = jitter;
  sight.other = latest;
  if (sight.level) stream.count_jittery_second();
  now.see(sight);
}

void judge_interleave(const Second& now) {
  const Sample& sample = now.stream.sample();
  if (sample.burst || !sample.interleave_p95 || now.stream.interleave_seconds() < 5 ||
      now.stream.clean_seconds() < 5)
    return;
  RuleSight sight = now.sight(FindingId::interleave_wide);
  sight.value = *sample.interleave_p95;
  sight.other = sample.interleave.value_or(0);
  sight.level = above(sight.value, limit(ThresholdId::interleave_note, 1),
                      limit(ThresholdId::interleave_warning, 1), limit(ThresholdId::interleave_error, 1));
  now.see(sight);
}

void judge_frames(const Second& now, const StreamTrack& track, const TrackSample& sample) {
  const std::uint16_t part = part_of(sample.type, sample.track_id);
  RuleSight sight = now.sight(FindingId::frames_missing);
  sight.part = part;
  const std::uint64_t all = sample.missing + sample.distances;
  sight.value = all > 0 ? static_cast<std::int64_t>(divide_rounded(sample.missing * 1000, all)) : 0;
  sight.other = static_cast<std::int64_t>(sample.missing);
  // Sources whose distances are no multiples have a variable frame rate, and nothing is missing.
  const bool variable = sample.irregular * 10 > sample.distances;
  if (!variable && sample.missing >= 3 && sight.value > limit(ThresholdId::frames_missing_share, 1000))
    sight.level = Severity::warning;
  now.see(sight);
  const auto usual = track.media.usual_frame_rate();
  const auto rate = track.media.frame_rate().milli_rate_of_second();
  if (!usual || !rate || variable || sample.type != MediaType::video) return;
  sight = now.sight(FindingId::frame_rate_drop);
  sight.part = part;
  sight.lower_is_worse = true;
  sight.value = *rate;
  sight.other = *usual;
  if (std::int64_t{*rate} * 1000 < std::int64_t{*usual} * limit(ThresholdId::rate_drop, 1000))
    sight.level = Severity::warning;
  now.see(sight);
}

void judge_bit_rate(const Second& now, const StreamTrack& track, const TrackSample& sample) {
  const auto usual = track.media.usual_bit_rate();
  if (!usual || sample.type != MediaType::video || track.media.bit_rate().produced().seconds() < 10) return;
  RuleSight sight = now.sight(FindingId::bitrate_drop);
  sight.part = part_of(sample.type, sample.track_id);
  sight.lower_is_worse = true;
  sight.value = static_cast<std::int64_t>(sample.produced_10s);
  sight.other = *usual;
  // An encoder at a constant rate lowers it on purpose; at a variable one the picture may be simple.
  const bool constant = track.media.bit_rate().variation().value_or(1000) < 250;
  if (sight.value * 1000 < std::int64_t{*usual} * limit(ThresholdId::rate_drop, 1000))
    sight.level = constant ? Severity::warning : Severity::note;
  now.see(sight);
}

void judge_key_frames(const Second& now, const StreamTrack& track, const TrackSample& sample) {
  const KeyFrames* const keys = track.media.key_frames();
  if (keys == nullptr || keys->count() == 0) return;
  const std::uint16_t part = part_of(sample.type, sample.track_id);
  RuleSight sight = now.sight(FindingId::key_distance, 0);
  sight.part = part;
  sight.value = std::max(track.media.key_distance_of_second(), sample.key_open.value_or(0));
  // One that is too long may be a scene; it goes on, or there is a second one.
  sight.on = static_cast<std::uint8_t>(limit(ThresholdId::key_distance, 1));
  if (sight.value > limit(ThresholdId::key_distance, 1000)) sight.level = Severity::note;
  now.see(sight);
  if (keys->open_groups() < static_cast<std::uint64_t>(limit(ThresholdId::open_groups, 1))) return;
  sight = now.sight(FindingId::open_gop, 0);
  sight.part = part;
  sight.value = static_cast<std::int64_t>(keys->open_groups());
  sight.off = 255;
  sight.level = Severity::note;
  now.see(sight);
}

void judge_silent_track(const Second& now, const StreamTrack& track, const TrackSample& sample) {
  StreamMedia& stream = now.stream;
  const std::int64_t silence =
      divide_rounded(now.place.end.time - track.last.time, nanoseconds_per_millisecond);
  const bool others = now.place.end.time - stream.last().time < 1000 * nanoseconds_per_millisecond;
  if (track.last.time == 0 || stream.ended() || stream.hole_seconds() < 5 || !others) return;
  RuleSight sight = now.sight(FindingId::track_silent, 0);
  sight.part = part_of(sample.type, sample.track_id);
  sight.off = 0;
  sight.begin = track.last;
  sight.value = silence;
  const std::int64_t usual = track.media.frame_rate().window().median_distance;
  if (!track.ended && silence >= limit(ThresholdId::track_silence, 1000) && silence > 3 * usual)
    sight.level = Severity::warning;
  now.see(sight);
}

void judge_need(const Second& now) {
  if (now.stream.sample().recorded || now.stream.any_hole()) return;
  const auto need = now.stream.buffer_need().greatest();
  if (!need) return;
  RuleSight sight = now.sight(FindingId::buffer_need, 0);
  sight.value = *need;
  sight.other = now.stream.buffer_need().median().value_or(0);
  sight.off = 255;
  sight.level = above(*need, limit(ThresholdId::buffer_note, 1000), limit(ThresholdId::buffer_warning, 1000),
                      INT64_MAX);
  if (sight.level) now.see(sight);
}

void judge_drift(const Second& now) {
  const auto drift = now.stream.av_drift();
  if (!drift) return;
  RuleSight sight = now.sight(FindingId::av_drift, 0);
  sight.off = 255;
  sight.value = std::abs(drift->slope);
  const std::int64_t made =
      divide_rounded(sight.value * drift->seconds, std::int64_t{10'000});  // milliseconds
  sight.other = drift->slope < 0 ? -made : made;
  const Level by_slope = above(sight.value, limit(ThresholdId::drift_note, 10),
                               limit(ThresholdId::drift_warning, 10), limit(ThresholdId::drift_error, 10));
  const Level by_distance =
      above(made, limit(ThresholdId::drift_made_note, 1), limit(ThresholdId::drift_made_warning, 1),
            limit(ThresholdId::drift_made_error, 1));
  sight.level = lesser(by_slope, by_distance);
  if (sight.level) now.see(sight);
}

void judge_clock(const Second& now, const StreamTrack& track) {
  const auto clock = track.media.clock();
  if (!clock || track.media.type() != MediaType::audio) return;
  RuleSight sight = now.sight(FindingId::audio_clock, 0);
  sight.part = part_of(track.media.type(), track.media.track_id());
  sight.off = 255;
  sight.value = std::abs(clock->drift);
  sight.other = clock->made;
  const Level by_slope = above(sight.value, limit(ThresholdId::drift_note, 10),
                               limit(ThresholdId::drift_warning, 10), limit(ThresholdId::drift_error, 10));
  const Level by_distance =
      above(std::abs(clock->made), limit(ThresholdId::drift_made_note, 1),
            limit(ThresholdId::drift_made_warning, 1), limit(ThresholdId::drift_made_error, 1));
  sight.level = lesser(by_slope, by_distance);
  if (track.media.frame_length().inferred) sight.level = lesser(sight.level, Severity::note);
  if (sight.level && std::int64_t{clock->error} * 2 < sight.value) now.see(sight);
}

void judge_spread(const Second& now, const StreamTrack& track) {
  const KeyFrames* const keys = track.media.key_frames();
  if (keys == nullptr || keys->distances().count() < 5) return;
  const std::int64_t median = *keys->distances().quantile(500);
  RuleSight sight = now.sight(FindingId::key_irregular, 0);
  sight.part = part_of(track.media.type(), track.media.track_id());
  sight.off = 255;
  sight.value = std::int64_t{*keys->distances().quantile(950)} - *keys->distances().quantile(50);
  sight.other = median;
  const std::int64_t least =
      std::max<std::int64_t>(500, median * limit(ThresholdId::key_spread, 1000) / 1000);
  if (sight.value <= least) return;
  sight.level = Severity::note;
  now.see(sight);
}

/// Streams that are too short, or come too fast, for the rule of single seconds.
void judge_usual_distance(const Second& now, const StreamTrack& track) {
  const KeyFrames* const keys = track.media.key_frames();
  if (keys == nullptr || now.stream.any_hole()) return;
  const std::uint32_t usual = keys->distances().count() >= 2 ? *keys->distances().quantile(500) : 0;
  const std::uint32_t open = track.media.sample().key_open.value_or(0);
  const std::int64_t most = limit(ThresholdId::key_distance, 1000);
  if (usual <= most && open <= 2 * most) return;
  RuleSight sight = now.sight(FindingId::key_distance, 0);
  sight.part = part_of(track.media.type(), track.media.track_id());
  sight.value = std::max(usual, open);
  sight.level = Severity::note;
  now.see(sight);
}

}  // namespace

void judge_second(StreamMedia& stream, const SecondPlace& place, const RuleBoard::Tell& tell) {
  const Second now = {stream, place, tell};
  const std::size_t tracks = std::min(stream.tracks().size(), stream.sample().tracks.size());
  judge_pause(now);
  judge_rate(now);
  judge_fast(now);
  judge_jitter(now);
  judge_interleave(now);
  judge_need(now);
  for (std::size_t i = 0; i < tracks; ++i) {
    const StreamTrack& track = *stream.tracks()[i];
    const TrackSample& sample = stream.sample().tracks[i];
    judge_silent_track(now, track, sample);
    if (stream.clean_seconds() < 10) continue;
    judge_frames(now, track, sample);
    judge_bit_rate(now, track, sample);
    judge_key_frames(now, track, sample);
  }
  if (!stream.board().empty()) stream.board().pass(place.end, tell);
}

void judge_minute(StreamMedia& stream, const SecondPlace& place, const RuleBoard::Tell& tell) {
  const Second now = {stream, place, tell};
  judge_drift(now);
  for (const auto& track : stream.tracks()) {
    judge_clock(now, *track);
    judge_spread(now, *track);
    judge_usual_distance(now, *track);
  }
}

LimitedBy limited_by(const StreamMedia& stream) {
  MediaWindow window;
  const auto rate = stream.sample().media_rate;
  window.decided = stream.clean_seconds() >= 5 && (rate.has_value() || stream.delivery().silence() > 0);
  window.late = (rate && *rate < limit(ThresholdId::media_rate_warning, 1000)) ||
                stream.delivery().silence() >= limit(ThresholdId::pause_warning, 1'000'000);
  for (const auto& track : stream.tracks()) {
    const auto usual = track->media.usual_bit_rate();
    if (usual && track->media.bit_rate().produced().mean() * 1000 <
                     *usual * static_cast<std::uint64_t>(limit(ThresholdId::rate_drop, 1000)))
      window.rate_fell = true;
  }
  return limited_by(window, stream.limiter());
}

}  // namespace rtmpscope::analysis
