#include <fmt/format.h>

#include <algorithm>

#include "analysis/finding/thresholds.hpp"
#include "analysis/platform/track_rules.hpp"

namespace rtmpscope::analysis {
namespace {

void judge_codec(ProfileCase& to, const PublishedTrack& track) {
  const auto& wanted = to.profile().audio.codecs;
  if (!wanted) return;
  const FindingId id = FindingId::profile_audio_codec;
  const std::string limit = codec_list_text(wanted->value);
  const auto listed = [&](std::string_view name) {
    return std::ranges::find(wanted->value, name) != wanted->value.end();
  };
  const bool only_lc = track.codec == "aac" && !listed("aac") && listed("aac_lc");
  if (only_lc && track.configured.frame == 0) return to.undecided(id, "no sequence start was seen");
  const std::string value = codec_text(track.is_aac_lc ? "aac_lc" : track.codec);
  if (listed(track.codec) || (track.is_aac_lc && listed("aac_lc"))) return to.pass(id, value, limit);
  to.fail(*wanted, {.id = id,
                    .at = track.first,
                    .text = only_lc ? std::string("the audio is AAC of another kind than LC")
                                    : fmt::format("the audio is {}", value),
                    .limit = limit,
                    .value = value,
                    .issue = "audioCodec"});
}

void judge_sample_rate(ProfileCase& to, const PublishedTrack& track) {
  const auto& wanted = to.profile().audio.sample_rates;
  if (!wanted) return;
  const FindingId id = FindingId::profile_audio_sample_rate;
  std::vector<std::string> rates;
  for (const std::uint32_t rate : wanted->value) rates.push_back(fmt::format("{}", rate));
  const std::string limit = list_text(rates) + " Hz";
  if (!track.sample_rate) return to.undecided(id, "the sample rate is not known");
  const std::string value = fmt::format("{} Hz", *track.sample_rate);
  if (std::ranges::find(wanted->value, *track.sample_rate) != wanted->value.end())
    return to.pass(id, value, limit);
  to.fail(*wanted, {.id = id,
                    .at = track.first,
                    .text = fmt::format("the audio has {}", value),
                    .limit = limit,
                    .value = value,
                    .issue = "audioSampleRate"});
}

void judge_channels(ProfileCase& to, const PublishedTrack& track) {
  const auto& wanted = to.profile().audio.channels_max;
  if (!wanted) return;
  const FindingId id = FindingId::profile_audio_channels;
  const std::string limit = fmt::format("at most {}", wanted->value);
  if (!track.channels) return to.undecided(id, "the number of channels is not known");
  const std::string value = fmt::format("{}", *track.channels);
  if (*track.channels <= wanted->value) return to.pass(id, value, limit);
  to.fail(*wanted, {.id = id,
                    .at = track.first,
                    .text = fmt::format("the audio has {} channels", value),
                    .limit = limit,
                    .value = value,
                    .issue = "audioTooManyChannels"});
}

void judge_bitrate(ProfileCase& to, const PublishedTrack& track) {
  const auto& wanted = to.profile().audio.bitrate_max;
  if (!wanted) return;
  const FindingId id = FindingId::profile_audio_bitrate;
  const std::string limit = fmt::format("at most {} kbit/s", wanted->value);
  if (!track.rate_mean) return to.undecided(id, "the audio's bit rate is not known");
  const std::string value = fmt::format("{} kbit/s", static_cast<std::uint64_t>(*track.rate_mean + 0.5));
  if (*track.rate_mean <= wanted->value * info(ThresholdId::profile_bitrate_high).value)
    return to.pass(id, value, limit);
  to.fail(*wanted, {.id = id,
                    .at = track.first,
                    .text = fmt::format("the audio has {}", value),
                    .limit = limit,
                    .value = value,
                    .issue = "audioBitrateHigh",
                    .what_to_do = {},
                    .unit = "kbit/s",
                    .worst = *track.rate_mean});
}

}  // namespace

void judge_audio_track(ProfileCase& to, const PublishedTrack& track) {
  judge_codec(to, track);
  judge_sample_rate(to, track);
  judge_channels(to, track);
  judge_bitrate(to, track);
}

}  // namespace rtmpscope::analysis
