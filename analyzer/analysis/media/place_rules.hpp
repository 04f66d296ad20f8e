// Rules that look at one message: its timestamp, its picture, its header.
#pragma once

#include "analysis/finding/rule_board.hpp"
#include "analysis/media/key_frames.hpp"
#include "analysis/media/stream_times.hpp"

namespace rtmpscope::analysis {

/// A message that a rule looks at.
struct RulePlace {
  RuleBoard& board;
  const RuleBoard::Tell& tell;
  const MediaRecord& record;
  Moment before;  ///< the track's message before
};

/// Tells intervals of one rule apart, by track; 0 is the stream as a whole.
[[nodiscard]] constexpr std::uint16_t part_of(MediaType type, std::uint8_t track_id) {
  return static_cast<std::uint16_t>(1 + 2 * track_id + (type == MediaType::video ? 1 : 0));
}
[[nodiscard]] constexpr bool is_video(std::uint16_t part) {
  return part % 2 == 0;
}
[[nodiscard]] constexpr unsigned track_id_of(std::uint16_t part) {
  return (part - 1U) / 2U;
}

/// `usual`: distance of the track's frames, milliseconds; 0: not known. True: the timeline is another one
/// from here on.
[[nodiscard]] bool judge_step(const RulePlace& place, const TrackTimes::Step& step, std::uint32_t usual);
/// `after_start`: a second of the stream has passed.
void judge_picture(const RulePlace& place, const KeyFrames::Outcome& outcome, bool after_start);
/// A coded frame without a sequence start before it.
void judge_header(const RulePlace& place);
/// The first frame behind a changed sequence start.
void judge_changed(const RulePlace& place, bool is_key);

}  // namespace rtmpscope::analysis
