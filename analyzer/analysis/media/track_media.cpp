#include "analysis/media/track_media.hpp"

#include <algorithm>

#include "analysis/media/frame_length.hpp"
#include "analysis/media/whole_numbers.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::int64_t longest_distance = 60'000;  // milliseconds; a longer step is a jump
constexpr std::uint64_t least_frames = 30;         // for a mean distance that tells the length of frames

}  // namespace

std::optional<Percentiles> percentiles(const QuantileSketch& of) {
  if (of.empty()) return std::nullopt;
  return Percentiles{*of.quantile(50), *of.quantile(500), *of.quantile(950)};
}

void LastMinute::push(std::uint32_t value) {
  newest_ = newest_ + 1U < values_.size() ? static_cast<std::uint8_t>(newest_ + 1) : std::uint8_t{0};
  values_[newest_] = value;
  filled_ = static_cast<std::uint8_t>(std::min<std::size_t>(filled_ + 1U, values_.size()));
}

std::optional<std::uint32_t> LastMinute::median() const {
  if (filled_ == 0) return std::nullopt;
  std::array<std::uint32_t, 6> sorted = values_;  // what is not filled is 0, and in front
  std::sort(sorted.begin(), sorted.end());
  return sorted[sorted.size() - filled_ + filled_ / 2U];
}

TrackMedia::TrackMedia(MediaType type, std::uint8_t track_id) : type_(type), track_id_(track_id) {
  if (type == MediaType::video) keys_ = std::make_unique<KeyFrames>();
}

KeyFrames::Outcome TrackMedia::add(const MediaRecord& frame, std::int64_t time, std::int64_t delay) {
  codec_ = frame.codec;
  const std::int64_t distance = time - last_time_;
  if (running_ && distance > 0 && distance <= longest_distance) {
    frames_.add(static_cast<std::uint32_t>(distance));
    media_time_ += static_cast<std::uint64_t>(distance);
  } else {
    frames_.first();
    if (running_ && distance < 0) {
      clock_.cut();
      bits_.cut();
    }
  }
  running_ = true;
  last_time_ = time;
  bits_.add(time, frame.length, frame.filler_bytes);
  arrival_.add(delay);
  drift_.add(time, delay);
  if (length_.known()) clock_.add(time, length_);
  if (keys_ == nullptr) return {};
  const KeyFrames::Outcome outcome = keys_->add(frame, time);
  if (outcome.is_key) {
    ++keys_in_second_;
    longest_key_in_second_ = std::max(longest_key_in_second_, outcome.distance.value_or(0));
  }
  return outcome;
}

void TrackMedia::add_without_time(const MediaRecord& frame) {
  codec_ = frame.codec;
  estimated_ = true;
  frames_.first();
  bits_.add_without_time(frame.length);
  cut_run();
}

void TrackMedia::next(bool judged) {
  frames_.next();
  bits_.next();
  arrival_.next();
  drift_.next();
  keys_of_second_ = keys_in_second_;
  keys_in_second_ = 0;
  key_distance_of_second_ = longest_key_in_second_;
  longest_key_in_second_ = 0;
  if (const auto rate = frames_.milli_rate_of_second(); rate) frame_rates_.add(*rate);
  if (judged && arrival_.seconds() == 10 && arrival_.figures()) jitters_.add(arrival_.figures()->jitter);
  const FrameRateFigures& total = frames_.total();
  if (!length_.known() && total.regular >= least_frames) {
    length_ = said_.known()               ? fit_frame_length(said_, total.regular, total.regular_time)
              : type_ == MediaType::audio ? infer_frame_length(codec_, total.regular, total.regular_time)
                                          : FrameLength{};
  }
  if (++seconds_to_minute_ < 10) return;
  seconds_to_minute_ = 0;
  if (const auto rate = frames_.window().milli_rate(); rate) usual_frame_rate_.push(*rate);
  if (bits_.produced().seconds() == 10)
    usual_bit_rate_.push(
        static_cast<std::uint32_t>(std::min<std::uint64_t>(bits_.produced().mean(), UINT32_MAX)));
}

