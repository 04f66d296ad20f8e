#include "analysis/media/sample.hpp"
#include "output/judgement/judgement_events.hpp"
#include "output/judgement/push_number.hpp"

namespace rtmpscope::output {
namespace {

using enum FieldId;
using analysis::Percentiles;

/// Half rounded up.
double tenths(std::uint64_t thousandths) {
  return static_cast<double>((thousandths + 50) / 100) / 10;
}

struct PercentileFields {
  FieldId p5, p50, p95;
};

void push_numbers(FieldSink& sink, const PercentileFields& id, const std::optional<Percentiles>& values) {
  if (!values) return;
  sink.number(id.p5, {}, values->p5);
  sink.number(id.p50, {}, values->p50);
  sink.number(id.p95, {}, values->p95);
}

void push_thousandths(FieldSink& sink, const PercentileFields& id, const std::optional<Percentiles>& values) {
  if (!values) return;
  sink.real(id.p5, {}, values->p5 / 1000.0);
  sink.real(id.p50, {}, values->p50 / 1000.0);
  sink.real(id.p95, {}, values->p95 / 1000.0);
}

void push_players(FieldSink& sink, const analysis::StreamFigures& totals) {
  if (!totals.buffer_need) return;
  sink.number(totals_buffer_need, {}, *totals.buffer_need);
  push_number(sink, totals_buffer_need_median, totals.buffer_need_median);
  sink.begin(totals_players, 0);
  for (const analysis::PlayerFigures& player : totals.players) {
    sink.begin(totals_player, 0);
    sink.number(totals_player_buffer, {}, player.buffer);
    sink.number(totals_player_stalls, {}, player.stalls);
    sink.number(totals_player_stalled, {}, player.stalled);
    sink.end(totals_player, 0);
  }
  sink.end(totals_players, 0);
}

void push_key_frames(FieldSink& sink, const analysis::TrackFigures& track) {
  if (track.type != analysis::MediaType::video) return;
  sink.number(totals_track_key_frames, {}, track.key_frames);
  sink.number(totals_track_contradictions, {}, track.key_contradictions);
  sink.number(totals_track_open_groups, {}, track.open_groups);
  push_numbers(sink,
               {totals_track_key_distance_p5, totals_track_key_distance_p50, totals_track_key_distance_p95},
               track.key_distance);
  push_number(sink, totals_track_key_frame_distance, track.key_frame_distance);
  push_number(sink, totals_track_key_longest, track.key_longest);
}

void push_clocks(FieldSink& sink, const analysis::TrackFigures& track) {
  if (track.drift && track.drift->usable()) {
    sink.real(totals_track_drift, {}, track.drift->slope / 10.0);
    sink.real(totals_track_drift_low, {}, track.drift->low / 10.0);
    sink.real(totals_track_drift_high, {}, track.drift->high / 10.0);
  }
  if (!track.clock) return;
  sink.real(totals_track_clock, {}, track.clock->drift / 10.0);
  sink.real(totals_track_clock_error, {}, track.clock->error / 10.0);
}

void push_rates(FieldSink& sink, const analysis::TrackFigures& track) {
  if (track.rate) sink.real(totals_track_rate, {}, tenths(*track.rate));
  push_numbers(sink, {totals_track_rate_p5, totals_track_rate_p50, totals_track_rate_p95}, track.rates);
  if (track.variation) sink.real(totals_track_variation, {}, *track.variation / 1000.0);
  if (track.frame_rate) sink.real(totals_track_frame_rate, {}, *track.frame_rate / 1000.0);
  push_thousandths(sink,
                   {totals_track_frame_rate_p5, totals_track_frame_rate_p50, totals_track_frame_rate_p95},
                   track.frame_rates);
  sink.number(totals_track_missing, {}, track.missing);
  sink.number(totals_track_irregular, {}, track.irregular);
}

void push_track(FieldSink& sink, const analysis::TrackFigures& track) {
  sink.begin(totals_track, 0);
  const bool video = track.type == analysis::MediaType::video;
  sink.number(video ? totals_track_video_codec : totals_track_audio_codec, {}, track.codec);
  sink.number(totals_track_id, {}, track.track_id);
  sink.number(totals_track_frames, {}, track.frames);
  sink.number(totals_track_bytes, {}, track.bytes);
  if (track.filler_bytes > 0) sink.number(totals_track_filler, {}, track.filler_bytes);
  sink.number(totals_track_media_time, {}, track.media_time);
  push_rates(sink, track);
  push_key_frames(sink, track);
  push_thousandths(sink, {totals_track_jitter_p5, totals_track_jitter_p50, totals_track_jitter_p95},
                   track.jitter);
  push_clocks(sink, track);
  if (track.lacking != analysis::Lacking::nothing)
    sink.number(totals_track_lacking, {}, static_cast<std::uint64_t>(track.lacking));
  sink.end(totals_track, 0);
}

}  // namespace

void StreamTotalsEvent::describe(FieldSink& sink) const {
  sink.number(totals_message_stream_id, {}, totals.message_stream_id);
  sink.number(totals_messages, {}, totals.messages);
  sink.flag(totals_recorded, {}, totals.recorded);
  push_thousandths(sink, {totals_media_rate_p5, totals_media_rate_p50, totals_media_rate_p95},
                   totals.media_rate);
  push_numbers(sink, {totals_interleave_p5, totals_interleave_p50, totals_interleave_p95}, totals.interleave);
  push_players(sink, totals);
  if (totals.av_drift) sink.real(totals_av_drift, {}, *totals.av_drift / 10.0);
  sink.number(totals_holes, {}, totals.holes);
  sink.number(totals_estimated, {}, totals.estimated);
  sink.number(totals_seconds, {}, totals.seconds);
  sink.number(totals_late_seconds, {}, totals.late_seconds);
  sink.number(totals_jittery_seconds, {}, totals.jittery_seconds);
  if (totals.tracks_left_out > 0) sink.number(totals_tracks_left_out, {}, totals.tracks_left_out);
  sink.begin(totals_tracks, 0);
  for (const analysis::TrackFigures& track : totals.tracks) push_track(sink, track);
  sink.end(totals_tracks, 0);
}

}  // namespace rtmpscope::output
