#include "analysis/platform/profile_rules.hpp"

#include <fmt/format.h>

#include "analysis/finding/number_text.hpp"
#include "analysis/finding/thresholds.hpp"
#include "analysis/platform/profile_case.hpp"
#include "analysis/platform/track_rules.hpp"

namespace rtmpscope::analysis {
namespace {

const PublishedTrack* first_of(const PublisherFigures& figures, MediaType type) {
  for (const PublishedTrack& track : figures.tracks) {
    if (track.type == type && track.track_id == 0) return &track;
  }
  for (const PublishedTrack& track : figures.tracks) {
    if (track.type == type) return &track;
  }
  return nullptr;
}

/// The platform wants audio, or video: whether it came within 10 s of the other.
void judge_required(ProfileCase& to, const MaybeWanted<bool>& required, const PublisherFigures& figures,
                    MediaType type) {
  if (!required || !required->value) return;
  const bool audio = type == MediaType::audio;
  const FindingId id = audio ? FindingId::profile_audio_missing : FindingId::profile_video_missing;
  const std::string limit = audio ? "audio" : "video";
  const double wait = info(ThresholdId::profile_track_wait).value;
  const PublishedTrack* const track = first_of(figures, type);
  const PublishedTrack* const other = first_of(figures, audio ? MediaType::video : MediaType::audio);
  if (other == nullptr) return to.not_applicable(id, "no media was seen");
  const Timestamp until = track == nullptr ? figures.last.time : track->first.time;
  const double waited = static_cast<double>(until - other->first.time) / 1e9;
  if (track != nullptr && waited <= wait) return to.pass(id, seconds_text(waited), limit);
  if (!figures.start_seen) return to.undecided(id, "the beginning of the stream was not captured");
  if (figures.has_holes) return to.undecided(id, "bytes of the stream are missing");
  if (waited <= wait)
    return to.undecided(id, fmt::format("the stream is shorter than {}", seconds_text(wait)));
  const char* const missing = audio ? "audio" : "video";
  to.fail(*required,
          {.id = id,
           .at = other->first,
           .text = track == nullptr
                       ? fmt::format("the stream has no {} in {}", missing, seconds_text(waited))
                       : fmt::format("the stream has no {} in its first {}", missing, seconds_text(waited)),
           .limit = limit,
           .value = "none",
           .issue = audio ? "noAudioStream" : "noVideoStream"});
}

void judge_track_counts(ProfileCase& to, const PublisherFigures& figures) {
  const MaybeWanted<bool>& wanted = to.profile().video.multitrack;
  if (!wanted || wanted->value) return;
  for (const MediaType type : {MediaType::video, MediaType::audio}) {
    std::size_t count = 0;
    const PublishedTrack* second = nullptr;
    for (const PublishedTrack& track : figures.tracks) {
      if (track.type == type && ++count == 2) second = &track;
    }
    if (count == 0) continue;
    const bool audio = type == MediaType::audio;
    const char* const noun = audio ? "audio" : "video";
    if (second == nullptr) {
      to.pass(FindingId::profile_tracks, "1", fmt::format("one track of {}", noun));
      continue;
    }
    to.fail(*wanted, {.id = FindingId::profile_tracks,
                      .at = second->first,
                      .text = fmt::format("there are {} tracks of {}", count, noun),
                      .limit = fmt::format("one track of {}", noun),
                      .value = fmt::format("{}", count),
                      .issue = audio ? "multipleAudioStreams" : "multipleVideoStreams"});
  }
}

}  // namespace

void judge_by_profile(const Profile& profile, const PublisherFigures& figures, RuleResults& to) {
  ProfileCase profile_case(profile, to);
  judge_required(profile_case, profile.audio.required, figures, MediaType::audio);
  judge_required(profile_case, profile.video.required, figures, MediaType::video);
  judge_track_counts(profile_case, figures);
  if (const PublishedTrack* const video = first_of(figures, MediaType::video))
    judge_video_track(profile_case, *video);
  if (const PublishedTrack* const audio = first_of(figures, MediaType::audio))
    judge_audio_track(profile_case, *audio);
}

void judge_transport_by_profile(const Profile& profile, const PublisherTransport& transport,
                                RuleResults& to) {
  ProfileCase profile_case(profile, to);
  if (profile.rtmps && profile.rtmps->value != Rtmps::offered) {
    const bool wants_tls = profile.rtmps->value == Rtmps::required;
    const FindingId id = FindingId::profile_transport;
    const std::string limit = wants_tls ? "RTMPS" : "plain RTMP";
    const std::string value = transport.is_tls ? "RTMPS" : "plain RTMP";
    if (transport.is_tls == wants_tls) {
      profile_case.pass(id, value, limit);
    } else {
      profile_case.fail(*profile.rtmps, {.id = id,
                                         .at = transport.opened,
                                         .text = fmt::format("the connection is {}", value),
                                         .limit = limit,
                                         .value = value,
                                         .issue = {}});
    }
  }
  if (!profile.max_duration_h) return;
  const FindingId id = FindingId::profile_duration;
  const double hours = profile.max_duration_h->value;
  const std::string limit = fmt::format("at most {} h", profile.max_duration_h->value);
  const double share = info(ThresholdId::profile_duration_share).value;
  const std::string value = seconds_text(transport.duration_s);
  if (transport.duration_s <= hours * 3600 * share) return profile_case.pass(id, value, limit);
  profile_case.fail(*profile.max_duration_h, {.id = id,
                                              .at = transport.opened,
                                              .text = fmt::format("the session has lasted {}", value),
                                              .limit = limit,
                                              .value = value,
                                              .issue = {},
                                              .unit = "s",
                                              .worst = transport.duration_s});
}

}  // namespace rtmpscope::analysis
