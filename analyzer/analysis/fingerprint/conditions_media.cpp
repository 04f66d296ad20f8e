// What the media, the metadata and the decoder's findings show.
#include <algorithm>

#include "analysis/fingerprint/conditions.hpp"

namespace rtmpscope::analysis {
namespace {

Met finding(const Condition& condition, const Situation& situation) {
  const SideMarks& marks = situation.history.side(side_of(condition, situation)).marks;
  const std::string_view id = text_at(condition.parameters, "id");
  for (const MarkedFinding& each : marks.findings) {
    if (info(each.id).id != id) continue;
    if (flag_at(condition.parameters, "before_media") && !each.before_media) continue;
    return met(true, each.first);
  }
  return met(false);
}

Met judged(const Condition& condition, const Situation& situation) {
  const std::string_view id = text_at(condition.parameters, "id");
  const bool by_side = !text_at(condition.parameters, "side").empty();
  for (const JudgedFinding& each : situation.context.findings) {
    if (info(each.id).id != id) continue;
    if (by_side && each.direction && *each.direction != side_of(condition, situation)) continue;
    return met(true, each.since);
  }
  return met(false);
}

Met metadata_repeats(const Condition& condition, const Situation& situation) {
  const std::vector<Moment>& at = situation.history.side(situation.side()).marks.metadata_at;
  const auto more = static_cast<std::size_t>(number_at(condition.parameters, "more_than").value_or(0));
  const double within = number_at(condition.parameters, "within_s").value_or(0);
  for (std::size_t i = 0; i + more < at.size(); ++i) {
    if (seconds(at[i].time, at[i + more].time) <= within) return met(true, at[i + more]);
  }
  return met(false);
}

Met metadata_lacks(const Condition& condition, const Situation& situation) {
  const SideMarks& marks = situation.history.side(Direction::to_server).marks;
  if (marks.metadata.is_null()) return met(false);
  const bool has_any = std::ranges::any_of(member(condition.parameters, "keys").elements(), [&](Value key) {
    return static_cast<bool>(marks.metadata.view().member(key.text()));
  });
  return met(!has_any, marks.metadata_at.front());
}

Met first_time(const Condition& condition, const Situation& situation) {
  const SideMarks& marks = situation.history.side(situation.side()).marks;
  const bool audio = text_at(condition.parameters, "media") == "audio";
  const auto& first = audio ? marks.first_audio_time : marks.first_video_time;
  return met(first && *first >= number_at(condition.parameters, "at_least").value_or(0),
             audio ? marks.first_audio : marks.first_video);
}

/// Published: an enhanced track. Played: one whose sequence start did not come.
Met enhanced_track(const Situation& situation) {
  for (const StreamHistory& stream : situation.history.streams) {
    for (const TrackHistory& track : stream.tracks) {
      if (!track.enhanced) continue;
      const bool without_start = track.first_coded && track.coded_before_sequence_start;
      if (stream.use == StreamUse::publish || (stream.use == StreamUse::play && without_start))
        return met(true, track.first);
    }
  }
  return met(false);
}

Met header_missing(const Condition& condition, const Situation& situation) {
  const bool to_player = side_of(condition, situation) == Direction::to_client;
  if (!is_whole(situation.history, side_of(condition, situation))) return undecided();
  for (const StreamHistory& stream : situation.history.streams) {
    if (to_player != (stream.use == StreamUse::play)) continue;
    for (const TrackHistory& track : stream.tracks) {
      const bool wanted = !flag_at(condition.parameters, "enhanced") || track.enhanced;
      if (wanted && track.coded_before_sequence_start) return met(true, track.first_coded);
    }
  }
  return met(false);
}

Met mean_rate(const Condition& condition, const Situation& situation) {
  constexpr double shortest = 2;  // seconds: below it the burst at the beginning counts too much
  const Direction side = side_of(condition, situation);
  const SideHistory& sent = situation.history.side(side);
  const SideMarks& marks = sent.marks;
  const auto& first = marks.first_video ? marks.first_video : marks.first_audio;
  if (!first || !sent.last_media || sent.bytes == 0) return undecided();
  const double passed = seconds(first->time, sent.last_media->time);
  if (passed < shortest) return met(false);
  return met(static_cast<double>(sent.bytes) * 8 / 1000 / passed >=
             number_at(condition.parameters, "kbps").value_or(0));
}

Met media_stopped(const Condition& condition, const Situation& situation) {
  const SideHistory& sent = situation.history.side(side_of(condition, situation));
  const auto end = end_moment(situation.history);
  if (!end || !sent.last_media) return met(false);
  return met(
      seconds(sent.last_media->time, end->time) >= number_at(condition.parameters, "for_s").value_or(1),
      sent.last_media);
}

Met no_media(const Condition& condition, const Situation& situation) {
  const Direction side = side_of(condition, situation);
  if (!is_whole(situation.history, side)) return undecided();
  const SideMarks& marks = situation.history.side(side).marks;
  return met(!marks.first_audio && !marks.first_video);
}

}  // namespace

std::optional<Met> check_media(const Condition& condition, const Situation& situation) {
  const std::string& test = condition.test;
  if (test == "finding") return finding(condition, situation);
  if (test == "no_finding") {
    const Direction side = side_of(condition, situation);
    if (!is_whole(situation.history, side)) return undecided();
    return met(finding(condition, situation).answer == Answer::fail);
  }
  if (test == "judged") return judged(condition, situation);
  if (test == "metadata_repeats") return metadata_repeats(condition, situation);
  if (test == "metadata_lacks") return metadata_lacks(condition, situation);
  if (test == "first_time") return first_time(condition, situation);
  if (test == "enhanced_track") return enhanced_track(situation);
  if (test == "header_missing") return header_missing(condition, situation);
  if (test == "mean_rate") return mean_rate(condition, situation);
  if (test == "media_stopped") return media_stopped(condition, situation);
  if (test == "no_media") return no_media(condition, situation);
  const SideMarks& marks = situation.history.side(side_of(condition, situation)).marks;
  if (test == "time_passed") return met(marks.extended_time.has_value(), marks.extended_time);
  if (test == "sync_lost") return met(marks.sync_losses > 0 && situation.history.gap_count == 0);
  if (test == "nameless_data") {
    const auto bytes = static_cast<std::uint32_t>(number_at(condition.parameters, "bytes").value_or(0));
    return met(std::ranges::find(marks.nameless_data, bytes) != marks.nameless_data.end());
  }
  return std::nullopt;
}

}  // namespace rtmpscope::analysis
