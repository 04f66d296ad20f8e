#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "analysis/finding/number_text.hpp"
#include "analysis/finding/thresholds.hpp"
#include "analysis/platform/track_rules.hpp"

namespace rtmpscope::analysis {
namespace {

bool has(const std::vector<std::string>& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

std::uint32_t short_side(const VideoSettings& settings) {
  return std::min(settings.width, settings.height);
}

std::string size_text(std::uint32_t width, std::uint32_t height) {
  return fmt::format("{}x{}", width, height);
}

void judge_codec(ProfileCase& to, const PublishedTrack& track) {
  const VideoWanted& wanted = to.profile().video;
  if (wanted.codecs) {
    const FindingId id = FindingId::profile_video_codec;
    const std::string limit = codec_list_text(wanted.codecs->value);
    if (has(wanted.codecs->value, track.codec)) {
      to.pass(id, codec_text(track.codec), limit);
    } else {
      to.fail(*wanted.codecs, {.id = id,
                               .at = track.first,
                               .text = fmt::format("the video is {}", codec_text(track.codec)),
                               .limit = limit,
                               .value = codec_text(track.codec),
                               .issue = "videoCodec"});
    }
  }
  if (!wanted.enhanced_rtmp) return;
  const FindingId id = FindingId::profile_enhanced_rtmp;
  const std::string limit = list_text(wanted.enhanced_rtmp->value);
  if (track.four_cc.empty()) return to.not_applicable(id, "the video is not sent by Enhanced RTMP");
  // H.264 may be sent either way; a platform that takes it does not list it.
  if (has(wanted.enhanced_rtmp->value, track.four_cc) || track.four_cc == "avc1")
    return to.pass(id, track.four_cc, limit);
  to.fail(*wanted.enhanced_rtmp, {.id = id,
                                  .at = track.first,
                                  .text = fmt::format("the video has the FourCC {}", track.four_cc),
                                  .limit = limit,
                                  .value = track.four_cc,
                                  .issue = "videoCodec"});
}

/// 41 of "4.1"; 0: not known.
std::uint32_t level_number(std::string_view level) {
  std::uint32_t whole = 0;
  std::uint32_t part = 0;
  const char* const end = level.data() + level.size();
  const auto first = std::from_chars(level.data(), end, whole);
  if (first.ec != std::errc()) return 0;
  if (first.ptr != end && *first.ptr == '.') std::from_chars(first.ptr + 1, end, part);
  return whole * 10 + part;
}

void judge_profile_and_level(ProfileCase& to, const PublishedTrack& track) {
  const VideoWanted& wanted = to.profile().video;
  if (wanted.profiles) {
    const FindingId id = FindingId::profile_video_profile;
    const std::string limit = list_text(wanted.profiles->value);
    const std::string& value = track.settings.profile;
    // The lists are of H.264, and do not tell kinds of a profile apart.
    const std::string kind = value == "constrained_baseline"                              ? "baseline"
                             : value == "progressive_high" || value == "constrained_high" ? "high"
                                                                                          : value;
    if (track.codec != "avc") {
      to.not_applicable(id, "the video is not H.264");
    } else if (value.empty()) {
      to.undecided(id, "no sequence start was seen");
    } else if (has(wanted.profiles->value, kind)) {
      to.pass(id, value, limit);
    } else {
      to.fail(*wanted.profiles, {.id = id,
                                 .at = track.configured,
                                 .text = fmt::format("the profile of H.264 is {}", value),
                                 .limit = limit,
                                 .value = value,
                                 .issue = "videoProfileMismatch"});
    }
  }
  if (!wanted.levels) return;
  const FindingId id = FindingId::profile_video_level;
  if (track.codec != "avc") return to.not_applicable(id, "the video is not H.264");
  if (track.settings.level.empty() || !track.frames_per_second)
    return to.undecided(id, "level or frame rate is not known");
  const LevelRow* best = nullptr;
  for (const LevelRow& row : wanted.levels->value) {
    if (row.height < short_side(track.settings) || row.fps + 1 < *track.frames_per_second) continue;
    if (best == nullptr || std::pair(row.height, row.fps) < std::pair(best->height, best->fps)) best = &row;
  }
  if (best == nullptr) return to.not_applicable(id, "no level is given for such pictures");
  const std::string limit = fmt::format("at most level {}", best->level);
  if (level_number(track.settings.level) <= level_number(best->level))
    return to.pass(id, track.settings.level, limit);
  to.fail(*wanted.levels, {.id = id,
                           .at = track.configured,
                           .text = fmt::format("the level of H.264 is {}", track.settings.level),
                           .limit = limit,
                           .value = track.settings.level,
                           .issue = "videoProfileMismatch"});
}

void judge_picture(ProfileCase& to, const PublishedTrack& track) {
  const VideoWanted& wanted = to.profile().video;
  const VideoSettings& is = track.settings;
  const bool known = is.width != 0 && is.height != 0;
  const std::string value = known ? size_text(is.width, is.height) : "";
  if (wanted.resolution_max || wanted.height_min) {
    const FindingId id = FindingId::profile_resolution;
    const PictureSize most = wanted.resolution_max ? wanted.resolution_max->value : PictureSize{};
    const bool portrait = is.height > is.width;
    // A limit that is wider than high is for a portrait picture the other way round.
    const bool turned = portrait && most.width > most.height;
    const std::uint32_t width = turned ? most.height : most.width;
    const std::uint32_t height = turned ? most.width : most.height;
    const std::string limit = wanted.resolution_max
                                  ? "at most " + size_text(width, height)
                                  : fmt::format("at least {} rows", wanted.height_min->value);
    if (!known) {
      to.undecided(id, "the picture's size is not known");
    } else if (wanted.resolution_max && (is.width > width || is.height > height)) {
      to.fail(*wanted.resolution_max, {.id = id,
                                       .at = track.configured,
                                       .text = fmt::format("the picture has {}", value),
                                       .limit = limit,
                                       .value = value,
                                       .issue = "videoResolutionUnsupported"});
    } else if (wanted.height_min && short_side(is) < wanted.height_min->value) {
      to.fail(*wanted.height_min, {.id = id,
                                   .at = track.configured,
                                   .text = fmt::format("the picture has {}", value),
                                   .limit = fmt::format("at least {} rows", wanted.height_min->value),
                                   .value = value,
                                   .issue = "videoResolutionUnsupported"});
    } else {
      to.pass(id, value, limit);
    }
  }
  if (!wanted.interlaced || wanted.interlaced->value) return;
  const FindingId id = FindingId::profile_interlaced;
  if (!is.interlaced) return to.undecided(id, "the parameter set does not say it, or was not seen");
  if (!*is.interlaced) return to.pass(id, "progressive", "progressive video");
  to.fail(*wanted.interlaced, {.id = id,
                               .at = track.configured,
                               .text = "the video is interlaced",
                               .limit = "progressive video",
                               .value = "interlaced",
                               .issue = "interlacedVideo"});
}

void judge_frame_rate(ProfileCase& to, const PublishedTrack& track) {
  const VideoWanted& wanted = to.profile().video;
  if (!wanted.fps_max && !wanted.fps_min) return;
  const FindingId id = FindingId::profile_frame_rate;
  if (!track.frames_per_second) return to.undecided(id, "the frame rate is not known");
  const double rate = *track.frames_per_second;
  const std::string value = plain(rate) + " frames/s";
  const auto fail = [&](const Wanted<std::uint32_t>& limit, std::string_view word) {
    to.fail(limit, {.id = id,
                    .at = track.first,
                    .text = fmt::format("the frame rate is {}", value),
                    .limit = fmt::format("{} {} frames/s", word, limit.value),
                    .value = value,
                    .issue = "frameRateHigh",
                    .unit = "frames/s",
                    .worst = rate});
  };
  if (wanted.fps_max && rate > wanted.fps_max->value + info(ThresholdId::profile_frame_rate_slack).value)
    return fail(*wanted.fps_max, "at most");
  if (wanted.fps_min && rate + info(ThresholdId::profile_frame_rate_slack).value < wanted.fps_min->value)
    return fail(*wanted.fps_min, "at least");
  to.pass(id, value,
          wanted.fps_max ? fmt::format("at most {} frames/s", wanted.fps_max->value)
                         : fmt::format("at least {} frames/s", wanted.fps_min->value));
}

void judge_structure(ProfileCase& to, const PublishedTrack& track) {
  const VideoWanted& wanted = to.profile().video;
  if (wanted.b_pictures_max) {
    const FindingId id = FindingId::profile_b_pictures;
    const std::uint32_t most = wanted.b_pictures_max->value;
    // How many B pictures follow each other is not measured: above 0 the limit is only for people.
    if (most != 0) {
      to.undecided(id, "how many B pictures follow each other is not measured");
    } else if (!track.b_pictures) {
      to.undecided(id, "too few pictures were seen");
    } else if (!*track.b_pictures) {
      to.pass(id, "none", "no B pictures");
    } else {
      to.fail(*wanted.b_pictures_max, {.id = id,
                                       .at = track.first,
                                       .text = "there are B pictures",
                                       .limit = "none",
                                       .value = "some",
                                       .issue = {}});
    }
  }
  if (!wanted.open_gop || wanted.open_gop->value) return;
  const FindingId id = FindingId::profile_open_gop;
  if (!track.open_groups) return to.undecided(id, "too few pictures were seen");
  const std::string value = fmt::format("{}", *track.open_groups);
  if (static_cast<double>(*track.open_groups) < info(ThresholdId::profile_open_groups).value)
    return to.pass(id, value, "closed groups of pictures");
  to.fail(*wanted.open_gop, {.id = id,
                             .at = track.open_group_at.frame != 0 ? track.open_group_at : track.first,
                             .text = fmt::format("{} groups of pictures are open", *track.open_groups),
                             .limit = "closed ones",
                             .value = value,
                             .issue = "openGop",
                             .count = *track.open_groups});
}

}  // namespace

BitrateLimits bitrate_limits(const VideoWanted& wanted, const PublishedTrack& track) {
  BitrateLimits limits;
  const BitrateRow* best = nullptr;
  const std::uint32_t rows = short_side(track.settings);
  for (const BitrateRow& row : wanted.bitrates) {
    if (!row.codecs.empty() && !has(row.codecs, track.codec)) continue;
    if (rows == 0 || !track.frames_per_second) break;
    const std::uint32_t row_height = std::min(row.width, row.height);
    if (row_height < rows || row.fps + 1 < *track.frames_per_second) continue;
    if (best == nullptr ||
        std::pair(row_height, row.fps) < std::pair(std::min(best->width, best->height), best->fps))
      best = &row;
  }
  if (best != nullptr) {
    limits.min = best->min;
    limits.max = best->max;
    limits.sources = best->sources;
    limits.is_hearsay = std::ranges::all_of(best->sources, [](const auto& each) { return each->hearsay; });
  }
  if (wanted.bitrate_max && (!limits.max || wanted.bitrate_max->value < *limits.max)) {
    limits.max = wanted.bitrate_max->value;
    limits.sources = wanted.bitrate_max->sources;
    limits.is_hearsay = wanted.bitrate_max->is_hearsay();
    limits.severity = wanted.bitrate_max->severity;
  }
  return limits;
}

namespace {

void judge_bitrate(ProfileCase& to, const PublishedTrack& track) {
  const VideoWanted& wanted = to.profile().video;
  if (!wanted.bitrate_max && wanted.bitrates.empty()) return;
  const BitrateLimits limits = bitrate_limits(wanted, track);
  const auto windows = static_cast<double>(track.rate_windows);
  const double least = info(ThresholdId::profile_bitrate_time).value;
  const auto about = [&](FindingId id, std::optional<std::uint32_t> limit, bool high) {
    if (!limit) return to.not_applicable(id, "no limit is given for such pictures");
    const std::string limit_text = fmt::format("{} {} kbit/s", high ? "at most" : "at least", *limit);
    if (windows < least)
      return to.undecided(id, fmt::format("the rate of less than {} is known", seconds_text(least)));
    const double value = high ? track.rate_p95 : track.rate_median;
    const double slack =
        info(high ? ThresholdId::profile_bitrate_high : ThresholdId::profile_bitrate_low).value;
    const std::string text = fmt::format("{} kbit/s", static_cast<std::uint64_t>(value + 0.5));
    if (high ? value <= *limit * slack : value >= *limit * slack) return to.pass(id, text, limit_text);
    to.fail({.id = id,
             .at = track.first,
             .text = fmt::format("the video has {}{}", high ? "up to " : "", text),
             .limit = limit_text,
             .value = text,
             .issue = high ? "bitrateHigh" : "bitrateLow",
             .what_to_do = {},
             .unit = "kbit/s",
             .worst = value},
            limits.sources, limits.is_hearsay, high ? limits.severity : std::nullopt);
  };
  about(FindingId::profile_bitrate_high, limits.max, true);
  about(FindingId::profile_bitrate_low, limits.min, false);
}

/// "set the encoder's key frame interval to 2 s (60 frames)"
std::string interval_advice(const KeyDistanceWanted& wanted, const PublishedTrack& track) {
  const auto best = wanted.recommended ? wanted.recommended : wanted.max;
  if (!best) return {};
  std::string text = fmt::format("Set the encoder's key frame interval to {} s", plain(*best));
  if (track.frames_per_second) {
    const auto frames = static_cast<std::uint64_t>(*best * *track.frames_per_second + 0.5);
    text += fmt::format(" ({} frames)", frames);
  }
  return text + ".";
}

/// Twice running above the limit, or 20 % of all; a distance that is not over yet counts as one.
bool is_too_long(const KeyDistanceFigures& is, double most) {
  if (is.longest_two > most || (is.count != 0 && is.p80 > most)) return true;
  if (!is.open_for || *is.open_for <= most) return false;
  // Of `count` distances and the open one at least 20 % are too long if there are fewer than five.
  return is.count < 5 || is.longest > most;
}

// long: limit, recommendation and evenness share the same distances
void judge_key_distance(ProfileCase& to, const PublishedTrack& track) {
  const VideoWanted& wanted = to.profile().video;
  if (!wanted.key_distance && !wanted.key_distance_constant) return;
  const auto& is = track.key_distances;
  const auto fail = [&](FindingId id, const auto& from, std::string limit, std::string issue,
                        std::string text, double worst) {
    to.fail(from, {.id = id,
                   .at = is->longest_at.frame != 0 ? is->longest_at : track.first,
                   .text = std::move(text),
                   .limit = std::move(limit),
                   .value = seconds_text(worst),
                   .issue = std::move(issue),
                   .what_to_do = wanted.key_distance ? interval_advice(wanted.key_distance->value, track)
                                                     : std::string(),
                   .unit = "s",
                   .worst = worst});
  };
  if (wanted.key_distance && wanted.key_distance->value.max) {
    const FindingId id = FindingId::profile_key_distance_max;
    const double most = *wanted.key_distance->value.max;
    const std::string limit = fmt::format("at most {} s", plain(most));
    // Encoders count frames: a rate of 29.97 makes 2.002 s of 2 s.
    const double slack = most * info(ThresholdId::profile_key_distance_slack).value;
    const double longest = is ? std::max(is->longest, is->open_for.value_or(0)) : 0;
    if (!is || (is->count == 0 && longest <= most + slack)) {
      to.undecided(id, "no distance between key frames is known");
    } else if (is_too_long(*is, most + slack)) {
      fail(id, *wanted.key_distance, limit, "gopSizeOver",
           fmt::format("key frames are up to {} apart", seconds_text(longest)), longest);
    } else {
      to.pass(id, seconds_text(is->longest), limit);
    }
  }
  const bool enough = is && static_cast<double>(is->count) >= info(ThresholdId::profile_key_distances).value;
  const std::string few = "too few distances between key frames are known";
  const auto by_median = [&](FindingId id, double low, double high, const std::string& limit) {
    if (!enough) return to.undecided(id, few);
    const double slack = info(ThresholdId::profile_key_median_slack).value;
    if (is->median >= low * (1 - slack) && (high == 0 || is->median <= high * (1 + slack)))
      return to.pass(id, seconds_text(is->median), limit);
    fail(id, *wanted.key_distance, limit, is->median < low ? "gopSizeShort" : "gopSizeLong",
         fmt::format("key frames come every {} mostly", seconds_text(is->median)), is->median);
  };
  if (wanted.key_distance && wanted.key_distance->value.min) {
    const double least = *wanted.key_distance->value.min;
    by_median(FindingId::profile_key_distance_min, least, 0, fmt::format("at least {} s", plain(least)));
  }
  if (wanted.key_distance && wanted.key_distance->value.recommended) {
    const double best = *wanted.key_distance->value.recommended;
    const auto low = wanted.key_distance->value.low_latency.value_or(best);
    by_median(FindingId::profile_key_distance_recommended, std::min(low, best), best,
              low < best ? fmt::format("{} s, or {} s for low latency", plain(best), plain(low))
                         : fmt::format("{} s", plain(best)));
  }
  if (!wanted.key_distance_constant || !wanted.key_distance_constant->value) return;
  const FindingId id = FindingId::profile_key_distance_constant;
  if (!enough) return to.undecided(id, few);
  const double spread = is->p95 - is->p5;
  const std::string value = fmt::format("{} to {}", seconds_text(is->p5), seconds_text(is->p95));
  if (spread <= is->median * info(ThresholdId::profile_key_spread).value)
    return to.pass(id, value, "a constant distance");
  fail(id, *wanted.key_distance_constant, "a constant distance", "gopSizeLong",
       fmt::format("key frames are {} apart", value), spread);
}

}  // namespace

void judge_video_track(ProfileCase& to, const PublishedTrack& track) {
  judge_codec(to, track);
  judge_profile_and_level(to, track);
  judge_picture(to, track);
  judge_frame_rate(to, track);
  judge_structure(to, track);
  judge_bitrate(to, track);
  judge_key_distance(to, track);
}

}  // namespace rtmpscope::analysis
