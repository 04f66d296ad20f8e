#include "analysis/judge/publisher_facts.hpp"

#include <algorithm>

#include "analysis/rules/codec_rules.hpp"
#include "analysis/rules/needs.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::uint8_t hevc = 12;

std::string codec_name(const TrackHistory& track) {
  const bool video = track.type == MediaType::video;
  if (video && !track.enhanced && track.codec == hevc) return "hevc_id_12";
  const ValueInfo* const row =
      find_value(video ? ValueTable::video_codec : ValueTable::audio_codec, track.codec);
  return row == nullptr ? std::string("unknown") : std::string(row->name);
}

std::optional<std::uint32_t> count_at(Value from, std::string_view path) {
  const auto value = unsigned_at(from, path);
  return value ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
}

std::optional<KeyDistanceFigures> key_distances_of(const TrackFigures& from) {
  if (from.key_frames == 0) return std::nullopt;
  const auto seconds = [](std::uint32_t milliseconds) { return static_cast<double>(milliseconds) / 1000; };
  KeyDistanceFigures figures;
  figures.count = from.key_distances;
  if (from.key_distance) {
    figures.p5 = seconds(from.key_distance->p5);
    figures.median = seconds(from.key_distance->p50);
    figures.p95 = seconds(from.key_distance->p95);
  }
  figures.p80 = seconds(from.key_p80.value_or(0));
  figures.longest = seconds(from.key_longest.value_or(0));
  figures.longest_two = seconds(from.key_longest_two);
  if (from.key_open) figures.open_for = seconds(*from.key_open);
  return figures;
}

PublishedTrack track_of(const TrackHistory& from) {
  PublishedTrack track;
  track.type = from.type;
  track.track_id = from.track_id;
  track.codec = codec_name(from);
  if (from.enhanced) track.four_cc = four_cc_of(from.type, from.codec);
  track.first = from.first;
  if (from.sequence_start) track.configured = *from.sequence_start;
  const Value is = from.configuration;
  if (from.type == MediaType::video) {
    track.settings.width = count_at(is, "width").value_or(0);
    track.settings.height = count_at(is, "height").value_or(0);
    track.settings.profile = text_at(is, "profile_name");
    track.settings.level = text_at(is, "level_name");
    if (const Value flag = member(is, "interlaced"); flag && flag.is_flag())
      track.settings.interlaced = flag.flag();
  } else {
    track.is_aac_lc = text_at(is, "object_type") == "lc";
    track.sample_rate = count_at(is, "sample_rate");
    track.channels = count_at(is, "channels");
  }
  return track;
}

}  // namespace

PublisherFigures publisher_of(const History& history, const StreamHistory& stream) {
  PublisherFigures figures;
  figures.start_seen = history.start != "midstream" && stream.use == StreamUse::publish;
  figures.has_holes = has_hole(history, Direction::to_server);
  figures.first = stream.first_media.value_or(Moment());
  figures.last = stream.last_media.value_or(Moment());
  if (figures.last.time > figures.first.time)
    figures.media_s = static_cast<double>(figures.last.time - figures.first.time) / 1e9;
  for (const TrackHistory& track : stream.tracks) figures.tracks.push_back(track_of(track));
  return figures;
}

void add_figures(const StreamFigures& measured, PublisherFigures& to) {
  for (const TrackFigures& from : measured.tracks) {
    const auto track = std::ranges::find_if(to.tracks, [&](const PublishedTrack& each) {
      return each.type == from.type && each.track_id == from.track_id;
    });
    if (track == to.tracks.end()) continue;
    if (from.rate) track->rate_mean = static_cast<double>(*from.rate) / 1000;
    // Whatever rests on estimated timestamps says nothing about the sender.
    if (from.lacking == Lacking::estimated_timestamps) continue;
    if (from.frame_rate) track->frames_per_second = static_cast<double>(*from.frame_rate) / 1000;
    if (from.window_rates) {
      track->rate_windows = from.windows;
      track->rate_median = from.window_rates->p50;
      track->rate_p95 = from.window_rates->p95;
    }
    if (from.type != MediaType::video) continue;
    track->key_distances = key_distances_of(from);
    track->b_pictures = from.reorders;
    if (from.reorders) track->open_groups = from.open_groups;
  }
}

PublisherTransport transport_of(const History& history) {
  PublisherTransport transport;
  transport.is_tls = history.tls.seen || history.transport == "rtmps" || history.transport == "rtmpts";
  transport.opened = history.opened;
  if (history.close && history.close->at.time > history.opened.time)
    transport.duration_s = static_cast<double>(history.close->at.time - history.opened.time) / 1e9;
  transport.ended = history.close && history.close->ended_by.has_value();
  return transport;
}

}  // namespace rtmpscope::analysis
