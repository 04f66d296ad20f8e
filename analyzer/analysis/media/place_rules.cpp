#include "analysis/media/place_rules.hpp"

#include <algorithm>

#include "analysis/finding/thresholds.hpp"

namespace rtmpscope::analysis {
namespace {

// Numbers of the value tables video_codec and audio_codec. Enhanced RTMP wants a sequence start of others,
// too, but decoders of them need none.
bool needs_sequence_start(const MediaRecord& record) {
  constexpr std::uint8_t aac = 10, avc = 7, hevc = 12, vvc = 16;
  if (record.type == MediaType::audio) return record.codec == aac;
  return record.codec == avc || record.codec == hevc || record.codec == vvc;
}

RuleSight sight_of(const RulePlace& place, FindingId id, Severity level) {
  RuleSight sight;
  sight.id = id;
  sight.part = part_of(place.record.type, place.record.track_id);
  sight.level = level;
  sight.begin = sight.end = place.record.at;
  return sight;
}

void judge_back(const RulePlace& place, std::int64_t back) {
  const Severity level = back > limit(ThresholdId::time_back_error, 1)  ? Severity::error
                         : back > limit(ThresholdId::time_back_note, 1) ? Severity::warning
                                                                        : Severity::note;
  RuleSight sight = sight_of(place, FindingId::time_back, level);
  sight.value = back;
  sight.other = place.record.timestamp;
  place.board.see(sight, place.tell);
}

}  // namespace

bool judge_step(const RulePlace& place, const TrackTimes::Step& step, std::uint32_t usual) {
  if (step.passed != 0) {
    RuleSight sight = sight_of(place, FindingId::time_wrap, Severity::note);
    sight.part = 0;
    sight.value = step.passed;
    sight.other = step.wraps_24_bits ? 1 : 0;
    place.board.see(sight, place.tell);
  }
  if (step.kind == TrackTimes::Kind::back) {
    judge_back(place, -step.distance);
    return -step.distance > limit(ThresholdId::time_back_error, 1);
  }
  if (step.kind == TrackTimes::Kind::frozen) {
    place.board.see(sight_of(place, FindingId::time_frozen, Severity::warning), place.tell);
    return false;
  }
  if (step.kind != TrackTimes::Kind::forward) return false;
  const std::int64_t captured = (place.record.at.time - place.before.time) / nanoseconds_per_millisecond;
  const std::int64_t ahead = step.distance - captured;
  const std::int64_t usual_steps = std::int64_t{10} * (usual > 0 ? usual : 100);
  if (ahead <= limit(ThresholdId::time_jump, 1) || step.distance <= usual_steps) return false;
  RuleSight sight = sight_of(place, FindingId::time_jump, Severity::warning);
  sight.value = step.distance;
  sight.other = captured;
  place.board.see(sight, place.tell);
  return true;
}

void judge_picture(const RulePlace& place, const KeyFrames::Outcome& outcome, bool after_start) {
  if (outcome.contradicts) {
    RuleSight sight = sight_of(place, FindingId::key_flag_contradicts, Severity::warning);
    sight.other = place.record.key_frame ? 1 : 0;
    place.board.see(sight, place.tell);
  }
  if (place.record.composition_time < 0 && after_start) {
    RuleSight sight = sight_of(place, FindingId::presentation_before_decoding, Severity::warning);
    sight.value = -std::int64_t{place.record.composition_time};
    place.board.see(sight, place.tell);
  }
}

void judge_header(const RulePlace& place) {
  if (!needs_sequence_start(place.record)) return;
  place.board.see(sight_of(place, FindingId::header_missing, Severity::error), place.tell);
}

void judge_changed(const RulePlace& place, bool is_key) {
  RuleSight sight = sight_of(place, FindingId::header_changed, is_key ? Severity::note : Severity::warning);
  sight.other = is_key ? 1 : 0;
  place.board.see(sight, place.tell);
}

}  // namespace rtmpscope::analysis
