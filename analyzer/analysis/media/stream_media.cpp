#include "analysis/media/stream_media.hpp"

#include <algorithm>
#include <cstdlib>

#include "analysis/finding/thresholds.hpp"
#include "analysis/media/place_rules.hpp"
#include "analysis/media/whole_numbers.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::int64_t microseconds_per_second = 1'000'000;
constexpr std::int64_t far_behind = 5000;       // milliseconds; a track that is, keeps no player waiting
constexpr std::int64_t largest_drift = 10'000;  // tenths of ppm; more than that is no clock
constexpr std::uint32_t drift_period = 64;      // seconds

}  // namespace

StreamMedia::StreamMedia(std::uint32_t connection, Direction direction, std::uint32_t message_stream_id)
    : direction_(direction), id_(message_stream_id) {
  sample_.connection = connection;
  sample_.direction = direction;
  sample_.message_stream_id = message_stream_id;
}

StreamTrack* StreamMedia::track_of(const MediaRecord& record) {
  StreamTrack* const first = record.type == MediaType::video ? video_ : audio_;
  if (first != nullptr && first->media.track_id() == record.track_id) return first;
  for (const auto& track : tracks_) {
    if (track->media.type() == record.type && track->media.track_id() == record.track_id) return track.get();
  }
  if (tracks_.size() >= most_tracks) {
    tracks_left_out_ = std::max(tracks_left_out_, 1U);
    return nullptr;
  }
  StreamTrack* const track =
      tracks_.emplace_back(std::make_unique<StreamTrack>(record.type, record.track_id)).get();
  StreamTrack*& main = record.type == MediaType::video ? video_ : audio_;
  if (main == nullptr) main = track;
  return track;
}

void StreamMedia::add(const MediaRecord& record, const RuleBoard::Tell& tell) {
  StreamTrack* const track = track_of(record);
  if (track == nullptr) return;
  if (record.packet == PacketKind::sequence_start) {
    track->header_seen = true;
    track->ended = false;
  } else if (record.packet == PacketKind::sequence_end) {
    track->ended = true;
  } else if (record.packet == PacketKind::coded_frames && record.length > 0) {
    add_frame(record, *track, tell);
  }
}

void StreamMedia::begin_axis(const MediaRecord& record, std::int64_t time) {
  axis_ = true;
  axis_time_ = time;
  axis_capture_ = record.at.time;
}

void StreamMedia::add_frame(const MediaRecord& record, StreamTrack& track, const RuleBoard::Tell& tell) {
  ++messages_;
  if (messages_ == 1) first_ = record.at;
  if (record.at.time - last_.time >= 1000 * nanoseconds_per_millisecond && messages_ > 1) {
    silence_begin_ = last_;
    silence_end_ = record.at;
    hole_in_silence_ = hole_since_last_;
  }
  hole_since_last_ = false;
  const Moment before = track.last;
  last_ = track.last = record.at;
  track.ended = false;
  const RulePlace place = {board_, tell, record, before};
  if (!track.header_seen) {
    track.header_seen = true;
    if (start_seen_ && holes_ == 0) judge_header(place);
  }
  if (track.key_wanted && record.type == MediaType::video) {
    track.key_wanted = false;
    judge_changed(place, record.key_frame);
  }
  if (!record.timestamp_exact) {
    ++estimated_;
    estimated_now_ = true;
    track.media.add_without_time(record);
    if (axis_) delivery_.add_without_time(divide_down(record.at.time - axis_capture_, 1000));
    track.times.cut();
    return;
  }
  if (recent_ != nullptr)
    track.times.start(record.timestamp, recent_->times.timestamp(), recent_->times.time());
  const std::uint32_t frozen_after =
      record.type == MediaType::video ? static_cast<std::uint32_t>(limit(ThresholdId::time_frozen, 1)) : ~0U;
  const TrackTimes::Step step = track.times.add(record.timestamp, frozen_after);
  recent_ = &track;
  if (step.kind != TrackTimes::Kind::forward || step.passed != 0 ||
      step.distance > limit(ThresholdId::time_jump, 1)) {
    const std::uint32_t usual = track.media.frame_rate().window().median_distance;
    if (judge_step(place, step, usual)) cut();
  }
  if (!axis_) begin_axis(record, track.times.time());
  const std::int64_t time = track.times.time() - axis_time_;
  const std::int64_t capture = divide_down(record.at.time - axis_capture_, 1000);
  last_capture_ = capture;
  const KeyFrames::Outcome outcome = track.media.add(record, time, capture - time * 1000);
  if (outcome.contradicts || outcome.opens_group || record.composition_time < 0)
    judge_picture(place, outcome, capture >= microseconds_per_second);
  delivery_.add(capture, time * 1000);
  if (&track != video_ && &track != audio_) return;
  add_to_interleave(record.type, time);
  add_to_players(record, capture - divide_down(correction_, 10), time, outcome.is_key);
}