void TrackMedia::cut_run() {
  running_ = false;
  clock_.cut();
  holes_ = true;
  if (keys_ != nullptr) keys_->cut();
}

void TrackMedia::cut() {
  running_ = false;
  clock_.cut();
  bits_.cut();
  frames_.cut();
  arrival_.cut();
  drift_.cut();
  if (keys_ != nullptr) keys_->cut();
  usual_frame_rate_.clear();
  usual_bit_rate_.clear();
  seconds_to_minute_ = 0;
}

void TrackMedia::cut_arrival() {
  arrival_.cut();
  drift_.cut();
}

void TrackMedia::take_configuration(const TrackHistory& track) {
  const FrameLength said = frame_length_of(track);
  if (said == said_) return;
  said_ = said;
  clock_.cut();
  length_ = {};
}

TrackSample TrackMedia::sample() const {
  TrackSample sample;
  sample.type = type_;
  sample.track_id = track_id_;
  sample.codec = codec_;
  sample.frames = frames_.frames_of_second();
  sample.arrived = bits_.arrived().last();
  sample.arrived_10s = bits_.arrived().mean();
  sample.produced = bits_.produced().last();
  sample.produced_10s = bits_.produced().mean();
  const FrameRateFigures window = frames_.window();
  sample.frame_rate = window.milli_rate();
  sample.missing = window.missing;
  sample.irregular = window.irregular;
  sample.distances = window.distances;
  sample.arrival = arrival_.figures();
  sample.key_frames = keys_of_second_;
  if (keys_ != nullptr) sample.key_open = keys_->open_for(last_time_);
  return sample;
}

TrackFigures TrackMedia::figures() const {
  TrackFigures figures;
  figures.type = type_;
  figures.track_id = track_id_;
  figures.codec = codec_;
  const FrameRateFigures& total = frames_.total();
  figures.frames = total.frames;
  figures.bytes = bits_.total_bytes();
  figures.filler_bytes = bits_.filler_bytes();
  figures.media_time = media_time_;
  // The last frame lasts as long as the others.
  const std::uint64_t lasts = media_time_ + frames_.window().median_distance;
  if (media_time_ >= 1000) figures.rate = divide_rounded(figures.bytes * 8000, lasts);
  figures.rates = percentiles(bits_.seconds());
  figures.variation = bits_.variation();
  figures.window_rates = percentiles(bits_.windows());
  figures.windows = saturate<std::uint32_t>(bits_.windows().count());
  figures.frame_rate = total.milli_rate();
  figures.frame_rates = percentiles(frame_rates_);
  figures.missing = total.missing;
  figures.irregular = total.irregular;
  figures.distances = total.distances;
  if (keys_ != nullptr) {
    figures.key_frames = keys_->count();
    figures.key_contradictions = keys_->contradictions();
    figures.open_groups = keys_->open_groups();
    figures.key_distance = percentiles(keys_->distances());
    figures.key_frame_distance = keys_->frames().quantile(500);
    if (keys_->longest() > 0) figures.key_longest = keys_->longest();
    figures.key_distances = saturate<std::uint32_t>(keys_->distances().count());
    figures.key_p80 = keys_->distances().quantile(800);
    figures.key_longest_two = keys_->longest_two();
    figures.key_open = keys_->open_for(last_time_);
    figures.reorders = keys_->reorders();
  }
  figures.jitter = percentiles(jitters_);
  figures.drift = drift_.figures();
  figures.clock = clock_.figures();
  figures.frame_length = length_;
  figures.lacking = estimated_           ? Lacking::estimated_timestamps
                    : holes_             ? Lacking::holes
                    : media_time_ < 1000 ? Lacking::too_short
                                         : Lacking::nothing;
  return figures;
}

}  // namespace rtmpscope::analysis
