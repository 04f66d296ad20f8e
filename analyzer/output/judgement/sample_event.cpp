#include "analysis/media/sample.hpp"
#include "output/judgement/judgement_events.hpp"
#include "output/judgement/push_number.hpp"
#include "output/time_text.hpp"

namespace rtmpscope::output {
namespace {

/// bit/s as kbit/s with one decimal, half rounded up.
double kilobits(std::uint64_t bits) {
  return static_cast<double>((bits + 50) / 100) / 10;
}
/// Microseconds as milliseconds with one decimal.
double milliseconds(std::uint32_t microseconds) {
  return static_cast<double>((microseconds + 50ULL) / 100) / 10;
}

void push_track(FieldSink& sink, const analysis::TrackSample& track) {
  using enum FieldId;
  sink.begin(sample_track, 0);
  const bool is_video = track.type == analysis::MediaType::video;
  sink.number(is_video ? sample_track_video_codec : sample_track_audio_codec, {}, track.codec);
  sink.number(sample_track_id, {}, track.track_id);
  sink.number(sample_track_frames, {}, track.frames);
  sink.real(sample_track_arrived, {}, kilobits(track.arrived));
  sink.real(sample_track_arrived_10s, {}, kilobits(track.arrived_10s));
  sink.real(sample_track_produced, {}, kilobits(track.produced));
  sink.real(sample_track_produced_10s, {}, kilobits(track.produced_10s));
  if (track.frame_rate) sink.real(sample_track_frame_rate, {}, *track.frame_rate / 1000.0);
  sink.number(sample_track_missing, {}, track.missing);
  sink.number(sample_track_irregular, {}, track.irregular);
  if (track.arrival) {
    sink.real(sample_track_jitter, {}, milliseconds(track.arrival->jitter));
    sink.real(sample_track_latest, {}, milliseconds(track.arrival->latest));
    sink.real(sample_track_rfc3550, {}, milliseconds(track.arrival->rfc3550));
  }
  if (is_video) {
    sink.number(sample_track_key_frames, {}, track.key_frames);
    push_number(sink, sample_track_key_open, track.key_open);
  }
  sink.end(sample_track, 0);
}

}  // namespace

void SampleEvent::describe(FieldSink& sink) const {
  using enum FieldId;
  sink.text(sample_begin, {}, as_bytes(time_text(sample.begin)));
  sink.number(sample_message_stream_id, {}, sample.message_stream_id);
  sink.real(sample_wire, {}, kilobits(sample.wire));
  sink.real(sample_wire_10s, {}, kilobits(sample.wire_10s));
  if (sample.media_rate) sink.real(sample_media_rate, {}, static_cast<double>(*sample.media_rate) / 1000);
  sink.signed_number(sample_lead, {}, sample.lead);
  sink.signed_number(sample_backlog, {}, sample.backlog);
  sink.signed_number(sample_silence, {}, sample.silence);
  if (sample.interleave) sink.signed_number(sample_interleave, {}, *sample.interleave);
  push_number(sink, sample_interleave_median, sample.interleave_median);
  push_number(sink, sample_interleave_p95, sample.interleave_p95);
  sink.flag(sample_burst, {}, sample.burst);
  sink.flag(sample_recorded, {}, sample.recorded);
  sink.flag(sample_hole, {}, sample.hole);
  sink.flag(sample_exact_time, {}, sample.exact_time);
  if (sample.limited_by != analysis::LimitedBy::undecided)
    sink.number(sample_limited_by, {}, static_cast<std::uint64_t>(sample.limited_by));
  sink.begin(sample_tracks, 0);
  for (const analysis::TrackSample& track : sample.tracks) push_track(sink, track);
  sink.end(sample_tracks, 0);
}

}  // namespace rtmpscope::output