void StreamMedia::add_to_interleave(MediaType type, std::int64_t time) {
  (type == MediaType::video ? video_time_ : audio_time_) = time;
  (type == MediaType::video ? video_seen_ : audio_seen_) = true;
  if (!video_seen_ || !audio_seen_) return;
  interleave_.add_size(
      static_cast<std::uint32_t>(std::min<std::int64_t>(std::abs(audio_time_ - video_time_), 1 << 20)));
}

void StreamMedia::add_to_players(const MediaRecord& record, std::int64_t capture, std::int64_t time,
                                 bool is_key) {
  const std::int64_t delay = capture - time * 1000;
  need_.add(delay);
  const bool alone = record.type == MediaType::audio && video_ == nullptr &&
                     capture - last_join_ >= microseconds_per_second && seconds_ >= 2;
  if (is_key || alone) {
    need_.join(delay);
    last_join_ = capture;
    if (!players_.joined()) players_.join(time * 1000);
  }
  std::int64_t available = time;
  if (video_seen_ && audio_seen_) {
    available = std::min(audio_time_, video_time_);
    if (std::max(audio_time_, video_time_) - available > far_behind)
      available = std::max(audio_time_, video_time_);
  }
  players_.add(capture, time * 1000, available * 1000);
}

void StreamMedia::add_hole() {
  ++holes_;
  hole_now_ = hole_since_last_ = true;
  for (const auto& track : tracks_) {
    track->media.cut_run();
    track->times.cut();
  }
}

/// What the figures are of ends here; sums go on.
void StreamMedia::cut() {
  axis_ = false;
  audio_seen_ = video_seen_ = false;
  delivery_.cut();
  need_.cut();
  players_.cut();
  interleave_.clear();
  interleave_seconds_ = 0;
  correction_ = 0;
  slope_ = 0;
  last_join_ = 0;
  burst_before_ = true;
  for (const auto& track : tracks_) {
    track->media.cut();
    track->times.cut();
  }
}

void StreamMedia::restart() {
  cut();
  for (const auto& track : tracks_) track->times = {};
  recent_ = nullptr;
}

void StreamMedia::next(Timestamp begin, Timestamp end, const StreamState& state) {
  ++seconds_;
  hole_seconds_ = hole_now_ ? 0 : hole_seconds_ + 1;
  clean_seconds_ = hole_now_ || estimated_now_ ? 0 : clean_seconds_ + 1;
  delivery_.set_recorded(state.recorded);
  ended_ = state.ended && state.ended->time >= last_.time;
  delivery_.next(divide_down(end - axis_capture_, 1000));
  const bool judged = !delivery_.in_burst();
  if (judged && burst_before_) {
    for (const auto& track : tracks_) track->media.cut_arrival();
    interleave_.clear();
    interleave_seconds_ = 0;
  }
  burst_before_ = delivery_.in_burst();
  for (const auto& track : tracks_) track->media.next(judged);
  interleave_seconds_ = std::min(interleave_seconds_ + 1, 5U);
  if (seconds_ % drift_period == 0) {
    const auto drift = video_ != nullptr   ? video_->media.drift()
                       : audio_ != nullptr ? audio_->media.drift()
                                           : std::nullopt;
    slope_ = drift && drift->usable() && std::abs(drift->slope) <= largest_drift ? drift->slope : 0;
  }
  correction_ += slope_;
  if (seconds_ % 5 == 0) {
    limiter_before_ = limiter_;
    limiter_ = {};
  }
  limiter_ += limiter_now_;
  limiter_now_ = {};
  fill_sample(begin, end);
  hole_now_ = estimated_now_ = false;
}

