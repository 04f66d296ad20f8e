#include "analysis/media/key_frames.hpp"

#include <algorithm>

#include "analysis/media/whole_numbers.hpp"

namespace rtmpscope::analysis {
namespace {

/// Timestamps are whole milliseconds: a picture that is less than that early is not early.
constexpr std::int64_t rounding = 2;

}  // namespace

KeyFrames::Outcome KeyFrames::add(const MediaRecord& frame, std::int64_t time) {
  Outcome outcome;
  if (pictures_ == 0) composition_time_ = frame.composition_time;
  const std::int64_t shift = std::int64_t{frame.composition_time} - composition_time_;
  if (shift > rounding || shift < -rounding) reorders_ = true;
  if (pictures_ < enough_pictures) ++pictures_;
  const bool seen = frame.picture != Picture::unknown;
  const bool random_access = seen && frame.picture != Picture::other;
  outcome.is_key = seen ? random_access : frame.key_frame;
  if (seen && random_access != frame.key_frame) {
    outcome.contradicts = true;
    ++contradictions_;
  }
  if (!outcome.is_key) {
    ++frames_since_;
    if (known_ && !open_ && time + frame.composition_time + rounding <= last_presentation_) {
      open_ = true;
      outcome.opens_group = true;
      ++open_groups_;
    }
    return outcome;
  }
  ++count_;
  if (known_) {
    const std::uint32_t distance = saturate<std::uint32_t>(time - last_time_);
    outcome.distance = distance;
    distances_.add(distance);
    frame_distances_.add(frames_since_ + 1);
    longest_ = std::max(longest_, distance);
    longest_two_ = std::max(longest_two_, std::min(distance, last_distance_));
    last_distance_ = distance;
  }
  known_ = true;
  open_ = false;
  frames_since_ = 0;
  last_time_ = time;
  last_presentation_ = time + frame.composition_time;
  return outcome;
}

std::optional<std::uint32_t> KeyFrames::open_for(std::int64_t time) const {
  if (!known_) return std::nullopt;
  return saturate<std::uint32_t>(time - last_time_);
}

}  // namespace rtmpscope::analysis