void StreamMedia::fill_sample(Timestamp begin, Timestamp end) {
  sample_.at = last_;
  sample_.begin = begin;
  sample_.end = end;
  sample_.interleave.reset();
  sample_.interleave_median.reset();
  sample_.interleave_p95.reset();
  if (video_seen_ && audio_seen_) {
    sample_.interleave = audio_time_ - video_time_;
    const HistogramSum sum = interleave_.sum();
    if (const auto median = sum.quantile(500); median) {
      sample_.interleave_median = static_cast<std::uint32_t>(*median);
      sample_.interleave_p95 = static_cast<std::uint32_t>(*sum.quantile(950));
      if (!delivery_.in_burst()) interleaves_.add(*sample_.interleave_p95);
    }
  }
  interleave_.next(0);
  sample_.media_rate.reset();
  if (const auto window = delivery_.window(5); window) {
    sample_.media_rate = window->rate();
    media_rates_.add(static_cast<std::uint32_t>(std::max<std::int64_t>(window->rate(), 0)));
  }
  sample_.lead = divide_rounded(delivery_.lead(), std::int64_t{1000});
  sample_.backlog = divide_rounded(delivery_.backlog(), std::int64_t{1000});
  sample_.silence = divide_rounded(delivery_.silence(), std::int64_t{1000});
  sample_.burst = delivery_.in_burst();
  sample_.recorded = delivery_.recorded();
  sample_.hole = hole_now_;
  sample_.exact_time = !estimated_now_;
  sample_.tracks.clear();
  for (const auto& track : tracks_) sample_.tracks.push_back(track->media.sample());
}

void StreamMedia::add_configuration(const TrackHistory& track, std::uint64_t number, Moment at,
                                    const RuleBoard::Tell& tell) {
  for (const auto& own : tracks_) {
    if (own->media.type() != track.type || own->media.track_id() != track.track_id) continue;
    own->media.take_configuration(track);
    const bool changed = own->configuration != 0 && own->configuration != number;
    own->configuration = number;
    if (!changed) return;
    own->key_wanted = track.type == MediaType::video;
    if (track.type == MediaType::audio) {
      MediaRecord place;
      place.type = MediaType::audio;
      place.track_id = track.track_id;
      place.at = at;
      judge_changed({board_, tell, place, at}, true);
    }
    return;
  }
}

LimiterTimes StreamMedia::limiter() const {
  LimiterTimes sum = limiter_before_;
  sum += limiter_;
  return sum;
}

std::optional<DriftFigures> StreamMedia::av_drift() const {
  if (video_ == nullptr || audio_ == nullptr) return std::nullopt;
  const auto video = video_->media.drift();
  const auto audio = audio_->media.drift();
  if (!video || !audio || !video->usable() || !audio->usable()) return std::nullopt;
  return DriftFigures{video->slope - audio->slope, video->low - audio->high, video->high - audio->low,
                      std::min(video->seconds, audio->seconds)};
}

void StreamMedia::finish() {
  for (const auto& track : tracks_) track->media.finish();
}

StreamFigures StreamMedia::figures() const {
  StreamFigures figures;
  figures.direction = direction_;
  figures.message_stream_id = id_;
  figures.first = first_;
  figures.last = last_;
  figures.messages = messages_;
  figures.recorded = delivery_.recorded();
  figures.interleave = percentiles(interleaves_);
  figures.media_rate = percentiles(media_rates_);
  figures.buffer_need = need_.greatest();
  figures.buffer_need_median = need_.median();
  figures.players = players_.figures(last_capture_);
  if (const auto drift = av_drift(); drift) figures.av_drift = drift->slope;
  figures.holes = holes_;
  figures.estimated = estimated_;
  figures.seconds = seconds_;
  figures.late_seconds = late_seconds_;
  figures.jittery_seconds = jittery_seconds_;
  figures.tracks_left_out = tracks_left_out_;
  for (const auto& track : tracks_) figures.tracks.push_back(track->media.figures());
  return figures;
}

}  // namespace rtmpscope::analysis
